"""Programs that attack by the way they fork: the record of each is exact, and nothing is left."""

import os
import pathlib

import pytest
from adversary import assert_recorded, run_through, stand_and_fall, start, terminate
from axe import ADVERSARIES, PATIENCE_S, v2_mount
from record import Record, key

BY_AXE = "KILL by axe"
PID_MAX = pathlib.Path("/proc/sys/kernel/pid_max")
# A hundred more than the first 300, which the kernel gives out only once.
FEW_PIDS = 400


@pytest.fixture
def few_pids():
    """All that runs on this machine shares next to no pids."""
    if "AXE_OWN_MACHINE" not in os.environ:
        pytest.skip("needs a machine of its own, to leave it next to no pids: tests/vm/run has one")
    usual = PID_MAX.read_text(encoding="ascii")
    PID_MAX.write_text(str(FEW_PIDS), encoding="ascii")
    yield
    PID_MAX.write_text(usual, encoding="ascii")


def test_daemon_with_nothing_of_its_origin_is_followed(axe):
    job = run_through(axe, "daemon", "leaked", """
        daemon: 0
          middle: 0
            daemon: KILL by axe
    """)
    leak, = job.only()["leaks"]
    assert (leak["argv"], leak["parent"]["comm"]) == (["daemon", "stay"], "middle")


def test_held_output_is_waited_for_by_nobody(axe):
    # As a person would, through pipes; a second reader of them would never see their end.
    run = axe("run", "--", ADVERSARIES / "held_output")
    assert (run.returncode, run.stdout) == (7, "ready\n"), run.stderr
    assert_recorded(axe, "leaked", """
        held_output: 0
          holder: KILL by axe
    """)


def test_chain_that_forks_on_and_on_is_caught_and_known_link_by_link(axe):
    job = run_through(axe, "comet", "leaked")
    record = Record(job)
    link, = record.children[None]
    ends = []
    while link:
        ends.append(record.end(link))
        link, = record.children.get(key(link), [None])
    assert len(ends) == len(record.births) > 4
    # The freeze may meet a parent between its fork and its own end, while the chain goes on.
    assert ends[-1] == BY_AXE
    kill, = job.trace("assessment.kill")
    assert sorted(ends) == ["0"] * (len(ends) - kill["data"]["killed"]) \
        + [BY_AXE] * kill["data"]["killed"]


def test_storm_into_the_frozen_group_is_killed_with_it(axe):
    outside = axe.groups / "outside"
    outside.mkdir()
    client = start(axe, "storm", v2_mount(), outside)
    receipt = terminate(axe, client)
    outside.rmdir()
    job = assert_recorded(axe, "terminated")
    record = Record(job)
    storm, = record.children[None]
    cloud, = record.children[key(storm)]
    drops = record.children.get(key(cloud), [])
    assert record.end(storm) == record.end(cloud) == BY_AXE
    # Who is born into a group that was killed is killed by its birth.
    assert {record.end(each) for each in drops} <= {BY_AXE, "KILL by the kernel"}
    assert len(record.births) == 2 + len(drops) == receipt["exits_observed"]
    # Who was poured in between the picture and the count is said not to be in the picture.
    assert receipt["seen"] + receipt["unseen"] <= len(record.births)
    assert job.only()["integrity"]["escaped"] == 1
    assert [line["data"]["pid"] for line in job.trace("process.escape")] == [cloud["pid"]]


def test_thousand_zombies_keep_their_status_though_nobody_reaps_them(axe):
    receipt = stand_and_fall(axe, "zombies", """
        zombies: KILL by axe
          1000 x zombie: 3
    """)
    assert (receipt["seen"], receipt["killed"]) == (1, 1)


def test_hundred_lives_of_one_pid_are_told_apart(axe):
    lives = "\n".join(f"  reborn: {status}" for status in range(100))
    job = run_through(axe, "reborn", "passed", f"reborn: 0\n  first: 0\n{lives}")
    _, *children = job.processes()
    assert len({child["pid"] for child in children}) == 1
    assert len({child["start_ns"] for child in children}) == 101


def test_lives_are_told_apart_where_pids_are_few(axe, few_pids):
    lives = "\n".join(f"  life: {number % 251}" for number in range(1000))
    job = run_through(axe, "recycled", "passed", f"recycled: 0\n{lives}", words=[1000])
    _, *children = job.processes()
    assert len({child["start_ns"] for child in children}) == 1000
    assert len({child["pid"] for child in children}) < FEW_PIDS


def test_ten_thousand_processes_are_killed_and_counted_one_by_one(axe):
    receipt = stand_and_fall(axe, "crowd", """
        crowd: KILL by axe
          10000 x sleeper: KILL by axe
    """, words=["10000"], limits={"pids": 10100},
        options=["--kill-deadline", f"{PATIENCE_S}s", "--abandon-after", f"{PATIENCE_S}s"])
    assert receipt["killed"] == receipt["exits_observed"] == 10001
