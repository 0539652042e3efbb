"""A fork bomb is ended to its last process, whoever ends it; AXE_ROUNDS says how often each way."""

import json
import os

import pytest

from axe import ADVERSARIES, PATIENCE_S, SLOWNESS, until

ROUNDS = range(int(os.environ.get("AXE_ROUNDS", "5")))
PIDS = 200
CROWD = 50

MANIFEST = f"""
name: bomb
assessments:
  - name: bomb
    command: [{ADVERSARIES}/fork_bomb]
    limits: {{pids: {PIDS}}}
"""


def assert_ended(axe, verdict):
    """The whole of its story, at its end."""
    job = axe.job()
    assert job.only()["verdict"] == verdict
    assert job.only()["processes"]["seen"] > 1
    job.assert_all_accounted_for()
    axe.assert_nothing_left()
    return job


# Without a grace the kill meets the bomb in full growth; with one, TERM has felled a part of it.
@pytest.mark.parametrize("grace", ["0ms", "50ms"])
@pytest.mark.parametrize("round", ROUNDS)
def test_timeout_ends_it(axe, round, grace):
    run = axe("run", "--timeout", f"{SLOWNESS}s", "--timeout-grace", grace, axe.manifest(MANIFEST))
    assert run.returncode == 124, run.stdout + run.stderr
    assert_ended(axe, "timeout")


@pytest.mark.parametrize("round", ROUNDS)
def test_terminate_from_another_shell_ends_it(axe, round):
    client = axe.start("run", axe.manifest(MANIFEST))
    until(lambda: len(axe.inhabitants()) >= CROWD, "the bomb has grown")

    killer = axe("terminate", "--yes", "-o", "json", axe.job().id)
    assert killer.returncode == 0, killer.stderr
    receipt = json.loads(killer.stdout)["receipt"]
    # Synchronous: what the answer says is dead is dead when it is given.
    assert axe.inhabitants() == []
    assert receipt["survivors"] == []
    assert receipt["killed"] >= CROWD
    assert receipt["exits_observed"] >= receipt["killed"]
    # On a host so slow that the freeze was not over in its time, the bomb grew on meanwhile.
    assert receipt["unseen"] == 0 or not receipt["froze"]

    output, errors = client.communicate(timeout=PATIENCE_S)
    assert client.returncode == 5, output + errors
    job = assert_ended(axe, "terminated")
    assert job["outcome"] == "terminated"
    assert job.lifecycle() == ["job.begin", "assessment.begin", "assessment.end", "job.end"]
