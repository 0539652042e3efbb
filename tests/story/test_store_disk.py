"""A daemon on a disk that takes no more: what it told is told again, also by the next one."""

import contextlib
import itertools
import os
import sqlite3
import subprocess

import pytest
from axe import BIN, until
from daemon import Daemon, environment, replies, send

# Of a job that ends, and of one that was cut off by the disk.
ENDED = ["job.begin", "assessment.begin", "assessment.end", "job.end"]
BEGUN = ENDED[:2]


@pytest.fixture
def disk(axe, tmp_path):
    """A state directory on a disk of 8 MiB, which is nobody else's."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", folder], check=True)
    axe.state = folder / "state"
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def start(axe, disk):
    daemons = []

    def start_one():
        daemons.append(Daemon(axe, "--cgroup-root", str(axe.cgroup_root)))
        return daemons[-1]

    yield start_one
    for daemon in daemons:
        if daemon.process.returncode is None:
            daemon.stop()
    axe.assert_nothing_left(at_once=False)


@contextlib.contextmanager
def full(folder):
    with open(folder / "filler", "wb", buffering=0) as filler:
        with contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))
    try:
        yield
    finally:
        (folder / "filler").unlink()


def run(axe, daemon):
    return axe("run", "--", "true", env=environment(daemon))


@contextlib.contextmanager
def held(daemon, gate):
    """A job that waits at a gate."""
    os.mkfifo(gate)
    assessment = {"name": "a", "command": f"read go < {gate}", "timeout": "60s"}
    with daemon.connect() as client:
        send(client, "io.axe.Engine.ExecuteJob",
             {"manifest": {"name": "held", "assessments": [assessment]}}, True)
        yield


def hear(client):
    """The events that somebody hears, in a form that can be compared."""
    for reply in replies(client):
        event = reply["parameters"]["event"]
        yield event["seq"], event["job"], event["type"], event["data"]


def told(client, count):
    """The next ones, when no others are on their way."""
    return list(itertools.islice(hear(client), count))


def states(daemon):
    jobs = daemon.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]
    return [job["state"] for job in jobs]


def types(heard):
    return [kind for _, _, kind, _ in heard]


def assert_sound(axe):
    with contextlib.closing(sqlite3.connect(axe.state / "axe.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def assert_all_told_again(axe, daemon, heard):
    """And the numbers go on behind what was stored."""
    with daemon.subscribe(after=0) as client:
        assert run(axe, daemon).returncode == 0
        job = axe.jobs()[-1].id
        last = (job, "job.end")
        seen = list(itertools.takewhile(lambda event: event[1:3] != last, hear(client)))
    assert seen[:len(heard)] == heard
    assert [seq for seq, *_ in seen] == list(range(1, len(seen) + 1))
    assert [kind for _, each, kind, _ in seen if each == job] == ENDED[:-1]


def test_daemon_killed_on_a_full_disk_has_lost_nothing_that_it_told(axe, disk, start, tmp_path):
    gate = tmp_path / "gate"
    daemon = start()
    assert run(axe, daemon).returncode == 0
    with daemon.subscribe(after=0) as listener, held(daemon, gate):
        heard = told(listener, len(ENDED) + len(BEGUN))
        assert types(heard) == ENDED + BEGUN
        with full(disk):
            gate.write_text("go\n", encoding="ascii")
            # It answers all the same.
            until(lambda: states(daemon) == ["ended"], "the job has ended")
            daemon.kill()
        # What a file that was given up left free may have been enough for some more.
        heard += hear(listener)
    assert_sound(axe)
    assert_all_told_again(axe, start(), heard)
    assert_sound(axe)


def test_daemon_on_a_disk_that_has_space_again_tells_what_waited(axe, disk, start, tmp_path):
    gate = tmp_path / "gate"
    daemon = start()
    with daemon.subscribe() as listener, held(daemon, gate):
        heard = told(listener, len(BEGUN))
        with full(disk):
            gate.write_text("go\n", encoding="ascii")
            until(lambda: not axe.inhabitants(), "the job has ended")
        heard += told(listener, len(ENDED) - len(BEGUN))
    assert types(heard) == ENDED
    assert_all_told_again(axe, daemon, heard)
    daemon.stop()
    assert_sound(axe)


def test_killed_daemon_on_a_disk_turned_read_only_comes_back_with_all(axe, disk, start):
    daemon = start()
    with daemon.subscribe() as listener:
        assert run(axe, daemon).returncode == 0
        heard = told(listener, len(ENDED))
    daemon.kill()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    before = {path: path.read_bytes() for path in axe.state.glob("axe.db*")}
    refused = subprocess.run(
        [BIN / "axed", "--foreground", "--socket", axe.state.parent.parent / "other.sock",
         "--state-dir", axe.state], capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    line, = refused.stderr.splitlines()
    assert str(axe.state) in line and "Read-only file system" in line
    assert {path: path.read_bytes() for path in axe.state.glob("axe.db*")} == before

    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert_sound(axe)
    assert_all_told_again(axe, start(), heard)
