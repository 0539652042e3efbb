"""A trace that reaches its limit says how much it left out, whoever wrote it and died."""

import os

import pytest
from axe import until
from console import end
from daemon import Daemon
# The fixtures are used by their names.
# pylint: disable=unused-import, redefined-outer-name
from test_adoption import begun, run_dir, shell, submit, told

LIMIT = 65536
# So many ends are counted by one line, which may be a few of those that are told, too.
RELEASED = 512
MANY = 1000
PAUSES = 20


@pytest.fixture
def daemon(axe, run_dir):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root), "--run-dir", str(run_dir),
                    "--trace-limit", str(LIMIT))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


def forks(count, pause=":"):
    return f"i=0; while [ $i -lt {count} ]; do (exit 7); {pause}; i=$((i + 1)); done"


def hold(gate):
    """Nobody waits for the other end of this pipe."""
    os.mkfifo(gate)
    return open(gate, "r+b", buffering=0)


def ends_left_out(job):
    return sum(line["data"]["ends"] for line in job.trace("lost"))


def assert_each_is_told_or_counted(job, processes):
    integrity = job.only()["integrity"]
    ends = len(job.trace("process.exit"))
    assert integrity["forks"] == integrity["exits"] == processes
    assert integrity["lost_records"] == 0
    assert 0 < ends < RELEASED
    assert ends + ends_left_out(job) == processes
    assert [line["seq"] for line in job.trace()] == list(range(1, len(job.trace()) + 1))
    lost = len(job.trace("lost"))
    lines = (job.folder / "trace.ndjson").read_bytes().splitlines(True)
    lifecycle = [line for line in lines if b'"process.' not in line and b'"lost"' not in line]
    assert sum(map(len, lines)) <= LIMIT + sum(map(len, lifecycle)) + 400 * lost


@pytest.mark.parametrize("kills", [0, 1, 2])
def test_each_that_ends_is_told_or_counted_over_killed_supervisors(axe, daemon, tmp_path, kills):
    gates = [tmp_path / f"gate-{at}" for at in range(kills)]
    # It waits without a process more.
    parts = [f"{forks(MANY)}; : > {gate}.reached; read x < {gate}" for gate in gates]
    held = [hold(gate) for gate in gates]
    client = submit(axe, daemon, shell("; ".join([*parts, forks(MANY)]), timeout="600s"))
    begun(axe)
    counted = 0
    for gate, end_of_wait in zip(gates, held):
        until(gate.with_suffix(".reached").exists, "it waits")
        until(lambda before=counted: ends_left_out(axe.job()) > before, "some are counted")
        # Behind an answer it is between a count and the next.
        daemon.call("org.varlink.service.GetInfo")
        counted = ends_left_out(axe.job())
        daemon.kill()
        daemon.start()
        end_of_wait.write(b"\n")
    until(lambda: [each["type"] for each in told(daemon)][-1:] == ["job.end"], "its end is stored")
    end(client)
    until(lambda: not axe.job().folder.joinpath(".supervisor.json").exists(), "nobody writes it")
    until(lambda: ends_left_out(axe.job()) > counted, "the rest is counted")
    assert_each_is_told_or_counted(axe.job(), 1 + MANY * (kills + 1))


def test_full_trace_does_not_grow_by_what_ends_now_and_then(axe, daemon):
    client = submit(axe, daemon, shell(f"{forks(MANY)}; {forks(PAUSES, 'sleep 0.06')}"))
    end(client)
    processes = 1 + MANY + 2 * PAUSES
    assert_each_is_told_or_counted(axe.job(), processes)
    assert len(axe.job().trace("lost")) <= processes // RELEASED + 2
