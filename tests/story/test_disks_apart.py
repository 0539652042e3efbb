"""A daemon whose disks are full or read-only, each alone: of its store, its jobs, their output."""

import contextlib
import errno
import os
import subprocess

import pytest
from axe import until
from console import read_until
from daemon import Daemon, replies, send

ENDED = ["job.begin", "assessment.begin", "assessment.end", "job.end"]


@contextlib.contextmanager
def mounted(folder, options):
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"mode=755,{options}", "none", folder]
    subprocess.run(words, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disks(axe, tmp_path):
    """(of the store, of the jobs), 8 MiB each."""
    axe.state = tmp_path / "disk"
    with mounted(axe.state, "size=8m") as store, mounted(axe.state / "jobs", "size=8m") as jobs:
        yield store, jobs


@pytest.fixture
def daemon(axe, disks):  # pylint: disable=unused-argument
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    assert daemon.stop() == 0
    assert [each for each in axe.remains() if not each.startswith("half a job")] == []


@contextlib.contextmanager
def full(folder):
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def read_only(folder):
    """Over what is there; what is open stays open."""
    with mounted(folder, "ro"):
        yield


def job(command):
    return {"name": "apart", "assessments": [{"name": "a", "command": command, "timeout": "60s"}]}


def execute(daemon):
    return daemon.call("io.axe.Engine.ExecuteJob", manifest=job("true"))


@contextlib.contextmanager
def begun(axe, daemon, command):
    """What gives the answer of a job that has begun."""
    with daemon.connect() as client:
        send(client, "io.axe.Engine.ExecuteJob", {"manifest": job(command)})
        until(lambda: axe.jobs() and axe.job().trace("assessment.begin"), "it has begun")
        yield lambda: next(replies(client))


def awaits(gate):
    return f"while ! [ -e {gate} ]; do sleep 0.02; done"


def outcome(reply):
    return reply.get("parameters", {}).get("outcome")


def states(daemon):
    return [each["state"] for each in daemon.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]]


def kinds(daemon, job):
    events = daemon.call("io.axe.Events.GetEvents", after=0)["parameters"]["events"]
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    return [each["type"] for each in events if each["job"] == job]


def test_full_disk_of_the_store_costs_no_result(axe, disks, daemon, tmp_path):
    gate = tmp_path / "go"
    with begun(axe, daemon, awaits(gate)) as answer:
        with full(disks[0]):
            gate.touch()
            until(lambda: states(daemon) == ["ended"], "it has ended")
            assert axe.job().only()["verdict"] == "passed"
            assert axe.job().lifecycle() == ENDED
            said = read_until(daemon.process.stderr, "wait until the disk")
            assert "disk is full" in said
        # Nobody is told what could still be lost.
        assert outcome(answer()) == "finished"
        read_until(daemon.process.stderr, "written again")
    assert kinds(daemon, 1) == ENDED
    assert outcome(execute(daemon)) == "finished"


@pytest.mark.parametrize("lack, code", [(full, errno.ENOSPC), (read_only, errno.EROFS)],
                         ids=["full", "read-only"])
def test_disk_of_the_jobs_that_takes_none_is_named_and_the_next_one_runs(disks, daemon, lack, code):
    assert outcome(execute(daemon)) == "finished"
    with lack(disks[1]):
        refused = execute(daemon)
        assert outcome(refused) != "finished"
        assert os.strerror(code) in str(refused), refused
    assert outcome(execute(daemon)) == "finished"
    assert kinds(daemon, 1) == ENDED


def test_results_that_find_no_space_fail_their_job_alone(axe, disks, daemon, tmp_path):
    gate = tmp_path / "go"
    with begun(axe, daemon, awaits(gate)) as answer, full(disks[1]):
        gate.touch()
        reply = answer()
        assert os.strerror(errno.ENOSPC) in str(reply), reply
        assert not (axe.job().folder / "results.json").exists()
        # Its events have a disk of their own.
        until(lambda: kinds(daemon, 1) == ENDED, "its end is stored")
    assert outcome(execute(daemon)) == "finished"


def test_output_that_finds_no_space_is_its_programs_affair(axe, disks, daemon, tmp_path):
    tried, gates = tmp_path / "tried", [tmp_path / "write", tmp_path / "end"]
    script = (f"{awaits(gates[0])}; head -c 1000000 /dev/zero || code=7; touch {tried}; "
              f"{awaits(gates[1])}; exit $code")
    with begun(axe, daemon, script) as answer:
        with full(disks[1]):
            gates[0].touch()
            until(tried.exists, "it has tried to write")
        gates[1].touch()
        assert outcome(answer()) == "failed"
    result = axe.job().only()
    assert (result["verdict"], result["exit"]) == ("failed", {"status": 7})
    until(lambda: kinds(daemon, 1) == ENDED, "its end is stored")
