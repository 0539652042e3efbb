"""Jobs of several clients in one daemon: in line, side by side, and with nobody waiting for them."""

import json
import os
import signal
import subprocess

import pytest
from axe import BIN, until
from console import end, read_until
from daemon import Daemon


@pytest.fixture
def start(axe):
    """Start a daemon in the story's place; what it runs must be gone with it."""
    daemons = []

    def start_one(*options):
        daemons.append(Daemon(axe, "--cgroup-root", str(axe.cgroup_root), *options))
        return daemons[-1]

    yield start_one
    for daemon in daemons:
        daemon.stop()
    axe.assert_nothing_left()


class Held:
    """A command that says `ready` and ends when it is let go."""

    def __init__(self, axe, daemon, name, *options):
        self.gate = axe.state.parent / f"{name}.gate"
        os.mkfifo(self.gate)
        # Both ends: neither we nor the command wait for the other one to open it.
        self.key = open(self.gate, "r+b", buffering=0)
        self.client = axe.start("run", "--socket", daemon.socket, *options, "--", "sh", "-c",
                                f"echo ready; read line < {self.gate}; echo let go")

    def wait(self):
        read_until(self.client.stdout, "ready\n")
        return self

    def wait_in_line(self):
        read_until(self.client.stderr, "waits for a slot")
        return self

    def let_go(self):
        self.key.write(b"go\n")

    def end(self):
        self.let_go()
        return end(self.client)


def listed(daemon):
    return daemon.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]


def numbers(daemon):
    return [job["job"] for job in listed(daemon)]


def test_second_client_waits_for_the_first_one(axe, start):
    daemon = start()
    first = Held(axe, daemon, "first").wait()
    second = axe.start("run", "--socket", daemon.socket, "-o", "ndjson", "--", "true")
    pending = json.loads(second.stdout.readline())
    assert (pending["type"], pending["data"]["ahead"]) == ("job.pending", 0)
    assert pending["data"]["running"] == numbers(daemon)[:1]
    assert numbers(daemon) == [1, pending["job"]] == [1, 2]
    assert [job.folder.name for job in axe.jobs()] == ["1", "2"]

    assert first.end()[:2] == (0, "let go\n")
    code, stdout, _ = end(second)
    assert code == 0
    types = [json.loads(line)["type"] for line in stdout.splitlines()]
    assert types[0] == "job.begin" and types[-2:] == ["job.end", "summary"]
    one, two = axe.jobs()
    assert [line["type"] for line in two.trace()][:2] == ["job.pending", "job.begin"]
    assert one.trace("job.end")[0]["mono_ns"] < two.trace("job.begin")[0]["mono_ns"]


def test_slots_run_side_by_side_and_are_steered_by_number(axe, start):
    daemon = start("--slots", "2")
    held = [Held(axe, daemon, name).wait() for name in ("left", "right")]
    assert numbers(daemon) == [1, 2]
    ambiguous = daemon.call("io.axe.Engine.TerminateJob")
    assert ambiguous["error"] == "io.axe.Engine.AmbiguousJob"
    assert ambiguous["parameters"]["jobs"] == [1, 2]

    shown = axe("show", "1", "--socket", daemon.socket, "-o", "json")
    assert json.loads(shown.stdout)["state"] == "Running"
    ended = axe("terminate", "1", "--yes", "--socket", daemon.socket, "-o", "json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["receipt"]["survivors"] == []
    assert end(held[0].client)[0] == 5
    assert numbers(daemon) == [2]
    assert held[1].end()[0] == 0
    shown = axe("show", "1", "--socket", daemon.socket, "-o", "json")
    assert json.loads(shown.stdout)["outcome"] == "terminated"


def test_ctrl_c_reaches_the_clients_own_job_only(axe, start):
    daemon = start("--slots", "2")
    left, right = (Held(axe, daemon, name).wait() for name in ("left", "right"))
    left.client.send_signal(signal.SIGINT)
    assert end(left.client)[0] == 4
    assert right.end()[0] == 0
    assert [job["outcome"] for job in axe.jobs()] == ["canceled", "finished"]


def test_list_shows_what_runs_and_what_waits(axe, start):
    daemon = start()
    first = Held(axe, daemon, "first").wait()
    second = Held(axe, daemon, "second").wait_in_line()
    jobs = json.loads(axe("list", "--socket", daemon.socket, "-o", "json").stdout)["jobs"]
    assert [(job["job"], job["state"]) for job in jobs] == [(2, "Queued"), (1, "Running")]
    assert "Queued" in axe("list", "--socket", daemon.socket).stdout
    assert first.end()[0] == 0
    assert second.wait().end()[0] == 0
    assert axe("list", "--socket", "/nonexistent/axed.sock").returncode == 8


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waiting_client_withdraws_its_job(axe, start, number):
    daemon = start()
    first = Held(axe, daemon, "first").wait()
    second = Held(axe, daemon, "second").wait_in_line()
    second.client.send_signal(number)
    assert end(second.client)[0] == 4
    assert numbers(daemon) == [1]
    assert first.end()[0] == 0
    assert [job["outcome"] for job in axe.jobs()] == ["finished", "canceled"]
    assert axe.jobs()[1].lifecycle() == ["job.end"]
    listed_jobs = json.loads(axe("list", "-o", "json").stdout)["jobs"]
    assert [job["state"] for job in listed_jobs] == ["Finished", "Canceled"]


def test_nobody_else_can_withdraw_what_waits(axe, start):
    daemon = start()
    first = Held(axe, daemon, "first").wait()
    second = Held(axe, daemon, "second").wait_in_line()
    for words in (["cancel", "--soft"], ["terminate", "--yes"]):
        done = axe(*words, "--socket", daemon.socket, "2")
        assert done.returncode == 2
        assert "waits for a slot" in done.stderr
    assert numbers(daemon) == [1, 2]
    assert first.end()[0] == 0
    assert second.wait().end()[0] == 0


def test_job_goes_on_without_its_client_but_does_not_start_without(axe, start):
    daemon = start()
    first = Held(axe, daemon, "first").wait()
    second = Held(axe, daemon, "second").wait_in_line()
    for client in (second.client, first.client):
        client.kill()
        client.communicate()
    until(lambda: numbers(daemon) == [1], "what waited is withdrawn")
    assert axe.inhabitants()
    first.let_go()
    until(lambda: numbers(daemon) == [], "the job has ended")
    ran, withdrawn = axe.jobs()
    assert (ran["outcome"], withdrawn["outcome"]) == ("finished", "canceled")
    assert ran.output() == b"ready\nlet go\n"


def test_wait_is_bounded_by_the_callers_word(axe, start):
    daemon = start()
    first = Held(axe, daemon, "first").wait()
    manifest = {"name": "late", "assessments": [{"name": "a", "command": ["true"]}]}
    for wait_ns in (0, 1000000):
        answer = daemon.call("io.axe.Engine.ExecuteJob", manifest=manifest,
                             options={"wait_ns": wait_ns})
        assert answer["error"] == "io.axe.Engine.JobWaitTimeout"
        assert answer["parameters"]["code"] == 0x8004101B
    assert first.end()[0] == 0
    # Who does not wait at all gets no number.
    _, late = axe.jobs()
    assert (late["outcome"], late["code"]) == ("error", 0x8004101B)
    assert late["errors"][-1]["name"] == "AXE_E_JOB_WAIT_TIMEOUT"
    assert late.lifecycle() == ["job.end"]


def test_daemon_keeps_its_jobs_in_its_own_state_directory(axe, start, tmp_path):
    daemon = start()
    refused = subprocess.run([BIN / "axe", "run", "--socket", daemon.socket, "--state-dir",
                              tmp_path / "other", "--", "true"], capture_output=True,
                             text=True, timeout=60, check=False)
    assert refused.returncode != 0
    assert str(axe.state) in refused.stderr
    assert not (tmp_path / "other").exists()


def test_stopped_daemon_ends_its_jobs_and_answers_their_callers(axe, start):
    daemon = start()
    stubborn = axe.start("run", "--socket", daemon.socket, "--", "sh", "-c",
                         "trap '' TERM INT HUP; setsid sleep 999 & echo ready; wait")
    read_until(stubborn.stdout, "ready\n")
    waiting = Held(axe, daemon, "waiting").wait_in_line()
    daemon.process.send_signal(signal.SIGHUP)
    assert len(listed(daemon)) == 2
    assert daemon.stop() == 0
    assert end(stubborn)[0] == 5
    assert end(waiting.client)[0] == 4
    assert [job["outcome"] for job in axe.jobs()] == ["terminated", "canceled"]
    assert not os.path.exists(daemon.socket)
    axe.assert_nothing_left()


def test_what_a_killed_daemon_left_is_the_next_ones_to_end(axe, start):
    daemon = start()
    held = Held(axe, daemon, "held").wait()
    daemon.kill()
    assert end(held.client)[0] == 3
    assert axe.inhabitants()
    successor = start()
    assert axe.inhabitants()
    assert successor.stop() == 0
    assert not axe.inhabitants()


def test_second_daemon_is_told_who_has_the_state_directory(axe, start, tmp_path):
    daemon = start()
    second = subprocess.run(
        [BIN / "axed", "--foreground", "--socket", tmp_path / "second.sock", "--state-dir",
         axe.state], capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert f"pid {daemon.process.pid}" in second.stderr
    assert str(axe.state) in second.stderr
    # Who brings a supervisor of its own does not need the daemon's.
    assert axe("run", "--", "true").returncode == 0
    assert axe("run", "--socket", daemon.socket, "--", "true").returncode == 0
    assert [job.id for job in axe.jobs()] == [1, 2]
