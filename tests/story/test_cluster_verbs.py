"""What the verbs of a queue ask a daemon, and how they show its answers."""

import json
import os
import pty
import subprocess

import pytest
from axe import BIN
from console import read_screen
from fake_queue import EVIL, fixture_queue, fixture_run, job  # noqa: F401

MANIFEST = {"name": "night", "assessments": [{"name": "a", "command": ["true"]}]}


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "night.json"
    path.write_text(json.dumps(MANIFEST), encoding="utf-8")
    return path


def test_submit_prints_the_number(queue, run, manifest):
    queue.answers["QueueJob"] = {"jobs": [12]}
    done = run("submit", manifest, "--priority", "highest", "--runtime", "2m", "--hold")
    assert (done.returncode, done.stdout) == (0, "12\n")
    [new] = queue.asked("QueueJob")[0]["jobs"]
    assert new["manifest"]["name"] == "night"
    assert new["options"] == {"priority": 4, "runtime_ns": 120 * 10**9, "hold": True}
    shown = json.loads(run("submit", manifest, "-o", "json").stdout)
    assert shown == {"v": 1, "job": 12, "jobs": [12], "state": "Queued"}


def test_submit_of_a_command_carries_where_it_was_called(queue, run, tmp_path):
    queue.answers["QueueJob"] = {"jobs": [3]}
    assert run("submit", "--", "sh", "-c", "exit 3",
               env={**os.environ, "FLAVOUR": "sour"}).stdout == "3\n"
    [new] = queue.asked("QueueJob")[0]["jobs"]
    [task] = new["manifest"]["assessments"]
    assert task["command"] == ["sh", "-c", "exit 3"]
    assert task["workdir"] == str(tmp_path)
    assert "FLAVOUR=sour" in new["options"]["environment"]


def test_submit_of_several_is_one_batch(queue, run, manifest):
    queue.answers["QueueJob"] = {"jobs": [5, 6]}
    done = run("submit", manifest, manifest, "-o", "ndjson")
    assert [json.loads(line)["job"] for line in done.stdout.splitlines()] == [5, 6]
    assert len(queue.asked("QueueJob")) == 1
    queue.answers["QueueJob"] = ("LimitReached", {"name": "UserQueuedJobs", "limit": 1})
    done = run("submit", manifest, manifest)
    assert (done.returncode, done.stdout) == (3, "")
    assert "UserQueuedJobs" in done.stderr


def test_submit_of_what_was_added(queue, run, manifest):
    queue.answers["AddJob"] = {"jobs": [7]}
    queue.answers["SubmitJob"] = {}
    assert json.loads(run("submit", "--add", manifest, "-o", "json").stdout)["state"] == \
        "NotSubmitted"
    assert run("submit", "7").stdout == "7\n"
    assert queue.asked("SubmitJob") == [{"jobs": [7]}]


@pytest.mark.parametrize("words", [
    [], ["--"], ["one", "--", "two"], ["--priority", "5", "--", "true"],
    ["--processors", "0", "--", "true"], ["--only", "a", "--", "true"], ["/nonexistent.yaml"],
    ["--output", "xml", "--", "true"]])
def test_submit_refuses_what_makes_no_sense(queue, run, words):
    done = run("submit", *words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("axe submit:")
    assert queue.calls == []


def test_list_shows_a_page_and_where_it_goes_on(queue, run):
    queue.answers["ListJobs"] = {"jobs": [job(9, held=True), job(8, name=EVIL, state="Failed")],
                                 "next": "8-1"}
    done = run("list", "--state", "queued", "--state", "Failed", "--owner", "0", "--limit", "2")
    assert done.returncode == 0, done.stderr
    assert queue.asked("ListJobs") == [{"states": ["Queued", "Failed"], "owner": 0, "limit": 2}]
    title, first, second = done.stdout.splitlines()
    assert title.split() == ["JOB", "NAME", "OWNER", "STATE", "PRI", "AGE", "TASKS", "WHY"]
    assert first.split()[:4] == ["9", "job-9", "nightly", "Queued,"]
    assert "\x1b" not in second and "\u202e" not in second and "evil\\x1b[2J" in second
    assert "1/4" in second
    assert "--page 8-1" in done.stderr
    shown = json.loads(run("list", "-o", "json", "--page", "8-1").stdout)
    assert [each["job"] for each in shown["jobs"]] == [9, 8]
    assert shown["next"] == "8-1" and shown["jobs"][1]["name"] == EVIL
    assert shown["jobs"][0]["task_states"] == {"Queued": 3, "Finished": 1}
    assert queue.asked("ListJobs")[1] == {"page": "8-1"}


def test_list_of_all_reads_every_page(queue, run):
    def pages(parameters):
        first = int(parameters.get("page", 5))
        numbers = range(first, max(first - 2, 0), -1)
        return {"jobs": [job(each) for each in numbers],
                **({"next": str(first - 2)} if first > 2 else {})}
    queue.answers["ListJobs"] = pages
    done = run("list", "--all", "-o", "ndjson")
    assert [json.loads(line)["job"] for line in done.stdout.splitlines()] == [5, 4, 3, 2, 1]
    shown = json.loads(run("list", "--all", "-o", "json").stdout)
    assert shown["next"] is None and len(shown["jobs"]) == 5


@pytest.mark.parametrize("words", [["--state", "Odd"], ["--owner", "no-such-user"],
                                   ["--limit", "0"], ["--limit", "1001"], ["x"]])
def test_list_refuses_what_is_no_query(queue, run, words):
    done = run("list", *words)
    assert (done.returncode, queue.calls) == (2, [])


def test_list_fits_the_terminal(queue, tmp_path):
    queue.answers["ListJobs"] = {"jobs": [job(1, name="n" * 200, message="m" * 300)]}
    person, terminal = pty.openpty()
    os.system(f"stty rows 24 columns 80 < {os.ttyname(terminal)}")
    client = subprocess.Popen([BIN / "axe", "list", "--socket", queue.socket], stdout=terminal,
                              cwd=tmp_path, env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"})
    assert client.wait(60) == 0
    os.close(terminal)
    lines = read_screen(person).splitlines()
    os.close(person)
    assert len(lines) == 2
    assert all(len(line) <= 80 for line in lines), lines
    assert "…" in lines[1]


def test_show_tells_the_whole_story(queue, run):
    queue.answers["GetJob"] = {
        "job": job(4, state="Canceled", attempt=2, message="wrong kernel\x1b]0;x\x07",
                   reason="job_canceled", outcome="terminated", code=0x80041013,
                   started="2026-01-01T00:00:02Z", ended="2026-01-01T00:00:03Z",
                   purge_after="2026-01-06T00:00:03Z", rank=None),
        "attempts": [{"attempt": 1, "state": "Failed", "outcome": "failed"},
                     {"attempt": 2, "state": "Canceled", "outcome": "terminated"}],
        "manifest": MANIFEST, "warnings": [{"kind": "mount"}]}
    queue.answers["ListTasks"] = {"tasks": [
        {"index": 0, "name": "first", "state": "Finished", "rerunnable": True, "attempt": 1,
         "tries": 1, "verdict": "passed", "duration_ms": 12.5},
        {"index": 1, "name": EVIL, "state": "Failed", "reason": "job_canceled",
         "rerunnable": True, "attempt": 2, "tries": 1, "verdict": "terminated"}], "next": None}
    done = run("show", "4")
    assert done.returncode == 0, done.stderr
    for part in ("Canceled", "wrong kernel\\x1b]0;x\\x07", "job_canceled", "nightly, uid 1000",
                 "at least until 2026-01-06T00:00:03", "terminated", "first", "passed",
                 "evil\\x1b[2J"):
        assert part in done.stdout, part
    assert "\x1b" not in done.stdout
    shown = json.loads(run("show", "4", "-o", "json").stdout)
    assert (shown["job"], shown["state"], shown["attempts"]) == (4, "Canceled", 2)
    assert shown["message"] == "wrong kernel\x1b]0;x\x07"
    assert [each["attempt"] for each in shown["history"]] == [1, 2]
    assert [each["state"] for each in shown["tasks"]] == ["Finished", "Failed"]
    assert shown["warnings"] == [{"kind": "mount"}]
    assert len(json.loads(run("show", "4/1", "-o", "json").stdout)["tasks"]) == 1
    assert run("show", "4/2").returncode == 2


def test_cancel_passes_the_message_on(queue, run):
    queue.answers["GetJob"] = {"job": job(4), "attempts": [], "manifest": {}, "warnings": []}
    queue.answers["CancelJob"] = {"receipt": None}
    queue.answers["CancelTask"] = {}
    for message in ("wrong kernel", "", "\U0001f600" * 320, "e\u0301"):
        assert run("cancel", "4", "--message", message).returncode == 0
        assert queue.asked("CancelJob")[-1] == {"job": 4, "message": message}
    assert run("cancel", "4/1", "--message", "why").returncode == 0
    assert queue.asked("CancelTask") == [{"job": 4, "index": 1, "message": "why"}]
    assert run("cancel", "4", "--no-wait").returncode == 0
    assert queue.asked("CancelJob")[-1] == {"job": 4, "asynchronous": True}


@pytest.mark.parametrize("error, parameters, code, part", [
    ("MessageTooLong", {"limit": 320, "length": 321}, 2, "321 characters"),
    ("InvalidState", {"job": 4, "state": "Finished", "allowed": ["Queued"]}, 2, "is Finished"),
    ("NotAuthorised", {"job": 4, "text": "it is another user's"}, 9, "another user's"),
    ("TerminateFailed", {"receipt": {}, "survivors": [{}]}, 6, "survived"),
    ("InternalError", {"text": "the disk is full"}, 3, "the disk is full"),
])
def test_cancel_says_why_not(queue, run, error, parameters, code, part):
    queue.answers["GetJob"] = {"job": job(4), "attempts": [], "manifest": {}, "warnings": []}
    queue.answers["CancelJob"] = (error, parameters)
    done = run("cancel", "4", "--message", "x")
    assert done.returncode == code
    assert part in done.stderr


def test_cancel_refuses_a_message_that_is_not_utf8(queue, run):
    done = subprocess.run([BIN / "axe", "cancel", "--socket", queue.socket, "4", "--message",
                           b"\xff"], capture_output=True, timeout=60, check=False)
    assert (done.returncode, queue.calls) == (2, [])
    assert b"not UTF-8" in done.stderr
    assert run("cancel", "4", "--soft", "--message", "x").returncode == 2


def test_several_are_done_in_order_up_to_the_first_failure(queue, run):
    def hold(parameters):
        return ("NotFound", parameters) if parameters["job"] == 5 else {}
    queue.answers.update(HoldJob=hold, ReleaseJob={}, PurgeJob={})
    done = run("hold", "4", "5", "6")
    assert done.returncode == 2
    assert "no job 5" in done.stderr and "1 of 3" in done.stderr
    assert [each["job"] for each in queue.asked("HoldJob")] == [4, 5]
    assert run("release", "4", "6").returncode == 0
    assert run("purge", "4").returncode == 0
    assert [each["job"] for each in queue.asked("ReleaseJob")] == [4, 6]
    assert queue.asked("PurgeJob") == [{"job": 4}]
    before = len(queue.calls)
    for words in (["hold"], ["hold", "4", "x"], ["purge", "4/1"]):
        assert run(*words).returncode == 2
    assert len(queue.calls) == before


def test_requeue_of_jobs_and_of_tasks(queue, run):
    queue.answers["RequeueJob"] = {"attempt": 2, "tasks": [0, 2]}
    queue.answers["RequeueTask"] = {"attempt": 3}
    assert run("requeue", "4").stdout == "4 attempt 2, 2 tasks\n"
    assert run("requeue", "4/1").stdout == "4 attempt 3, 1 task\n"
    shown = json.loads(run("requeue", "4", "-o", "json").stdout)
    assert shown == {"v": 1, "jobs": [{"job": 4, "attempt": 2, "tasks": [0, 2]}]}
    queue.answers["RequeueJob"] = ("NotRerunnable", {"job": 4, "task": 1, "name": EVIL})
    done = run("requeue", "4")
    assert (done.returncode, done.stdout) == (2, "")
    assert "task 1" in done.stderr and "\x1b" not in done.stderr


def test_requeue_of_what_failed_and_of_all(queue, run):
    queue.answers["ListTasks"] = {"tasks": [{"index": 1}, {"index": 3}], "next": None}
    queue.answers["RequeueTask"] = {"attempt": 2}
    queue.answers["RequeueJob"] = {"attempt": 2, "tasks": [0]}
    assert run("requeue", "4", "--failed").stdout == "4 attempt 2, 2 tasks\n"
    assert queue.asked("ListTasks")[0]["states"] == ["Failed"]
    assert [each["index"] for each in queue.asked("RequeueTask")] == [1, 3]
    assert run("requeue", "4", "--all").stdout == "4 attempt 2, 3 tasks\n"
    assert queue.asked("ListTasks")[1]["states"] == ["Canceled"]
    assert run("requeue", "4", "--all", "--failed").returncode == 2
    assert run("requeue").returncode == 2


def test_requeue_of_every_failed_job_goes_on_behind_a_refusal(queue, run):
    queue.answers["ListJobs"] = {"jobs": [job(9), job(8), job(7)], "next": None}
    queue.answers["RequeueJob"] = lambda parameters: (
        ("NotRerunnable", {"job": 8, "task": 0, "name": "a"}) if parameters["job"] == 8
        else {"attempt": 2, "tasks": [0]})
    done = run("requeue", "--failed")
    assert done.returncode == 2
    assert done.stdout == "7 attempt 2, 1 task\n9 attempt 2, 1 task\n"
    assert queue.asked("ListJobs")[0]["states"] == ["Failed"]
    run("requeue", "--all")
    assert queue.asked("ListJobs")[1]["states"] == ["Failed", "Canceled"]
