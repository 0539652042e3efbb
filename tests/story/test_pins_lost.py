"""What a supervisor kept in the kernel is taken away by somebody before its successor comes."""

import subprocess

import pytest
from axe import until
# The fixtures are used by their names.
# pylint: disable=unused-import, redefined-outer-name
from console import end
from test_adoption import (
    ONE, await_gate, daemon, ended, gate, killed_while_it_runs, life, run_dir, shell, submit, told)


def remove(*names):
    def from_set(kept):
        for name in names:
            (kept / name).unlink()
    return from_set


def remove_set(kept):
    for pin in list(kept.iterdir()):
        pin.unlink()
    kept.rmdir()


def unmount(kept):
    subprocess.run(["umount", kept.parent], check=True)


LOSSES = [pytest.param(remove("map-slots"), id="counters"),
          pytest.param(remove("map-processes"), id="records"),
          pytest.param(remove_set, id="all"),
          pytest.param(unmount, id="mount")]


def killed_once_it_is_stored(axe, daemon, *assessments):
    """What neither the store nor the kernel half has got to know, nobody can go on with."""
    client = submit(axe, daemon, *assessments)
    until(lambda: "assessment.begin" in [each["type"] for each in told(daemon)], "it runs")
    daemon.kill()
    end(client)


@pytest.mark.parametrize("lose", LOSSES)
def test_job_that_nothing_is_known_of_is_an_error_and_leaves_nothing(axe, daemon, run_dir, lose):
    killed_once_it_is_stored(axe, daemon, shell(f"sleep 999 & {await_gate(axe)}"),
                             shell("exit 3", "next"))
    until(lambda: len(axe.inhabitants()) >= 2, "both live")
    lose(next(run_dir.glob("*.bpf/kept")))
    daemon.start()
    job = ended(axe, daemon)
    one, after = sorted(job["assessments"], key=lambda each: each["index"])
    assert (one["verdict"], one["exit"], one["killer"]) == ("error", None, None)
    assert one["integrity"] == {"complete": False,
                                "reason": "the supervisor ended before the job did"}
    assert after["verdict"] == "not_run"
    assert job["outcome"] == "error"
    assert life(job) == ONE
    assert axe("wait", "1", "--socket", daemon.socket).returncode == 3
    daemon.process.terminate()
    said = daemon.process.stderr.read()
    assert "job 1 cannot go on: the kernel half knows nothing of it any more" in said


# Without its programs an end may be missed; without the identity nobody knows which they were.
@pytest.mark.parametrize("name", ["link-process_exec", "link-group_populated", "identity"])
def test_job_that_is_known_goes_on_and_says_what_nobody_saw(axe, daemon, run_dir, name):
    killed_while_it_runs(axe, daemon, shell(f"{await_gate(axe)}; exit 5"))
    remove(name)(next(run_dir.glob("*.bpf/kept")))
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert life(job) == ONE
    assert job.only()["exit"] == {"status": 5}
    integrity = job.only()["integrity"]
    assert integrity["complete"] is False
    assert "the programs that observe it were exchanged" in integrity["reason"]
