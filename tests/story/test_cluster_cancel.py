"""Canceling and running again through the verbs: messages, states of tasks, attempts."""

import json
import os
import pty
import subprocess

import pytest
from axe import BIN
from cluster import Queue
from console import read_screen

EMOJI = "\U0001f600"
COMBINED = "e\u0301"


@pytest.fixture
def queue(axe):
    queue = Queue(axe)
    yield queue
    queue.stop()
    axe.assert_nothing_left()


@pytest.mark.parametrize("message", ["a" * 320, EMOJI * 320, COMBINED * 160, "", "line\nbreak\ttab",
                                     "\u202eturned"])
def test_a_message_of_so_many_characters_is_kept(queue, message):
    job = queue.hold()
    done = queue("cancel", str(job), "--message", message)
    assert done.returncode == 0, done.stderr
    shown = queue.show(job)
    assert (shown["state"], shown["message"] or "") == ("Canceled", message)


@pytest.mark.parametrize("message", ["a" * 321, EMOJI * 321, COMBINED * 160 + "x"])
def test_a_longer_message_is_refused_and_nothing_changes(queue, message):
    job = queue.hold()
    done = queue("cancel", str(job), "--message", message)
    assert done.returncode == 2
    assert "321 characters" in done.stderr and "320" in done.stderr
    shown = queue.show(job)
    assert (shown["state"], shown["message"]) == ("Queued", None)


def test_a_message_that_is_no_text_is_refused(queue):
    job = queue.hold()
    broken = subprocess.run(
        [BIN / "axe", "cancel", "--socket", queue.daemon.socket, str(job), "--message", b"\xff"],
        capture_output=True, timeout=60, check=False)
    assert broken.returncode == 2
    assert queue.state(job) == "Queued"


@pytest.mark.parametrize("method, which", [("CancelJob", {"job": 1}), ("CancelJobs", {"jobs": [1]}),
                                           ("CancelTask", {"job": 1, "index": 0})])
def test_a_message_with_a_nul_is_refused_by_name(queue, method, which):
    # A word of a command line ends at a NUL; the wire can carry one.
    job = queue.hold()
    answer = queue.daemon.call(f"io.axe.Cluster.{method}", **which, message="a\0b")
    assert answer["error"] == "io.axe.Cluster.InvalidMessage"
    assert "NUL" in answer["parameters"]["text"]
    # And nowhere else.
    for parameters in ({"message": "", "states": ["\0"]}, {"jobs": ["\0"]}, {"page": "\0"}):
        answer = queue.daemon.call("io.axe.Cluster.ListJobs", **parameters)
        assert answer["error"] == "io.axe.Engine.BadMessage"
        assert "NUL" in answer["parameters"]["text"]
    assert queue.show(job)["state"] == "Queued"


def test_the_first_message_stands(queue):
    job = queue.hold()
    assert queue("cancel", str(job), "--message", "first").returncode == 0
    again = queue("cancel", str(job), "--message", "second")
    assert again.returncode == 2
    assert "is Canceled" in again.stderr
    assert queue.show(job)["message"] == "first"


def test_an_empty_message_clears_the_one_before(queue):
    job = queue.hold("--", "sleep", "999")
    assert queue("cancel", str(job), "--message", "first").returncode == 0
    assert queue("requeue", str(job)).returncode == 0
    assert queue("cancel", str(job), "--message", "").returncode == 0
    assert not queue.show(job)["message"]


def test_a_message_does_not_steer_the_terminal(queue):
    job = queue.hold("--name", "quiet", "--", "true")
    evil = "\x1b[2J\x1b]0;owned\x07\r\b\u202e"
    assert queue("cancel", str(job), "--message", evil).returncode == 0
    for words in (["show", str(job)], ["list"], ["top", "--once"]):
        person, terminal = pty.openpty()
        client = subprocess.Popen(
            [BIN / "axe", words[0], "--socket", queue.daemon.socket, *words[1:]],
            stdout=terminal, env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"})
        assert client.wait(60) == 0
        os.close(terminal)
        screen = read_screen(person).replace("\r\n", "\n").replace("\x1b[H\x1b[2J", "")
        os.close(person)
        assert not set(screen) & set("\x1b\x07\r\b\u202e"), words


def test_cancel_returns_when_the_last_process_is_dead(queue):
    job = queue.submit("--", "sh", "-c", "trap '' TERM INT; setsid sleep 999 & sleep 999")
    queue.await_task(job, 0, "Running")
    done = queue("cancel", str(job), "--message", "enough", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert queue.axe.inhabitants() == []
    receipt = json.loads(done.stdout)["receipt"]
    assert receipt["survivors"] == [] and receipt["killed"] >= 1
    shown = queue.show(job)
    assert (shown["state"], shown["reason"], shown["message"]) == (
        "Canceled", "job_canceled", "enough")
    assert [(each["state"], each["reason"]) for each in shown["tasks"]] == [
        ("Failed", "job_canceled")]
    assert queue("wait", str(job)).returncode in (4, 5)


def test_a_canceled_job_runs_again_but_for_what_had_finished(queue):
    gate = queue.axe.state.parent / "gate"
    job = queue.submit(str(queue.manifest("true", f"test -e {gate} || sleep 999", "true")))
    queue.await_task(job, 1, "Running")
    assert queue("cancel", str(job)).returncode == 0
    assert queue.tasks(job) == ["Finished", "Failed", "Canceled"]
    gate.touch()
    done = queue("requeue", str(job), "-o", "json")
    assert json.loads(done.stdout)["jobs"] == [{"job": job, "attempt": 2, "tasks": [1, 2]}]
    assert queue("wait", str(job)).returncode == 0
    shown = queue.show(job)
    assert [each["state"] for each in shown["tasks"]] == ["Finished"] * 3
    assert [each["attempt"] for each in shown["tasks"]] == [1, 2, 2]
    assert [each["state"] for each in shown["history"]] == ["Canceled", "Finished"]
    assert not shown["message"]
    assert queue("requeue", str(job)).returncode == 2


def test_what_failed_runs_again_in_a_folder_of_its_own(queue):
    gate = queue.axe.state.parent / "gate"
    line = f"if test -e {gate}; then echo second; else echo first; exit 1; fi"
    job = queue.submit(str(queue.manifest("echo kept", line)))
    assert queue("wait", str(job)).returncode == 1
    gate.touch()
    assert queue("requeue", f"{job}/1").stdout == f"{job} attempt 2, 1 task\n"
    assert queue("wait", str(job)).returncode == 0
    assert queue("log", f"{job}/1").stdout == "second\n"
    assert queue("log", f"{job}/0").stdout == "kept\n"
    folder = queue.axe.state / "jobs" / str(job)
    assert (folder / "1" / "1.1" / "stdout").read_bytes() == b"first\n"
    assert (folder / "2" / "1.1" / "stdout").read_bytes() == b"second\n"


def test_a_canceled_task_comes_back_by_its_own_call_only(queue):
    job = queue.submit(str(queue.manifest("sleep 999", "exit 1")))
    queue.await_task(job, 0, "Running")
    assert queue("cancel", f"{job}/0", "--message", "skip").returncode == 0
    assert queue("wait", str(job)).returncode != 0
    assert queue.tasks(job) == ["Canceled", "Failed"]
    done = queue("requeue", str(job), "-o", "json")
    assert json.loads(done.stdout)["jobs"][0]["tasks"] == [1]
    queue("wait", str(job))
    assert queue.tasks(job) == ["Canceled", "Failed"]
    assert queue("requeue", f"{job}/0").returncode == 0
    queue.await_task(job, 0, "Running")


def test_requeue_of_all_that_failed(queue):
    jobs = [queue.submit("--", "false") for _ in range(2)]
    fine = queue.submit("--", "true")
    for job in (*jobs, fine):
        queue("wait", str(job))
    done = queue("requeue", "--failed")
    assert done.returncode == 0, done.stderr
    assert sorted(int(line.split()[0]) for line in done.stdout.splitlines()) == jobs
    for job in jobs:
        assert queue("wait", str(job)).returncode == 1
        assert queue.show(job)["attempts"] == 2
    assert queue.show(fine)["attempts"] == 1


def test_a_job_that_must_not_run_again_names_the_task(queue):
    manifest = json.dumps({"name": "once", "assessments": [
        {"name": "fine", "command": ["false"]},
        {"name": "flash", "command": ["false"], "rerunnable": False}]})
    job = queue.submit(str(queue.axe.manifest(manifest, "once.json")))
    queue("wait", str(job))
    done = queue("requeue", str(job))
    assert done.returncode == 2
    assert "task 1 (`flash`)" in done.stderr
    assert queue.state(job) == "Failed"


def test_a_soft_cancel_only_asks(queue):
    job = queue.submit("--", "sh", "-c", "trap 'exit 0' INT; sleep 999 & wait")
    queue.await_task(job, 0, "Running")
    assert queue("cancel", "--soft", str(job)).returncode == 0
    assert queue("wait", str(job)).returncode == 4
    held = queue.hold()
    assert queue("cancel", "--soft", str(held)).returncode == 2


def test_terminate_ends_what_runs(queue):
    job = queue.submit("--", "sleep", "999")
    queue.await_task(job, 0, "Running")
    assert queue("terminate", "--yes", str(job)).returncode == 0
    assert queue("wait", str(job)).returncode == 5
    assert queue.state(job) == "Canceled"


def test_a_job_that_runs_is_canceled_and_runs_again(queue):
    gate = queue.axe.state.parent / "gate"
    job = queue.submit("--", "sh", "-c", f"test -e {gate} || sleep 999")
    queue.await_task(job, 0, "Running")
    gate.touch()
    done = queue("requeue", str(job))
    assert done.returncode == 0, done.stderr
    assert queue("wait", str(job)).returncode == 0
    assert queue.show(job)["attempts"] == 2
