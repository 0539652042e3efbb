"""One supervisor in a place of its own, which dies and starts again."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sqlite3
import time

from axe import BIN, Place
from bad_calls import BadCalls
from daemon import replies, send

# Whoever starts in a storm of forks has much to read first.
START_S = 300


class Instance:
    def __init__(self, folder, *options, preload=("bad_calls",)):
        folder.mkdir(parents=True)
        self.folder = folder
        self.place = Place(folder)
        self.calls = BadCalls(folder / "calls", *preload)
        self.socket = str(folder / "s")
        self.run = folder / "run"
        self.log = folder / "log"
        self.options = options
        self.process = None
        self.kills = 0

    def launch(self):
        words = [BIN / "axed", "--foreground", "--socket", self.socket,
                 "--state-dir", self.place.state, "--run-dir", self.run,
                 "--cgroup-root", self.place.cgroup_root, "--on-stop", "terminate", *self.options]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=log,
                                            env={**os.environ, **self.calls.environment()})

    def start(self):
        """Until it answers. Whether it does: it may be told to die on the way."""
        self.launch()
        return self.await_answer()

    def await_answer(self):
        deadline = time.monotonic() + START_S
        while not self.is_dead():
            with contextlib.suppress(OSError, StopIteration):
                self.call("org.varlink.service.GetInfo")
                return True
            assert time.monotonic() < deadline, f"no answer; it said: {self.said()}"
            time.sleep(0.005)
        return False

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def is_dead(self):
        """By SIGKILL, that is: nothing else may end it."""
        code = self.process.poll()
        if code is None:
            return False
        assert code == -signal.SIGKILL, f"it ended with {code}, and said: {self.said()}"
        return True

    def kill(self):
        if not self.is_dead():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.socket)
        client.settimeout(START_S)
        return client

    def call(self, method, **parameters):
        with self.connect() as client:
            send(client, method, parameters)
            return next(replies(client))

    def ask(self, method, more=False, **parameters):
        """And do not wait for what it says; its connection, None if it is dead already."""
        try:
            client = self.connect()
            send(client, method, parameters, more)
        except OSError:
            return None
        return client

    def events(self, after=0):
        """All that are stored."""
        seen = []
        while True:
            page = self.call("io.axe.Events.GetEvents", after=after)["parameters"]
            seen += page["events"]
            if page["last"] <= after:
                return seen
            after = page["last"]

    def running(self):
        return [job["job"] for job in self.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]]

    def store_is_sound(self):
        with contextlib.closing(sqlite3.connect(self.place.state / "axe.db")) as store:
            return store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    def mounts(self):
        text = pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8")
        return [line for line in text.splitlines() if f"{self.folder}/" in line]

    def stop(self):
        """In order; what it left anywhere."""
        self.calls.disarm()
        self.process.terminate()
        code = self.process.wait(60)
        left = [] if code == 0 else [f"it ended with {code}: {self.said()}"]
        # Of a job that was killed before it had a trace, the number stays taken.
        left += [each for each in self.place.remains() if not each.startswith("half a job")]
        left += self.mounts()
        left += [f"pins {path}" for path in self.run.glob("*.bpf")]
        left += [f"secret {path}" for path in self.place.state.glob("jobs/*/.supervisor.json")]
        return left if self.store_is_sound() else [*left, "an unsound store"]

    def close(self):
        """Of a test that failed, too."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.place.close()
        for line in self.mounts():
            subprocess.run(["umount", "--lazy", line.split()[1]], check=False)
        self.calls.close()
