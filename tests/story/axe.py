"""A place of a story's own for axe to work in, and the proof that nothing is left there."""

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import time
import uuid

from job import Job
from job_doors import RUN_DIR, dead_doors

BIN = pathlib.Path(os.environ["AXE_BIN"])
ADVERSARIES = pathlib.Path(os.environ["AXE_ADVERSARIES"])
# For a machine on which everything takes that many times as long, such as an emulated one.
SLOWNESS = int(os.environ.get("AXE_SLOWNESS", "1"))
PATIENCE_S = 60 * SLOWNESS
LOOK_S = 0.01
TICKS_NS = 10**9 // os.sysconf("SC_CLK_TCK")

# Which of these options a verb has.
STATE_DIR = {"run", "list", "show", "log", "trace", "watch", "wait", "cancel", "terminate",
             "repair"}
CGROUP_ROOT = {"run", "plan", "doctor"}


def until(condition, what, seconds=PATIENCE_S):
    """Look until there is an answer that counts as true, and give it."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(LOOK_S)
    return answer


def cgroup_mounts():
    """(path, is v2) of each mounted hierarchy."""
    for line in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, path, kind, *_ = line.split()
        if kind in ("cgroup", "cgroup2"):
            yield pathlib.Path(path), kind == "cgroup2"


def v2_mount():
    return next((path for path, is_v2 in cgroup_mounts() if is_v2), None)


def v1_mounts():
    return [path for path, is_v2 in cgroup_mounts() if not is_v2]


def groups_below(path):
    """Children before parents."""
    return [pathlib.Path(each) for each, _, _ in os.walk(path, topdown=False)][:-1]


def remove_groups(path):
    """With what lives in them: for a test that failed."""
    if (path / "cgroup.kill").exists():
        (path / "cgroup.kill").write_text("1", encoding="ascii")
        (path / "cgroup.freeze").write_text("0", encoding="ascii")
    for group in [*groups_below(path), path]:
        with contextlib.suppress(FileNotFoundError, AssertionError):
            until(lambda group=group: is_removed(group), f"{group} is empty", 10)


def is_removed(group):
    try:
        group.rmdir()
    except OSError as problem:
        if not isinstance(problem, FileNotFoundError):
            return False
    return True


def start_ticks(pid):
    """When a process started, in the unit of /proc; None when there is none, or it is dead."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


def is_alive(process):
    """Of a process as axe names it: the pid alone may be another's by now."""
    return start_ticks(process["pid"]) == process["start_ns"] // TICKS_NS


def children(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()]


def comm(pid):
    return pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()


def pins_of(state):
    """Where daemons of a state directory keep their kernel half; what others do is not ours."""
    with contextlib.suppress(FileNotFoundError):
        at = state.stat()
        return list(RUN_DIR.glob(f"daemon-{at.st_dev:x}-{at.st_ino:x}.bpf"))
    return []


def hand_down(top):
    """The controllers of limits that a v2 tree has and now gives to its groups, but did not yet."""
    control = top / "cgroup.subtree_control"
    has = set((top / "cgroup.controllers").read_text(encoding="ascii").split())
    gives = set(control.read_text(encoding="ascii").split())
    added = (has - gives) & {"cpu", "cpuset", "io", "memory", "pids"}
    for name in added:
        control.write_text(f"+{name}", encoding="ascii")
    return added


def take_back(top, names):
    for name in names:
        # Somebody else has come to need it, too.
        with contextlib.suppress(OSError):
            (top / "cgroup.subtree_control").write_text(f"-{name}", encoding="ascii")


class Place:
    """A state directory and a control group, both empty; every program in it bears its mark."""

    def __init__(self, folder):
        self.state = folder / "state"
        self.mark = f"AXE_STORY={uuid.uuid4()}"
        self.groups = v2_mount() / f"axe-story-{os.getpid()}-{time.monotonic_ns()}"
        self.handed_down = hand_down(v2_mount())
        self.groups.mkdir()
        self.cgroup_root = self.groups
        self.forgotten_doors = set()
        self.clients = []
        # Its supervisors have next to no room for what they observe.
        self.narrow = False
        self.axed = None

    def words(self, verb, *words):
        options = []
        if verb in STATE_DIR:
            options += ["--state-dir", str(self.state)]
        if verb in CGROUP_ROOT and self.cgroup_root:
            options += ["--cgroup-root", str(self.cgroup_root)]
        return [str(BIN / "axe"), verb, *options, *map(str, words)]

    def environment(self):
        name, _, value = self.mark.partition("=")
        environment = {**os.environ, name: value}
        environment.pop("AXE_SOCKET", None)
        if self.axed:
            environment["AXE_AXED"] = str(self.axed)
        return environment

    def give_supervisors(self, *options):
        """Options for every private axed from here on: a run has none for them."""
        self.axed = self.state.parent / "axed"
        self.axed.write_text(
            f'#!/bin/sh\nexec {BIN}/axed {shlex.join(map(str, options))} "$@"\n', encoding="utf-8")
        self.axed.chmod(0o755)

    def __call__(self, verb, *words, prefix=(), **options):
        """Run axe to its end, behind the words of another program if need be."""
        options = {"stdin": subprocess.DEVNULL, "env": self.environment(),
                   "timeout": 2 * PATIENCE_S, **options}
        if "input" in options:
            del options["stdin"]
        return subprocess.run([*prefix, *self.words(verb, *words)], capture_output=True, text=True,
                              check=False, **options)

    def start(self, verb, *words, prefix=(), **options):
        """Start axe, likewise, and go on."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "env": self.environment(), **options}
        client = subprocess.Popen([*prefix, *self.words(verb, *words)], text=True,
                                  stderr=subprocess.PIPE, **options)
        self.clients.append(client)
        return client

    def manifest(self, text, name="manifest.yaml"):
        path = self.state.parent / name
        path.write_text(text, encoding="utf-8")
        return path

    def jobs(self):
        folders = (self.state / "jobs").glob("[0-9]*")
        return [Job(folder) for folder in sorted(folders, key=lambda folder: int(folder.name))]

    def job(self):
        """The one job."""
        jobs = self.jobs()
        assert len(jobs) == 1, jobs
        return jobs[0]

    def supervisor(self, client):
        """The pid of the supervisor that a client started."""
        return until(lambda: next((pid for pid in children(client.pid) if comm(pid) == "axed"),
                                  None), "the client has a supervisor")

    def inhabitants(self):
        """The pids in all control groups of this place."""
        pids = []
        for group in groups_below(self.groups):
            with contextlib.suppress(FileNotFoundError, OSError):
                pids += (group / "cgroup.procs").read_text(encoding="ascii").split()
        return [int(pid) for pid in pids]

    def marked(self):
        """The pids of all programs that were started from here, wherever they went."""
        pids = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    pids.append(int(folder.name))
        return pids

    def remains(self):
        """All that should not be there once axe has ended."""
        remains = [f"group {path}" for path in groups_below(self.groups)]
        remains += [f"process {pid}" for pid in self.marked()]
        remains += [f"socket {name}" for name in self.dead_doors() - self.forgotten_doors]
        remains += [f"pins {path}" for path in pins_of(self.state)]
        for job in self.jobs():
            if not (job.folder / "trace.ndjson").exists():
                remains.append(f"half a job {job.folder}")
                continue
            remains += [f"process {each}" for each in job.processes() if is_alive(each)]
            for begin in job.trace("job.begin"):
                own = pathlib.Path(begin["data"]["group"]).parent.name
                remains += [f"v1 group {path}" for mount in v1_mounts()
                            for path in mount.glob(f"axe/{own}")]
        return remains

    def assert_nothing_left(self, at_once=True):
        """`at_once`: axe has ended, so there is nothing to wait for."""
        if not at_once:
            with contextlib.suppress(AssertionError):
                until(lambda: not self.remains(), "nothing is left")
        assert self.remains() == []

    def dead_doors(self):
        return {name for job in self.jobs() for name in dead_doors(job.id, job.trace())}

    def forget_socket(self):
        """
        Of a job whose client and supervisor are both dead: the next one of its number has it. It is
        closed by the last thread of the supervisor, which may end behind the first.
        """
        self.forgotten_doors |= until(lambda: self.dead_doors() - self.forgotten_doors,
                                      "nobody listens at its door")

    def close(self):
        for client in self.clients:
            if client.poll() is None:
                client.send_signal(signal.SIGTERM)
            client.communicate(timeout=PATIENCE_S)
        # Of a story that failed.
        for pid in self.marked():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        remove_groups(self.groups)
        take_back(v2_mount(), self.handed_down)
