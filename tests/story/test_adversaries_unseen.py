"""Adversaries before a supervisor with next to no room: what it could not see it never passes off
as seen, and whatever it had room for stays exact."""

import pytest
from adversary import call_terminate, end, run_through, stand_and_fall, start
from axe import ADVERSARIES, BIN, v2_mount
from record import record

RING_BYTES = 4096
RECORDS = 8


@pytest.fixture(autouse=True)
def narrow(monkeypatch, tmp_path):
    """Runs start a supervisor whose ring is a page and whose table has 8 processes."""
    supervisor = tmp_path / "axed"
    supervisor.write_text(f'#!/bin/sh\nexec {BIN}/axed --ring-bytes {RING_BYTES} '
                          f'--records {RECORDS} "$@"\n', encoding="ascii")
    supervisor.chmod(0o755)
    monkeypatch.setenv("AXE_AXED", str(supervisor))


@pytest.mark.parametrize("name, words, verdict, expected", [
    ("daemon", [], "leaked", """
        daemon: 0
          middle: 0
            daemon: KILL by axe
    """),
    ("leader_leaves", [], "failed", "leader_leaves: 4"),
    ("thread_exec", [], "failed", "sh: 5"),
    ("murder", [], "passed", """
        murder: 0
          victim: KILL by murderer
          murderer: 0
    """),
    ("orphan_signal", [], "passed", """
        orphan_signal: 0
          parent: 0
            orphan: KILL by parent through the kernel
    """),
    ("pidns", ["end"], "passed", """
        pidns: 0
          init: 8
            3 x inmate: KILL by init through the kernel
    """),
])
def test_few_are_recorded_exactly(axe, name, words, verdict, expected):
    run_through(axe, name, verdict, expected, words=words)


def test_few_in_groups_are_ended_and_recorded_exactly(axe):
    stand_and_fall(axe, "nested_groups", """
        nested_groups: KILL by axe
          4 x resident: KILL by axe
    """, words=[v2_mount()])


@pytest.mark.parametrize("name, words, processes", [
    ("crowd", ["200"], 201),
    ("zombies", [], 1001),
])
def test_many_are_ended_and_said_to_be_unknown(axe, name, words, processes):
    client = start(axe, name, *words)
    code, receipt = call_terminate(axe)
    assert (code, receipt["survivors"], axe.inhabitants()) == (0, [], [])
    code, text = end(client)
    assert code == 5, text
    assert "incomplete" in text

    result = axe.job().only()
    # Counted all the same: a counter needs no room.
    assert result["processes"] == {"seen": processes, "exited": processes}
    integrity = result["integrity"]
    assert not integrity["complete"] and integrity["reason"]
    assert integrity["lost_records"] >= processes - RECORDS - integrity["traced"]
    assert integrity["traced"] == len(axe.job().trace("process.exit")) < processes
    axe.assert_nothing_left()


def test_many_one_after_another_are_exact_or_said_to_be_unknown(axe):
    lives = "".join(f"  reborn: {status}\n" for status in range(100))
    run = axe("run", "--", ADVERSARIES / "reborn")
    assert run.returncode == 0, run.stderr
    integrity = axe.job().only()["integrity"]
    assert integrity["forks"] == integrity["exits"] == 102
    if integrity["complete"]:
        assert record(axe.job()) == f"reborn: 0\n  first: 0\n{lives}"
    else:
        assert integrity["reason"] in run.stderr
    axe.assert_nothing_left()
