"""A daemon that several users may reach, and clients that are such users: by number, no file names them."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from axe import BIN, until
from daemon import Daemon, replies, send

ALICE = 65533
BOB = 65532


class Place:
    """Where every user may pass, unlike below pytest's own folder."""

    def __init__(self, name="axe-users-"):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=name, dir="/var/tmp"))
        self.path.chmod(0o755)
        self.state = self.path / "state"

    def close(self):
        shutil.rmtree(self.path)


@contextlib.contextmanager
def daemon_of_all(*options):
    place = Place()
    # Daemon puts its socket beside the state directory.
    daemon = Daemon(place, *options)
    try:
        yield daemon
    finally:
        daemon.stop()
        place.close()


class User:
    """One connection, made with the ids of a user; it stays one whoever uses it then."""

    def __init__(self, daemon, uid, groups=()):
        self.daemon = daemon
        self.uid = uid
        self.groups = list(groups)

    def connect(self):
        """By a child that is that user for good, and hands the connected socket over."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            child = os.fork()
            if child == 0:
                os._exit(self._connect_and_send(theirs))
            theirs.close()
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
            _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0, "the user could not connect"
        client = socket.socket(fileno=descriptors[0])
        client.settimeout(60)
        return client

    def _connect_and_send(self, theirs):
        try:
            self.become()
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(self.daemon.socket)
                socket.send_fds(theirs, [b"x"], [client.fileno()])
            return 0
        except OSError:
            return 1

    def become(self):
        os.setgroups(self.groups)
        os.setresgid(self.uid, self.uid, self.uid)
        os.setresuid(self.uid, self.uid, self.uid)

    def call(self, method, **parameters):
        with self.connect() as client:
            send(client, method, parameters)
            return next(replies(client))

    def cluster(self, method, **parameters):
        """The reply's parameters."""
        reply = self.call(f"io.axe.Cluster.{method}", **parameters)
        assert "error" not in reply, reply
        return reply["parameters"]

    def refused(self, method, **parameters):
        """The error's short name."""
        reply = self.call(method, **parameters)
        assert "error" in reply, (method, reply)
        return reply["error"].rpartition(".")[2]

    def queue(self, command, **keys):
        """A job of one task; its number."""
        return self.cluster("QueueJob", jobs=[{"manifest": manifest(command, **keys)}])["jobs"][0]

    def state(self, job):
        return self.cluster("GetJob", job=job)["job"]["state"]

    def wait(self, job, *states):
        until(lambda: self.state(job) in states, f"job {job} is {states}")

    def run(self, *words, **options):
        """A program as this user, to its end."""
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60,
                              user=self.uid, group=self.uid, extra_groups=self.groups,
                              stdin=subprocess.DEVNULL, cwd="/", **options)

    def axe(self, *words):
        return self.run(BIN / "axe", *words, "--socket", self.daemon.socket)


def manifest(command, name="job", **keys):
    return {"name": name, "assessments": [{"name": "task", "command": command,
                                           "timeout": "60s", **keys}]}


def folder(daemon, job):
    return daemon.state / "jobs" / str(job)


def results(daemon, job):
    return json.loads((folder(daemon, job) / "results.json").read_text(encoding="utf-8"))


def output(daemon, job, attempt=1):
    return (folder(daemon, job) / str(attempt) / "0.1" / "stdout").read_text(encoding="utf-8")
