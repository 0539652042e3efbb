"""A supervisor of another build comes behind one that was killed: it takes over what that one knew."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import pytest
from axe import BIN, until
from console import end
from daemon import Daemon
# Collected here once more: they hold as well when the successor brings programs of its own.
# pylint: disable=unused-import
from test_adoption import (
    ONE, await_gate, await_gate_alone, begun, ended, gate, killed_once_all_is_written,
    killed_while_it_runs, life, shell, submit,
    test_grace_of_a_cancel_goes_on, test_job_can_be_steered_by_the_successor,
    test_leak_is_found_by_the_successor, test_output_stays_bounded,
    test_parallel_assessments_all_go_on, test_post_action_goes_on,
    test_runtime_of_the_job_goes_on_counting, test_successor_may_die_as_well,
    test_termination_under_way_is_completed, test_timeout_goes_on_counting,
    test_timeout_that_ran_out_meanwhile_is_made_good, test_tries_go_on_being_counted,
    test_what_follows_is_run_by_the_successor)


# An axed of another build, which begins what these stories go on with (tools/dev/try-upgrade).
# Without it the one that is tested begins, and what it leaves is made to look like an older one's.
OTHER = os.environ.get("AXE_OTHER_AXED")


def bpftool(*words):
    path = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin"))
    program = shutil.which("bpftool", path=path)
    if not program:
        pytest.skip("needs bpftool")
    return subprocess.run([program, "-j", *map(str, words)], check=True, capture_output=True,
                          text=True).stdout


def make_older(kept, events=True):
    """What is kept there says that it is of the build before: its first number is the ABI's."""
    identity = kept / "identity"
    entry, = json.loads(bpftool("map", "dump", "pinned", identity))
    value = [int(byte, 16) for byte in entry["value"]]
    value[0] -= 1
    # The second one is of the sizes of all that is shared.
    value[4] ^= 0 if events else 1
    bpftool("map", "update", "pinned", identity, "key", *entry["key"], "value", *value)


class Upgraded(Daemon):
    """Each time it starts, what its predecessor left is of an older build."""

    ages = True  # what its predecessor left is made to look older
    events = True  # whether those of its predecessor are laid out as its own

    def __init__(self, axe, run_dir):
        self.run_dir = run_dir
        super().__init__(axe, "--cgroup-root", str(axe.cgroup_root), "--run-dir", str(run_dir))

    def kept(self):
        return next(self.run_dir.glob("*.bpf/kept"), None)

    def begin(self):
        kept = self.kept()
        if OTHER:
            self.program = BIN / "axed" if kept else OTHER
        elif kept and self.ages:
            make_older(kept, self.events)
        return super().begin()


@pytest.fixture
def run_dir():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="axe-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def daemon(axe, run_dir):
    daemon = Upgraded(axe, run_dir)
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()
    assert list(run_dir.glob("*.bpf")) == []


def test_processes_of_before_end_with_their_true_status(axe, daemon):
    script = (f"for at in 1 2 3; do sh -c '{await_gate(axe)}; exit 4' & done; wait; exit 5")
    killed_while_it_runs(axe, daemon, shell(script))
    until(lambda: len(axe.inhabitants()) >= 4, "all of it lives")
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert life(job) == ONE
    assert job.only()["exit"] == {"status": 5}
    ends = [line["data"]["exit"] for line in job.trace("process.exit")]
    assert ends.count({"status": 4}) == 3
    assert ends.count({"status": 5}) == 1
    assert job.only()["processes"]["seen"] == job.only()["processes"]["exited"]


def ended_meanwhile(axe, daemon):
    killed_once_all_is_written(axe, daemon, f"{await_gate_alone(axe)}; sleep 0.01; exit 7",
                               shell("exit 0", "next"))
    gate(axe).touch()
    until(lambda: not axe.inhabitants(), "it has ended")
    daemon.start()
    job = ended(axe, daemon)
    first, following = sorted(job["assessments"], key=lambda each: each["index"])
    assert first["exit"] == {"status": 7}
    assert first["verdict"] == "failed"
    assert first["processes"]["seen"] == first["processes"]["exited"]
    assert following["integrity"]["complete"] is True
    commands = [line["data"]["argv"] for line in job.trace("process.exec")]
    return first["integrity"], ["sleep", "0.01"] in commands


def test_what_happened_meanwhile_is_known_to_the_last_command(axe, daemon):
    integrity, has_command = ended_meanwhile(axe, daemon)
    assert integrity["complete"] is True, integrity
    assert has_command


@pytest.mark.skipif(OTHER is not None, reason="the other build has a layout of its own")
def test_events_of_another_layout_are_lost_and_counted(axe, daemon):
    daemon.events = False
    integrity, has_command = ended_meanwhile(axe, daemon)
    assert integrity["complete"] is False
    assert integrity["lost_events"] > 0
    assert "events were lost" in integrity["reason"]
    assert not has_command


def test_killed_from_outside_meanwhile_has_its_killer(axe, daemon):
    killed_while_it_runs(axe, daemon, shell("exec sleep 999"))
    root = axe.job().trace("assessment.begin")[0]["data"]["pid"]
    os.kill(root, signal.SIGKILL)
    until(lambda: not axe.inhabitants(), "it is dead")
    daemon.start()
    job = ended(axe, daemon)
    assert job.only()["verdict"] == "crashed"
    assert job.only()["killer"]["pid"] == os.getpid()


@pytest.mark.parametrize("delay_ms", [0, 30, 60, 100, 150, 200, 300, 400])
def test_upgrade_that_is_killed_is_done_by_the_next(axe, daemon, delay_ms):
    killed_while_it_runs(axe, daemon, shell(f"{await_gate(axe)}; exit 5"))
    with daemon.begin() as killed:
        # Not a wait for anything: at some moment of its start.
        time.sleep(delay_ms / 1000)
        killed.kill()
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert job.only()["exit"] == {"status": 5}
    assert life(job) == ONE


def test_ring_of_another_size_is_no_reason_to_lose_anybody(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(f"{await_gate(axe)}; exit 5"))
    daemon.options = (*daemon.options, "--ring-bytes", "65536")
    daemon.ages = False
    daemon.start()
    gate(axe).touch()
    assert ended(axe, daemon).only()["exit"] == {"status": 5}

