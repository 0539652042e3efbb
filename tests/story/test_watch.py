"""watch and wait: from the first event of a job to its end, whoever has it, and its exit code."""

import json
import os
import signal
import subprocess

import pytest
from axe import until
from console import end, read_until
from daemon import Daemon

TYPES = ["job.begin", "assessment.begin", "assessment.end", "job.end"]


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


class Held:
    """A run whose command ends with this code when it is let go."""

    def __init__(self, axe, code, *options):
        gate = axe.state.parent / f"{len(axe.clients)}.gate"
        os.mkfifo(gate)
        # Both ends: neither we nor the command wait for the other one to open it.
        self.key = open(gate, "r+b", buffering=0)
        self.client = axe.start("run", *options, "--", "sh", "-c",
                                f"echo ready; read line < {gate}; exit {code}")

    def wait(self):
        read_until(self.client.stdout, "ready\n")
        return self

    def end(self):
        self.key.write(b"go\n")
        return end(self.client)[0]


def types(text):
    return [json.loads(line)["type"] for line in text.splitlines()]


def followed(axe, held, *options, code):
    """A watcher that sees the past, then the rest."""
    watcher = axe.start("watch", "-o", "ndjson", *options, "1")
    lines = [watcher.stdout.readline() for _ in range(2)]
    assert types("".join(lines)) == TYPES[:2]
    assert watcher.poll() is None
    held.end()
    ended, rest, _ = end(watcher)
    assert ended == code
    assert types(rest) == TYPES[2:]


def test_private_run_is_watched_from_its_first_event_to_its_end(axe):
    followed(axe, Held(axe, 3).wait(), code=1)


def test_job_of_a_daemon_is_watched_from_its_first_event_to_its_end(axe, daemon):
    followed(axe, Held(axe, 3, "--socket", daemon.socket).wait(), "--socket", daemon.socket,
             code=1)


def test_ended_job_is_told_from_its_folder(axe):
    assert axe("run", "--", "true").returncode == 0
    done = axe("watch", "-o", "ndjson", "1")
    assert (done.returncode, types(done.stdout)) == (0, TYPES)
    done = axe("watch", "1")
    assert done.returncode == 0
    assert "job `true` begins" in done.stdout and "job ends: finished" in done.stdout
    assert [each["type"] for each in json.loads(axe("watch", "-o", "json", "1").stdout)] == TYPES


def test_watch_of_a_folder_tells_the_events_that_a_store_would(axe):
    made = axe("run", "--", "ipcmk", "--shmem", "64")
    subprocess.run(["ipcrm", "--shmem-id", made.stdout.split()[-1]], check=True)
    assert axe.jobs()[0].trace("residue")
    assert types(axe("watch", "-o", "ndjson", "1").stdout) == TYPES


def test_watch_goes_on_behind_an_event(axe, daemon):
    held = Held(axe, 0, "--socket", daemon.socket).wait()
    watcher = axe.start("watch", "-o", "ndjson", "--after", "1", "--socket", daemon.socket, "1")
    # It has found the daemon: the numbers of a job that has ended are those of its own trace.
    first = watcher.stdout.readline()
    held.end()
    code, told, _ = end(watcher)
    assert (code, types(first + told)) == (0, TYPES[1:])
    assert json.loads(first)["seq"] == 2


def test_waiting_job_is_watched_before_it_begins(axe, daemon):
    first = Held(axe, 0, "--socket", daemon.socket).wait()
    second = Held(axe, 0, "--socket", daemon.socket)
    read_until(second.client.stderr, "waits for a slot")
    watcher = axe.start("watch", "-o", "ndjson", "--socket", daemon.socket, "2")
    assert types(watcher.stdout.readline()) == ["job.pending"]
    first.end()
    second.wait().end()
    code, told, _ = end(watcher)
    assert (code, types(told)) == (0, TYPES)


def test_all_jobs_of_a_daemon_are_watched(axe, daemon):
    watcher = axe.start("watch", "-o", "ndjson", "--after", "0", "--socket", daemon.socket)
    for _ in range(2):
        assert axe("run", "--socket", daemon.socket, "--", "true").returncode == 0
    told = types("".join(watcher.stdout.readline() for _ in range(2 * len(TYPES))))
    assert told == 2 * TYPES
    daemon.stop()
    code, _, stderr = end(watcher)
    assert code == 8 and "has ended" in stderr


def test_wait_ends_as_the_job_does(axe):
    held = Held(axe, 3).wait()
    waiting = axe.start("wait", "1")
    limited = axe("wait", "--timeout", "50ms", "1")
    assert limited.returncode == 124 and "has not ended yet" in limited.stderr
    assert waiting.poll() is None
    assert held.end() == 3
    code, stdout, _ = end(waiting)
    assert (code, stdout) == (1, "1 failed\n")
    assert axe("wait", "1").returncode == 1
    assert json.loads(axe("wait", "-o", "json", "1").stdout)["failed"] == 1


def test_wait_for_a_terminated_job(axe, daemon):
    held = Held(axe, 0, "--socket", daemon.socket).wait()
    waiting = axe.start("wait", "--socket", daemon.socket, "1")
    ended = axe("terminate", "--yes", "--socket", daemon.socket, "1")
    assert ended.returncode == 0
    assert end(waiting)[0] == 5
    end(held.client)


def test_killed_supervisor_is_not_waited_for(axe):
    held = Held(axe, 0).wait()
    clients = [axe.start(verb, "1") for verb in ("wait", "watch")]
    read_until(clients[1].stdout, "begins: `sh")
    os.kill(axe.supervisor(held.client), signal.SIGKILL)
    for client in clients:
        code, _, stderr = end(client)
        assert code == 3 and "supervisor" in stderr
    assert end(held.client)[0] == 3
    # And later: it has no end.
    for verb in ("wait", "watch"):
        done = axe(verb, "1")
        assert done.returncode == 3 and "has no end" in done.stderr
    assert axe("run", "--", "true").returncode == 0


def test_watcher_that_stops_reading_ends(axe):
    held = Held(axe, 0).wait()
    watcher = axe.start("watch", "1")
    read_until(watcher.stdout, "begins")
    watcher.stdout.close()
    held.end()
    until(lambda: watcher.poll() is not None, "the watcher ends")
    watcher.stderr.close()
    axe.clients.remove(watcher)


@pytest.mark.parametrize("words", [("wait",), ("wait", "1/0"), ("watch", "1/0"), ("wait", "77"),
                                   ("watch", "--after", "x", "1")])
def test_wrong_words_are_refused(axe, words):
    assert axe("run", "--", "true").returncode == 0
    done = axe(*words)
    assert done.returncode == 2 and done.stderr


def test_run_waits_for_a_slot_as_long_as_it_was_told(axe, daemon):
    held = Held(axe, 0, "--socket", daemon.socket).wait()
    for wait in ("0", "20ms"):
        done = axe("run", "--socket", daemon.socket, "--wait", wait, "--", "true")
        assert done.returncode == 3
        assert "no slot was free in time" in done.stderr
    waiting = axe.start("run", "--socket", daemon.socket, "--wait", "forever", "--", "true")
    read_until(waiting.stderr, "waits for a slot")
    assert held.end() == 0
    assert end(waiting)[0] == 0
    for words in (["--wait", "1s"], ["--socket", daemon.socket, "--wait", "soon"]):
        done = axe("run", *words, "--", "true")
        assert done.returncode == 2 and "--wait" in done.stderr
