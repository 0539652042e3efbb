"""The adversaries that are too many for a supervisor with next to no room: what it could not see it
never passes off as seen, and whatever it had room for stays exact."""

import pytest
from adversary import EXIT_CODES, call_terminate, end, manifest, start
from axe import ADVERSARIES, SLOWNESS, v2_mount
from record import Record, record

RING_BYTES = 4096
RECORDS = 8


@pytest.fixture(autouse=True)
def narrow(axe):
    """Runs start a supervisor whose ring is a page and whose table has 8 processes."""
    axe.give_supervisors("--ring-bytes", RING_BYTES, "--records", RECORDS)
    axe.narrow = True


def told_ends(job):
    """Name and end of everybody whose end is told."""
    told = Record(job)
    return [f"{told.name(each)}: {told.end(each)}" for each in told.births.values()
            if told.end(each)]


def assert_said_to_be_unknown(axe, text, ends, processes=None):
    """It is incomplete and says so everywhere; how many there were is exact all the same, because a
    counter needs no room; and nobody's end is told otherwise than it was."""
    assert "the record of its processes is incomplete: " in text
    job = axe.job()
    result = job.only()
    integrity = result["integrity"]
    assert not integrity["complete"] and integrity["reason"] in text
    count = result["processes"]["seen"]
    assert count == result["processes"]["exited"] == integrity["forks"] == integrity["exits"]
    assert processes in (None, count)
    assert integrity["traced"] + integrity["lost_records"] == count
    assert integrity["traced"] == len(job.trace("process.exit")) < count
    told = told_ends(job)
    assert told and set(told) <= ends, told
    axe.assert_nothing_left()


@pytest.mark.parametrize("name, words, processes, ends", [
    ("crowd", ["200"], 201, {"crowd: KILL by axe", "sleeper: KILL by axe"}),
    ("zombies", [], 1001, {"zombies: KILL by axe", "zombie: 3"}),
])
def test_many_are_ended_and_said_to_be_unknown(axe, name, words, processes, ends):
    client = start(axe, name, *words)
    code, receipt = call_terminate(axe)
    assert (code, receipt["survivors"], axe.inhabitants()) == (0, [], [])
    code, text = end(client)
    assert code == EXIT_CODES["terminated"], text
    assert_said_to_be_unknown(axe, text, ends, processes)
    # The numbers of the receipt are not those of all, and it says of how many.
    assert receipt["unrecorded"] == axe.job().only()["integrity"]["lost_records"]
    assert receipt["killed"] <= RECORDS


def test_storm_into_the_frozen_group_is_exact_or_said_to_be_unknown(axe):
    outside = axe.groups / "outside"
    outside.mkdir()
    client = start(axe, "storm", v2_mount(), outside)
    code, receipt = call_terminate(axe)
    outside.rmdir()
    assert (code, receipt["survivors"], axe.inhabitants()) == (0, [], [])
    code, text = end(client)
    assert code == EXIT_CODES["terminated"], text
    # The cloud may be killed before it has poured more than there is room for.
    if axe.job().only()["integrity"]["complete"]:
        assert len(told_ends(axe.job())) == axe.job().only()["processes"]["seen"]
        axe.assert_nothing_left()
    else:
        assert_said_to_be_unknown(axe, text, {"storm: KILL by axe", "cloud: KILL by axe",
                                              "drop: KILL by axe", "drop: KILL by the kernel"})
    assert receipt["unrecorded"] == axe.job().only()["integrity"]["lost_records"]


def test_fork_bomb_is_ended_and_said_to_be_unknown(axe):
    bomb = manifest(axe, "fork_bomb", [], {"limits": {"pids": 200}})
    run = axe("run", "--timeout", f"{SLOWNESS}s", "--timeout-grace", "0ms", bomb)
    assert run.returncode == EXIT_CODES["timeout"], run.stdout + run.stderr
    assert_said_to_be_unknown(axe, run.stderr, {"fork_bomb: KILL by axe"})


def test_chain_that_forks_on_and_on_is_exact_or_said_to_be_unknown(axe):
    run = axe("run", "--", ADVERSARIES / "comet")
    assert run.returncode == EXIT_CODES["leaked"], run.stdout + run.stderr
    integrity = axe.job().only()["integrity"]
    ends = {"comet: 0", "comet: KILL by axe"}
    if integrity["complete"]:
        told = told_ends(axe.job())
        assert len(told) == integrity["forks"] == integrity["exits"] and set(told) <= ends
        axe.assert_nothing_left()
    else:
        assert_said_to_be_unknown(axe, run.stderr, ends)


def test_many_one_after_another_are_exact_or_said_to_be_unknown(axe):
    lives = "".join(f"  reborn: {status}\n" for status in range(100))
    run = axe("run", "--", ADVERSARIES / "reborn")
    assert run.returncode == EXIT_CODES["passed"], run.stderr
    integrity = axe.job().only()["integrity"]
    assert integrity["forks"] == integrity["exits"] == 102
    if integrity["complete"]:
        assert record(axe.job()) == f"reborn: 0\n  first: 0\n{lives}"
        axe.assert_nothing_left()
    else:
        ends = {f"reborn: {status}" for status in range(100)} | {"first: 0"}
        assert_said_to_be_unknown(axe, run.stderr, ends, 102)
