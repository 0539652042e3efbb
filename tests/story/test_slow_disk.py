"""A disk that syncs slowly delays what is durable, but never the end of a job's processes."""

import os
import statistics
import time

import pytest
from axe import until
from bad_disk import BadDisk
from daemon import Daemon, replies, send

SYNC_MS = 500
ROUNDS = 12
ALLOWED_MS = 5
VICTIM = "echo ready > {gate}; sleep 999 & sleep 999"


@pytest.fixture
def disk(tmp_path):
    disk = BadDisk(tmp_path)
    yield disk
    disk.close()


@pytest.fixture
def daemon(axe, disk, monkeypatch):
    with monkeypatch.context() as patch:
        for name, value in disk.environment().items():
            patch.setenv(name, value)
        daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root), "--slots", "2")
    yield daemon
    disk["sync_ms"] = 0
    daemon.stop()
    axe.assert_nothing_left()


@pytest.fixture
def gate(tmp_path):
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def begin(daemon, name, command):
    """Start a job; its connection, which hears of its end."""
    client = daemon.connect()
    assessment = {"name": name, "command": command, "timeout": "120s"}
    send(client, "io.axe.Engine.ExecuteJob",
         {"manifest": {"name": name, "assessments": [assessment]}}, True)
    return client


def number_of(client):
    """The first answer that has it."""
    return next(reply["parameters"]["job"] for reply in replies(client)
                if "job" in reply["parameters"])


def await_end(client):
    for reply in replies(client):
        if not reply.get("continues"):
            return reply["parameters"]
    raise AssertionError("the daemon hung up")


def time_a_kill(axe, daemon, disk, gate, sync_ms):
    """From the request's sending to the group's emptiness, in ms, while the disk is busy."""
    disk["sync_ms"] = sync_ms
    # Its results go to the disk while the other one is killed.
    neighbour = begin(daemon, "neighbour", ["true"])
    victim = begin(daemon, "victim", VICTIM.format(gate=gate))
    with open(gate, encoding="ascii") as ready:
        assert ready.read() == "ready\n"
    job = number_of(victim)
    if sync_ms:
        until(lambda: disk["inside"] >= 2, "store and results wait, and the loop for neither")
    else:
        await_end(neighbour)
    with daemon.connect() as killer:
        sent_ns = time.monotonic_ns()
        send(killer, "io.axe.Engine.TerminateJob", {"job": job})
        until(lambda: not axe.inhabitants(), "the group is empty")
        # Still within the syncs that were under way when the request was sent?
        inside = disk["inside"]
        disk["sync_ms"] = 0
        answer = next(replies(killer))["parameters"]
    if sync_ms:
        await_end(neighbour)
    await_end(victim)
    neighbour.close()
    victim.close()
    assert answer["receipt"]["survivors"] == []
    folder = next(each for each in axe.jobs() if each.id == job)
    emptied_ns = folder.trace("job.kill")[0]["mono_ns"]
    return (emptied_ns - sent_ns) / 1e6, inside


def test_slow_disk_holds_up_no_kill(axe, daemon, disk, gate):
    usual, slowed = [], []
    for _ in range(ROUNDS):
        usual.append(time_a_kill(axe, daemon, disk, gate, 0)[0])
        before = disk["syncs"]
        took, inside = time_a_kill(axe, daemon, disk, gate, SYNC_MS)
        slowed.append(took)
        # The double was at work: otherwise both are the same by themselves.
        assert disk["syncs"] - before >= 2 and inside >= 1
    difference = statistics.median(slowed) - statistics.median(usual)
    figures = (f"usual {statistics.median(usual):.2f} ms ({min(usual):.2f} to {max(usual):.2f}), "
               f"slowed {statistics.median(slowed):.2f} ms ({min(slowed):.2f} to "
               f"{max(slowed):.2f}), {disk['syncs']} syncs of {SYNC_MS} ms")
    print(figures)
    assert difference < ALLOWED_MS, figures
    # Nor is there a single one that waited for a sync.
    assert max(slowed) < max(usual) + SYNC_MS / 2, figures
