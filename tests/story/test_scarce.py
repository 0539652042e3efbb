"""A kernel that gives no more: each refusal costs one job at most, is said, and is over with it."""

import contextlib
import errno
import itertools
import json
import os
import pathlib
import resource

import pytest
from axe import until, v1_mounts
from daemon import Daemon, replies, send

GIVEN_UP = 100
# Neither of them forks: what is refused is refused to the supervisor.
JOB = {"name": "wants", "assessments": [
    {"name": name, "command": ["true"], "timeout": "60s"} for name in ("a", "b")]}


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    assert daemon.stop() == 0
    left = [each for each in axe.remains() if not each.startswith("half a job")]
    assert left == []


class Caller:
    """A connection from before, since there may be none to be had in need."""

    def __init__(self, daemon):
        self.client = daemon.connect()
        self.answers = replies(self.client)

    def begin(self, manifest):
        send(self.client, "io.axe.Engine.ExecuteJob", {"manifest": manifest})

    def end(self):
        """Its one answer."""
        return next(self.answers)

    def execute(self):
        self.begin(JOB)
        return self.end()


def is_fine(reply):
    return reply.get("parameters", {}).get("outcome") == "finished"


def told(axe, reply):
    """All that is said of why it was not fine."""
    said = json.dumps(reply)
    for job in axe.jobs()[-1:]:
        with contextlib.suppress(FileNotFoundError):
            said += json.dumps(job.results())
    return said


def assert_whole(daemon):
    """Of all that begun there is one end, and no event is missing."""
    events = daemon.call("io.axe.Events.GetEvents", after=0)["parameters"]["events"]
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    for kind in ("job", "assessment"):
        begun, ended = ([(each["job"], each.get("assessment")) for each in events
                         if each["type"] == f"{kind}.{what}"] for what in ("begin", "end"))
        assert sorted(begun) == sorted(ended) and len(ended) == len(set(ended))


def run_within(caller, give, count):
    with give(count) as code:
        return code, caller.execute()


def walk(axe, daemon, give, run=run_within):
    """With 0, 1, 2 ... of it until a job is fine; each refusal before is named by its errno."""
    caller = Caller(daemon)
    refused = 0
    for count in range(GIVEN_UP):
        code, reply = run(caller, give, count)
        until(lambda: not axe.inhabitants(), "nothing of it is left")
        if is_fine(reply):
            break
        assert os.strerror(code) in told(axe, reply), (count, reply)
        refused += 1
    else:
        pytest.fail("never enough")
    assert refused, "there was always enough"
    assert is_fine(caller.execute())
    assert_whole(daemon)
    caller.client.close()


@contextlib.contextmanager
def written(path, text, code):
    before = path.read_text(encoding="ascii")
    path.write_text(str(text), encoding="ascii")
    try:
        yield code
    finally:
        path.write_text(before, encoding="ascii")


def test_number_of_groups_that_is_used_up(axe, daemon):
    stat = dict(line.split() for line in
                (axe.cgroup_root / "cgroup.stat").read_text(encoding="ascii").splitlines())
    there = int(stat["nr_descendants"])
    walk(axe, daemon, lambda count: written(axe.cgroup_root / "cgroup.max.descendants",
                                            there + count, errno.EAGAIN))


def test_groups_that_are_too_deep(axe, daemon):
    walk(axe, daemon, lambda count: written(axe.cgroup_root / "cgroup.max.depth", count,
                                            errno.EAGAIN))


@pytest.fixture
def processes(axe, daemon):
    """A group of our own, whose bound is one on what the daemon may start."""
    if (axe.cgroup_root / "pids.max").exists():
        yield axe.cgroup_root
        return
    mount = next((each for each in v1_mounts() if each.name == "pids"), None)
    if not mount:
        pytest.skip("no controller `pids`, neither v2 nor v1")
    group = mount / axe.cgroup_root.name
    group.mkdir()
    origin = pathlib.Path(f"/proc/{daemon.process.pid}/cgroup").read_text(encoding="ascii")
    path = next(line.split(":")[2] for line in origin.splitlines() if ":pids:" in line)
    (group / "cgroup.procs").write_text(str(daemon.process.pid), encoding="ascii")
    yield group
    (mount / path.lstrip("/") / "cgroup.procs").write_text(str(daemon.process.pid),
                                                           encoding="ascii")
    until(lambda: not (group / "cgroup.procs").read_text(encoding="ascii"), "all have left")
    group.rmdir()


def test_processes_that_cannot_be_born(axe, daemon, processes):
    there = int((processes / "pids.current").read_text(encoding="ascii"))
    walk(axe, daemon, lambda count: written(processes / "pids.max", there + count, errno.EAGAIN))


def limit_with(daemon, free):
    """The limit below which so many descriptors are not used now, while nothing runs."""
    used = {int(each) for each in os.listdir(f"/proc/{daemon.process.pid}/fd")}
    numbers = (each for each in itertools.count() if each not in used)
    return next(itertools.islice(numbers, free, None))


@contextlib.contextmanager
def descriptors(daemon, limit):
    before = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield errno.EMFILE
    finally:
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, before)


def test_descriptors_that_are_used_up(axe, daemon):
    """Behind the beginning of a job: what could be known before was checked before."""
    def run(caller, give, count):
        gate = axe.state.parent / f"go{count}"
        waits = {**JOB["assessments"][0], "command": f"while ! [ -e {gate} ]; do sleep 0.02; done"}
        limit = limit_with(daemon, count)
        caller.begin({"name": "wants", "assessments": [waits, JOB["assessments"][1]]})
        until(lambda: len(axe.jobs()) > count and axe.jobs()[count].trace("assessment.begin"),
              "it has begun")
        with give(limit) as code:
            gate.touch()
            reply = caller.end()
        # What is told of the first is true, where it is told.
        with contextlib.suppress(FileNotFoundError):
            first = axe.jobs()[-1].results()["assessments"][0]
            assert first["exit"] in ({"status": 0}, None)
        return code, reply

    walk(axe, daemon, lambda limit: descriptors(daemon, limit), run)
