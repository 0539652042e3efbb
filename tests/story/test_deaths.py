"""What becomes of a job whose supervisor or client, or both, are killed."""

import os
import signal

import pytest

from axe import ADVERSARIES, PATIENCE_S, start_ticks, until

# A child, an orphan in a session of its own, and the parent that waits.
FAMILY = "sleep 999 & (setsid sleep 999 &) ; echo ready; wait"
FAMILY_SIZE = 3


def start_family(axe):
    client = axe.start("run", "--", "sh", "-c", FAMILY)
    assert client.stdout.readline() == "ready\n"
    until(lambda: len(axe.inhabitants()) == FAMILY_SIZE, "all of them live")
    return client


def end_of(client):
    _, errors = client.communicate(timeout=PATIENCE_S)
    return client.returncode, errors


def test_killed_supervisor_is_said_in_one_line_and_leaves_nothing(axe):
    client = start_family(axe)
    os.kill(axe.supervisor(client), signal.SIGKILL)
    code, errors = end_of(client)
    assert code == 3
    assert errors == ("axe: the supervisor died before the job's end; nothing of the job is left, "
                      "and its results are incomplete\n")
    assert not (axe.job().folder / "results.json").exists()
    axe.assert_nothing_left()


def test_number_of_an_interrupted_job_is_not_given_again(axe):
    client = start_family(axe)
    os.kill(axe.supervisor(client), signal.SIGKILL)
    end_of(client)
    assert axe("run", "--", "true").returncode == 0
    assert [job.id for job in axe.jobs()] == [1, 2]
    axe.assert_nothing_left()


def test_killed_supervisor_of_a_fork_bomb_leaves_nothing(axe):
    client = axe.start("run", axe.manifest(f"""
name: bomb
assessments:
  - {{name: bomb, command: [{ADVERSARIES}/fork_bomb], limits: {{pids: 100}}}}
"""))
    until(lambda: len(axe.inhabitants()) > 50, "the bomb has grown")
    os.kill(axe.supervisor(client), signal.SIGKILL)
    code, errors = end_of(client)
    assert code == 3, errors
    assert axe.inhabitants() == []
    # Its limits may be in other hierarchies, which the next supervisor tidies up.
    assert axe("run", "--", "true").returncode == 0
    axe.assert_nothing_left()


def test_killed_client_makes_the_supervisor_end_the_job(axe):
    client = start_family(axe)
    client.kill()
    end_of(client)
    axe.assert_nothing_left(at_once=False)
    assert axe.job()["outcome"] == "terminated"
    assert axe.job().only()["verdict"] == "terminated"
    axe.job().assert_all_accounted_for()


@pytest.mark.parametrize("first", [signal.SIGKILL, signal.SIGSTOP], ids=lambda it: it.name)
def test_job_whose_client_and_supervisor_were_killed_is_ended_by_the_next_run(axe, first):
    client = start_family(axe)
    supervisor = axe.supervisor(client)
    # The client first, so that it cannot do its duty.
    os.kill(client.pid, first)
    os.kill(supervisor, signal.SIGKILL)
    os.kill(client.pid, signal.SIGKILL)
    end_of(client)
    # Whether anybody reaps the supervisor or not.
    until(lambda: start_ticks(supervisor) is None, "the supervisor is dead")
    axe.forget_socket()
    assert axe("run", "--", "true").returncode == 0
    axe.assert_nothing_left(at_once=False)
