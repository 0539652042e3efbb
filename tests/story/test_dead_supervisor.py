"""A private supervisor that is killed leaves nothing: its client ends the group, and says so."""

import json
import os
import signal
import socket

import pytest
from axe import ADVERSARIES, until
from mute_fuse import MuteFuse

ROUNDS = range(int(os.environ.get("AXE_ROUNDS", "3")))
CROWD = 50
BOMB = f"""
name: bomb
assessments:
  - name: bomb
    command: [{ADVERSARIES}/fork_bomb]
    limits: {{pids: 200}}
  - {{name: next, command: ["true"]}}
"""


def assert_client_ended_all(axe, client):
    _, stderr = client.communicate(timeout=60)
    assert client.returncode == 3, stderr
    assert "supervisor died" in stderr and "nothing of the job is left" in stderr
    assert axe.inhabitants() == [] and axe.marked() == []
    # What only a supervisor can remove, the next one does.
    assert axe("run", "--", "true").returncode == 0
    axe.assert_nothing_left()


@pytest.mark.parametrize("round", ROUNDS)
def test_in_the_middle_of_a_fork_bomb(axe, round):
    client = axe.start("run", axe.manifest(BOMB))
    until(lambda: len(axe.inhabitants()) >= CROWD, "the bomb has grown")
    os.kill(axe.supervisor(client), signal.SIGKILL)
    assert_client_ended_all(axe, client)
    # The job that lost its supervisor has no end, and does not count as running.
    shown = json.loads(axe("show", "-o", "json", 1).stdout)
    assert shown["state"] == "Incomplete"
    assert shown["assessments"] == []


@pytest.mark.parametrize("round", ROUNDS)
def test_with_a_bomb_that_is_being_terminated(axe, round):
    client = axe.start("run", axe.manifest(BOMB))
    until(lambda: len(axe.inhabitants()) >= CROWD, "the bomb has grown")
    supervisor = axe.supervisor(client)
    # It has the call before it, and does not come to answer it.
    os.kill(supervisor, signal.SIGSTOP)
    killer = axe.start("terminate", "--yes", "1")
    os.kill(supervisor, signal.SIGKILL)
    # It is marked as well, and hears of that death when its turn comes.
    _, stderr = killer.communicate(timeout=60)
    assert killer.returncode != 0, stderr
    assert_client_ended_all(axe, client)


def test_name_that_another_supervisor_took_over_stays(axe, tmp_path):
    run_dir = tmp_path / "run"
    axe.give_supervisors("--run-dir", run_dir)
    client = axe.start("run", "--", "sleep", "60")
    name = run_dir / "1.sock"
    until(lambda: axe.inhabitants() and name.exists(), "the job runs")
    # The client hears of the death when its turn comes, and the next one has come before.
    client.send_signal(signal.SIGSTOP)
    os.kill(axe.supervisor(client), signal.SIGKILL)
    name.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(name))
        other.listen()
        client.send_signal(signal.SIGCONT)
        _, stderr = client.communicate(timeout=60)
        assert client.returncode == 3, stderr
        assert name.exists()
    # Nobody's any more.
    assert axe("run", "--", "true").returncode == 0
    name.unlink()


def test_one_that_does_not_answer_is_not_said_to_run_nothing(axe):
    client = axe.start("run", "--", "sleep", "999")
    until(lambda: axe.jobs() and axe.job().trace("assessment.begin"), "it runs")
    supervisor = axe.supervisor(client)
    os.kill(supervisor, signal.SIGSTOP)
    try:
        refused = axe("terminate", "--yes", "1")
    finally:
        os.kill(supervisor, signal.SIGCONT)
    assert refused.returncode == 8, refused.stderr
    assert "does not answer" in refused.stderr
    assert axe("terminate", "--yes", "1").returncode == 0
    assert client.wait(60) == 5
    axe.assert_nothing_left()


@pytest.fixture
def fuse(axe, tmp_path):
    try:
        fuse = MuteFuse(tmp_path / "mute")
    except OSError as problem:
        pytest.skip(f"needs /dev/fuse: {problem}")
    yield fuse
    fuse.close()


def test_in_the_middle_of_a_termination_that_waits(axe, fuse):
    """What cannot be killed yet is frozen and waited for; the client goes on with both."""
    client = axe.start("run", "--", "stat", fuse.mount / "x")
    fuse.take()
    killer = axe.start("terminate", "--yes", "1")
    until(lambda: axe.job().trace("job.terminate"), "the call was taken")
    os.kill(axe.supervisor(client), signal.SIGKILL)
    _, stderr = killer.communicate(timeout=60)
    assert killer.returncode == 8, stderr
    assert client.poll() is None
    fuse.release()
    assert_client_ended_all(axe, client)


def test_survivor_of_the_clients_own_kill_is_said(axe, fuse):
    client = axe.start("run", "--kill-deadline", "300ms", "--", "stat", fuse.mount / "x")
    fuse.take()
    os.kill(axe.supervisor(client), signal.SIGKILL)
    _, stderr = client.communicate(timeout=60)
    assert client.returncode == 6
    assert "1 process survived" in stderr
    fuse.release()
    until(lambda: axe.inhabitants() == [], "the survivor has died")
    assert axe("run", "--", "true").returncode == 0
    axe.assert_nothing_left()
