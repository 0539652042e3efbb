"""Ending a run: Ctrl-C, signals, other shells, and the death of the supervisor."""

import json
import os
import pathlib
import pty
import re
import signal

import pytest
from axe import Place, until
from console import end, latest, manifest, read_until, wait_for_output

STUBBORN = ["sh", "-c", "trap '' INT TERM; echo ready; while :; do sleep 999; done"]
POLITE = ["sh", "-c", "trap 'exit 0' INT; echo ready; while :; do sleep 0.05; done"]


def start(axe, *words, options=()):
    running = axe.start("run", *options, "--", *words)
    read_until(running.stdout, "ready\n")
    return running


def test_ctrl_c_reaches_a_command_as_it_does_without_us(axe):
    running = start(axe, *POLITE)
    running.send_signal(signal.SIGINT)
    code, _, stderr = end(running)
    assert code == 4
    assert "asked the job to stop" in stderr
    assert latest(axe).results()["outcome"] == "canceled"
    axe.assert_nothing_left()


def test_ctrl_c_kills_after_the_grace(axe):
    running = start(axe, *STUBBORN, options=["--grace", "200ms"])
    running.send_signal(signal.SIGINT)
    code, _, stderr = end(running)
    assert code == 5
    assert "200 ms" in stderr and "terminated" in stderr
    axe.assert_nothing_left()


def test_second_ctrl_c_kills_now(axe):
    running = start(axe, *STUBBORN, options=["--grace", "1h"])
    running.send_signal(signal.SIGINT)
    read_until(running.stderr, "asked the job to stop")
    running.send_signal(signal.SIGINT)
    code, _, stderr = end(running)
    assert code == 5
    assert "terminating the job" in stderr
    assert latest(axe).results()["outcome"] == "terminated"
    axe.assert_nothing_left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_terminate_at_once(axe, number):
    running = start(axe, *STUBBORN)
    running.send_signal(number)
    code, _, stderr = end(running)
    assert code == 5
    assert f"{number.name}: terminating the job" in stderr
    axe.assert_nothing_left()


def test_job_under_nohup_outlives_its_terminal(axe, tmp_path):
    go = tmp_path / "go"
    os.mkfifo(go)
    way = os.open(go, os.O_RDWR)
    running = axe.start("run", "--", "sh", "-c", f"echo ready; read word < {go}; exit 3",
                        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    read_until(running.stdout, "ready\n")
    running.send_signal(signal.SIGHUP)
    os.write(way, b"on\n")
    assert end(running)[0] == 3
    os.close(way)
    axe.assert_nothing_left()


def test_rest_of_a_manifest_does_not_run_after_ctrl_c(axe):
    running = axe.start("run", manifest(
        axe, {"name": "first", "command": POLITE, "cancel_signal": "INT", "timeout": "60s"},
        {"name": "second", "command": ["true"], "timeout": "60s"}))
    wait_for_output(axe, "ready")
    running.send_signal(signal.SIGINT)
    code, stdout, _ = end(running)
    assert code == 4
    assert [a["verdict"] for a in latest(axe).results()["assessments"]][1] == "not_run"
    assert "1 not_run" in stdout


def test_killed_supervisor_leaves_nothing(axe):
    running = start(axe, "sh", "-c", "setsid sleep 999 & echo ready; sleep 999")
    until(lambda: len(axe.inhabitants()) >= 3, "all were born")
    os.kill(axe.supervisor(running), signal.SIGKILL)
    code, _, stderr = end(running)
    assert code == 3
    assert "supervisor died" in stderr and "nothing of the job is left" in stderr
    assert axe.inhabitants() == [] and axe.marked() == []
    shown = json.loads(axe("show", "-o", "json", latest(axe).id).stdout)
    assert (shown["state"], shown["name"]) == ("Incomplete", "sh")
    # What only a supervisor can remove, the next one does.
    assert axe("run", "--", "true").returncode == 0


def test_killed_client_leaves_nothing(axe):
    running = start(axe, *STUBBORN)
    supervisor = axe.supervisor(running)
    running.kill()
    running.communicate()
    until(lambda: not pathlib.Path(f"/proc/{supervisor}").exists(), "the supervisor ends")
    axe.assert_nothing_left()
    assert latest(axe).results()["outcome"] == "terminated"


def test_soft_cancel_from_another_shell(axe):
    running = start(axe, *POLITE)
    done = axe("cancel", "--soft", latest(axe).id)
    assert done.returncode == 0
    assert "asked it to stop" in done.stderr
    assert end(running)[0] == 4


def test_soft_cancel_of_one_assessment_lets_the_next_run(axe):
    running = axe.start("run", manifest(
        axe, {"name": "first", "command": POLITE, "cancel_signal": "INT", "timeout": "60s"},
        {"name": "second", "command": ["true"], "timeout": "60s"}))
    wait_for_output(axe, "ready")
    job = latest(axe).id
    wrong = axe("cancel", "--soft", f"{job}/1")
    assert wrong.returncode == 2
    assert "running: [0]" in wrong.stderr
    assert axe("cancel", "--soft", f"{job}/0").returncode == 0
    end(running)
    assert latest(axe).results()["assessments"][1]["verdict"] == "passed"


def test_cancel_with_grace_kills(axe):
    running = start(axe, *STUBBORN)
    assert axe("cancel", "--soft", "--grace", "100ms", latest(axe).id).returncode == 0
    assert end(running)[0] == 5


def test_cancel_without_soft_is_refused_with_the_way_out(axe):
    running = start(axe, *POLITE)
    done = axe("cancel", latest(axe).id)
    assert done.returncode == 2
    assert "--soft" in done.stderr and "terminate" in done.stderr
    done = axe("cancel", "--soft", "--message", "wrong kernel", latest(axe).id)
    assert done.returncode == 2
    assert "--message" in done.stderr and "queue" in done.stderr
    assert running.poll() is None


def test_cancel_of_one_assessment_asks_it(axe):
    running = start(axe, *POLITE)
    done = axe("cancel", f"{latest(axe).id}/0")
    assert done.returncode == 0
    assert "asked it to stop" in done.stderr
    # It cleaned up and succeeded, and the job was not canceled.
    assert end(running)[0] == 0
    assert latest(axe).trace("assessment.cancel")
    assert latest(axe)["outcome"] == "finished"


def test_terminate_prints_the_receipt(axe):
    running = start(axe, "sh", "-c", "sleep 998 & sleep 999 & echo ready; wait")
    done = axe("terminate", "--yes", latest(axe).id)
    assert done.returncode == 0
    assert re.search(r"processes seen +3\n", done.stdout)
    assert re.search(r"killed +3\n", done.stdout)
    assert re.search(r"survivors +none\n", done.stdout)
    assert "sleep 999" in done.stdout
    assert end(running)[0] == 5
    axe.assert_nothing_left()


def test_terminate_without_a_person_needs_yes(axe):
    running = start(axe, *STUBBORN)
    done = axe("terminate", latest(axe).id)
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert running.poll() is None
    assert axe("terminate", "-y", "-o", "json", latest(axe).id).returncode == 0
    assert end(running)[0] == 5


@pytest.mark.parametrize("answer, code", [(b"n\n", 4), (b"\n", 4), (b"y\n", 0)])
def test_terminate_asks_a_person(axe, answer, code):
    running = start(axe, *STUBBORN)
    person, terminal = pty.openpty()
    asking = axe.start("terminate", latest(axe).id, stdin=terminal)
    os.close(terminal)
    read_until(asking.stderr, "[y/N]")
    os.write(person, answer)
    assert end(asking)[0] == code
    os.close(person)
    if code:
        assert running.poll() is None
        running.send_signal(signal.SIGTERM)
    assert end(running)[0] == 5


def test_jobs_that_do_not_run_cannot_be_ended(axe):
    assert axe("run", "--", "true").returncode == 0
    for words in [("cancel", "--soft"), ("terminate", "--yes")]:
        done = axe(*words, latest(axe).id)
        assert done.returncode == 2
        assert "does not run" in done.stderr
        assert axe(*words, "4711").returncode == 2
        assert axe(*words, "seven").returncode == 2


def test_jobs_of_one_number_are_told_apart(axe, tmp_path):
    """Each state directory counts for itself; the run sockets of two of them may collide."""
    other = Place(tmp_path / "other")
    try:
        clients = [start(one, *STUBBORN) for one in (axe, other)]
        assert latest(axe).id == latest(other).id == 1
        assert other("terminate", "--yes", 1).returncode == 0
        assert end(clients[1])[0] == 5
        assert clients[0].poll() is None
        assert axe("terminate", "--yes", 1).returncode == 0
        assert end(clients[0])[0] == 5
    finally:
        other.close()


def test_supervisor_that_is_not_there(axe):
    done = axe("run", "--socket", "/nonexistent/axe.sock", "--", "true")
    assert done.returncode == 8
    assert "/nonexistent/axe.sock" in done.stderr
