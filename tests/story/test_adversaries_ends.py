"""Programs that attack by the way they end: status, killer and core as they were, never guessed."""

import subprocess

import pytest
from adversary import assert_recorded, end, run_through, stand_and_fall, start
from axe import PATIENCE_S

OUTSIDER_UID = 4711


def test_whoever_ignores_all_signals_is_killed_after_its_grace(axe):
    job = run_through(axe, "stubborn", "timeout", "stubborn: KILL by axe",
                      options=["--timeout", "2s", "--timeout-grace", "100ms"])
    assert job.output() == b"ready\n"
    # A signal that is ignored is none that anybody got.
    assert job.trace("process.signal") == []


def test_whoever_ends_in_its_grace_keeps_its_status(axe):
    job = run_through(axe, "late", "timeout", "late: 3",
                      options=["--timeout", "2s", "--timeout-grace", "50s"])
    assert job.only()["exit"] == {"status": 3}
    assert job.trace("assessment.kill") == []


def test_whoever_outlives_a_root_that_obeyed_has_the_grace_and_no_more(axe):
    run_through(axe, "stopped", "timeout", """
        stopped: TERM by axe
          stopped: KILL by axe
            stopped: KILL by axe
              stopped: KILL by axe
    """, options=["--timeout", "1s", "--timeout-grace", "100ms"])


@pytest.mark.parametrize("name, record, status", [
    ("leader_leaves", "leader_leaves: 4", 4),
    # Named after the program that it executed last.
    ("thread_exec", "sh: 5", 5),
    # A name of the kernel has 15 characters.
    ("thread_exit_group", "thread_exit_gro: 6", 6),
])
def test_threads_are_one_process_with_one_end(axe, name, record, status):
    job = run_through(axe, name, "failed", record)
    assert job.only()["exit"] == {"status": status}


def test_parent_that_waits_for_its_vfork_child_is_no_survivor(axe):
    stand_and_fall(axe, "vfork_parent", """
        vfork_parent: KILL by axe
          vfork_parent: KILL by axe
    """)


def test_sibling_that_killed_is_named(axe):
    run_through(axe, "murder", "passed", """
        murder: 0
          victim: KILL by murderer
          murderer: 0
    """)


def test_parent_whose_end_killed_is_named(axe):
    run_through(axe, "orphan_signal", "passed", """
        orphan_signal: 0
          parent: 0
            orphan: KILL by parent through the kernel
    """)


def test_core_is_told(axe, tmp_path):
    job = run_through(axe, "abort_core", "crashed", "abort_core: ABRT with a core by itself",
                      words=[tmp_path])
    assert job.only()["killer"]["origin"] == "itself"


def test_grandchild_that_the_kernel_chose_is_named(axe):
    job = run_through(axe, "oom_grandchild", "oom", """
        oom_grandchild: 2
          child: 2
            hog: KILL out of memory by hog through the kernel
    """, limits={"memory": "32M"})
    assert len(job.trace("process.oom")) == 1


def test_outsider_of_another_uid_who_killed_is_named(axe):
    client = start(axe, "stand")
    victim, = axe.inhabitants()
    subprocess.run(["setpriv", "--reuid", str(OUTSIDER_UID), "--inh-caps", "+kill",
                    "--ambient-caps", "+kill", "--", "/bin/kill", "-KILL", str(victim)],
                   check=True, timeout=PATIENCE_S)
    code, text = end(client)
    assert code == 1, text
    job = assert_recorded(axe, "crashed", f"stand: KILL by kill of uid {OUTSIDER_UID}")
    killer = job.only()["killer"]
    assert (killer["uid"], killer["comm"], killer["origin"]) == (OUTSIDER_UID, "kill", "process")
