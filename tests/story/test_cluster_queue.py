"""Jobs in the queue of a real daemon: submitted, held, steered, listed, and kept over a restart."""

import json
import os
import pathlib
import pty
import signal
import struct
import subprocess

import pytest
from axe import BIN, until
from cluster import Queue
from console import end, read_until


@pytest.fixture
def queue(axe):
    queue = Queue(axe)
    yield queue
    queue.stop()
    axe.assert_nothing_left()


def test_a_submitted_job_runs_by_itself(queue):
    job = queue.submit("--name", "greeter", "--", "sh", "-c", "echo hello; exit 3")
    done = queue("wait", str(job))
    assert (done.returncode, done.stdout) == (1, f"{job} failed\n")
    shown = queue.show(job)
    assert (shown["name"], shown["state"], shown["attempts"]) == ("greeter", "Failed", 1)
    assert shown["owner"] == 0 and shown["owner_name"] == "root"
    assert shown["created"] <= shown["submitted"] <= shown["started"] <= shown["ended"]
    assert shown["purge_after"] > shown["ended"]
    assert [(each["state"], each["verdict"]) for each in shown["tasks"]] == [("Failed", "failed")]
    assert queue("log", str(job)).stdout == "hello\n"
    # Again, now that it has ended.
    assert queue("wait", str(job)).returncode == 1


def test_jobs_start_by_priority_and_then_in_the_order_they_came(queue):
    first = queue.submit("--", "sleep", "60")
    queue.await_state(first, "Running")
    order = queue.axe.state.parent / "order"
    jobs = [queue.submit("--priority", priority, "--", "sh", "-c", f"echo {priority} >> {order}")
            for priority in ("0", "2", "4", "2", "highest")]
    ranks = [queue.show(job)["rank"] for job in jobs]
    assert ranks == [4, 2, 0, 3, 1]
    assert queue("cancel", str(first)).returncode == 0
    for job in jobs:
        assert queue("wait", str(job)).returncode == 0
    assert order.read_text(encoding="ascii").split() == ["4", "highest", "2", "2", "0"]


def test_what_is_held_waits_until_it_is_released(queue):
    held = queue.hold()
    free = queue.submit("--", "true")
    assert queue("wait", str(free)).returncode == 0
    assert queue.state(held) == "Queued"
    assert "Queued, held" in queue("list").stdout
    waiting = queue("wait", "--timeout", "100ms", str(held))
    assert waiting.returncode == 124
    assert queue("hold", str(held)).returncode == 0
    assert queue("release", str(held)).returncode == 0
    assert queue("wait", str(held)).returncode == 0
    done = queue("release", str(held))
    assert done.returncode == 2
    assert "is Finished" in done.stderr


def test_what_was_added_is_queued_by_a_call_of_its_own(queue):
    added = queue.submit("--add", "--", "true")
    assert queue.state(added) == "NotSubmitted"
    assert queue("submit", str(added)).returncode == 0
    assert queue("wait", str(added)).returncode == 0


def test_whoever_waits_and_watches_hears_the_end_of_what_was_queued(queue):
    held = queue.hold("--", "sh", "-c", "exit 1")
    waiting = queue.start("wait", str(held))
    watching = queue.start("watch", str(held), "-o", "ndjson")
    read_until(watching.stdout, "job.pending")
    assert queue("release", str(held)).returncode == 0
    assert end(waiting)[:2] == (1, f"{held} failed\n")
    code, stdout, _ = end(watching)
    types = [json.loads(line)["type"] for line in stdout.splitlines()]
    assert code == 1
    assert types[-1] == "job.end" and types.count("assessment.end") == 1


def test_a_batch_is_queued_whole_or_not_at_all(queue, tmp_path):
    good = queue.manifest("true")
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: x\n", encoding="utf-8")
    assert queue("submit", str(good), str(bad)).returncode == 2
    assert queue.list() == []
    done = queue("submit", "--hold", str(good), str(good), "-o", "json")
    jobs = json.loads(done.stdout)["jobs"]
    assert len(set(jobs)) == 2
    assert sorted(each["job"] for each in queue.list()) == sorted(jobs)


def test_pages_tell_each_job_once_while_others_come_and_go(queue):
    manifest = queue.manifest("true")
    done = queue("submit", "--hold", *[str(manifest)] * 25, "-o", "json")
    jobs = json.loads(done.stdout)["jobs"]
    seen, page = [], None
    while True:
        words = ["--limit", "10"] + (["--page", page] if page else [])
        answer = json.loads(queue("list", "-o", "json", *words).stdout)
        seen += [each["job"] for each in answer["jobs"]]
        page = answer["next"]
        if page is None:
            break
        queue.hold()
        if len(seen) == 10:
            assert queue("cancel", str(jobs[0])).returncode == 0
            assert queue("cancel", str(jobs[20])).returncode == 0
    assert seen == sorted(jobs, reverse=True)
    assert len(queue.list("--all", "--state", "Canceled")) == 2


def test_a_job_that_was_purged_is_gone_with_its_files(queue):
    job = queue.submit("--", "true")
    done = queue("purge", str(job))
    while done.returncode:
        assert "this can be done" in done.stderr, done.stderr
        queue("wait", str(job))
        done = queue("purge", str(job))
    assert queue("show", str(job)).returncode == 2
    until(lambda: not (queue.axe.state / "jobs" / str(job)).exists(), "its files are gone")
    assert queue("purge", str(job)).returncode == 2


def test_parameters_and_jobs_outlive_the_daemon(queue):
    assert queue("config", "ttlcompletedjobs=48h").returncode == 0
    held = queue.hold("--priority", "3", "--", "true")
    assert queue("cancel", str(queue.hold()), "--message", "not today").returncode == 0
    assert queue.daemon.stop() == 0
    queue.daemon.start()
    assert queue("config", "TTLCompletedJobs").stdout == "48h\n"
    canceled, kept = sorted(queue.list(), key=lambda job: job["state"])
    assert canceled["message"] == "not today"
    assert (kept["job"], kept["state"], kept["priority"], kept["held"]) == (held, "Queued", 3, True)
    assert queue("release", str(held)).returncode == 0
    assert queue("wait", str(held)).returncode == 0


@pytest.mark.parametrize("on_stop, attempt, said", [("keep", 1, "once\n"),
                                                    ("terminate", 2, "once\nonce\n")])
def test_a_job_that_runs_while_the_daemon_is_stopped(axe, on_stop, attempt, said):
    queue = Queue(axe, "--on-stop", on_stop)
    gate, diary = (axe.state.parent / name for name in ("go", "diary"))
    try:
        job = queue.submit("--", "sh", "-c", f"echo once >> {diary}; "
                           f"while ! [ -e {gate} ]; do sleep 0.02; done; echo true result; exit 5")
        behind = queue.submit("--", "true")
        until(lambda: diary.exists() and diary.read_text(), "it runs")
        assert queue.daemon.stop() == 0
        assert bool(axe.inhabitants()) == (on_stop == "keep")
        queue.daemon.start()
        queue.await_state(job, "Running")
        until(lambda: diary.read_text(encoding="ascii") == said, "it runs on, or again")
        gate.touch()
        assert queue("wait", str(job)).returncode == 1
        assert queue("wait", str(behind)).returncode == 0
        shown = queue.show(job)
        assert (shown["state"], shown["attempts"]) == ("Failed", attempt)
        assert [each["verdict"] for each in shown["tasks"]] == ["failed"]
        assert shown["tasks"][0]["exit"] == {"status": 5}
        assert queue("log", str(job)).stdout == "true result\n"
        assert diary.read_text(encoding="ascii") == said
    finally:
        gate.touch()
        queue.stop()
    axe.assert_nothing_left()


def broken_program(place):
    """The kernel cannot read the interpreter that it names: EIO, as of a disk that fails."""
    interpreter = place / "short"
    interpreter.write_bytes(b"")
    interpreter.chmod(0o755)
    name = str(interpreter).encode() + b"\0"
    machine = pathlib.Path("/proc/self/exe").read_bytes()[:20]
    head = machine + struct.pack("<IQQQIHHHHHH", 1, 0x400000, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 3, 4, 120, 0, 0, len(name), len(name), 1)
    program = place / "broken"
    program.write_bytes(head + segment + name)
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("retries, tries", [(0, 1), (3, 4)])
def test_a_task_that_the_host_cannot_start_is_tried_again_so_often(queue, retries, tries):
    assert queue("config", f"TaskRetryCount={retries}").returncode == 0
    job = queue.submit(queue.manifest(
        [broken_program(queue.axe.state.parent)], ["/nowhere/at/all"], "exit 1"))
    assert queue("wait", str(job)).returncode != 0
    shown = queue.show(job)
    assert (shown["state"], shown["attempts"]) == ("Failed", 1)
    assert [each["verdict"] for each in shown["tasks"]] == ["error", "error", "failed"]
    assert shown["tasks"][0]["error"]["errno"] == "EIO"
    # What a manifest or a test has wrong is not.
    assert [each["tries"] for each in shown["tasks"]] == [tries, 1, 1]


def test_slots_are_a_parameter(queue):
    jobs = [queue.submit("--", "sleep", "60") for _ in range(3)]
    queue.await_state(jobs[0], "Running")
    assert queue.state(jobs[1]) == "Queued"
    assert queue("config", "Slots=2").returncode == 0
    queue.await_state(jobs[1], "Running")
    assert queue.state(jobs[2]) == "Queued"
    view = json.loads(queue("top", "-o", "json").stdout)
    assert (view["counts"]["Running"], view["counts"]["Queued"]) == (2, 1)
    assert [each["job"] for each in view["waiting"]] == [jobs[2]]
    assert {each["job"] for each in view["running"]} >= set(jobs[:2])


def test_top_goes_on_until_it_is_interrupted(queue):
    job = queue.submit("--name", "busy", "--", "sleep", "60")
    queue.await_state(job, "Running")
    person, terminal = pty.openpty()
    client = subprocess.Popen(
        [BIN / "axe", "top", "--socket", queue.daemon.socket, "--interval", "100ms"],
        stdin=subprocess.DEVNULL, stdout=terminal, env={**os.environ, "TERM": "xterm"})
    os.close(terminal)
    for _ in range(3):
        read_until(person, "\x1b[2J")
        read_until(person, "busy")
    client.send_signal(signal.SIGINT)
    assert client.wait(60) == 0
    os.close(person)


def test_show_of_one_task(queue):
    job = queue.submit(str(queue.manifest("true", "exit 3")))
    queue("wait", str(job))
    shown = json.loads(queue("show", f"{job}/1", "-o", "json").stdout)
    assert [each["index"] for each in shown["tasks"]] == [1]
    assert [each["exit"]["status"] for each in shown["assessments"]] == [3]
    assert queue("show", f"{job}/2").returncode == 2


def test_a_job_of_a_clients_own_is_listed_beside_those_of_the_queue(queue):
    assert queue("run", "--name", "mine", "--", "true").returncode == 0
    job = queue.submit("--", "true")
    assert queue("wait", str(job)).returncode == 0
    assert [(each["name"], each["state"]) for each in queue.list()] == [
        ("true", "Finished"), ("mine", "Finished")]
