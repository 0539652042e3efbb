"""Who listens slowly: loses nothing and delays nobody where events are stored, is told where not."""

import json
import pathlib
import resource
import selectors
import signal
import socket
import statistics
import time

import pytest
from axe import PATIENCE_S, until
from console import read_until
from daemon import Daemon, replies, send
from job_doors import RUN_DIR

QUICK = {"name": "quick", "assessments": [{"name": "a", "command": ["true"], "timeout": "20s"}]}
SLEEPER = {"name": "sleeper", "assessments": [{"name": "a", "command": ["sleep", "999"]}]}
FLOOD = 50_000
WINDOW = 500
CANCEL = {"index": 0, "job": 1}
READERS = 999
TOLD = 60


@pytest.fixture
def daemon(axe, monkeypatch):
    # What the sanitizer keeps of freed memory is not the daemon's.
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=1")
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root), "--slots", "2")
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


def flood(client, count):
    """Each accepted call is an event; whoever calls on waits for answers, as the store needs time."""
    answers = replies(client)
    for _ in range(count // WINDOW):
        for _ in range(WINDOW):
            send(client, "io.axe.Engine.CancelAssessment", CANCEL)
        for _ in range(WINDOW):
            assert "error" not in next(answers)


def latency(daemon):
    """Of a whole job of its own, on a connection of its own; the median of some."""
    took = []
    for _ in range(9):
        before = time.monotonic()
        done = daemon.call("io.axe.Engine.ExecuteJob", manifest=QUICK)
        took.append(time.monotonic() - before)
        assert done["parameters"]["outcome"] == "finished", done
    return statistics.median(took)


def resident_bytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def start_sleeper(daemon):
    """Nobody waits for it, so that the subscriber is the only one to whom its events matter."""
    with daemon.connect() as client:
        client.sendall(json.dumps({"method": "io.axe.Engine.ExecuteJob", "oneway": True,
                                   "parameters": {"manifest": SLEEPER}}).encode() + b"\0")
    until(lambda: any(job["running"] for job in
                      daemon.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]), "it runs")


def test_reader_that_does_not_read_loses_nothing_and_delays_nobody(daemon):
    slow = daemon.subscribe(after=0)
    start_sleeper(daemon)
    with daemon.connect() as caller:
        alone = latency(daemon)
        before = resident_bytes(daemon.process)
        flood(caller, FLOOD)
        last = until(lambda: newest(daemon, FLOOD), "all events are stored")
        # The backlog of the one is nothing to the others.
        assert latency(daemon) < 3 * alone + 0.1
        assert resident_bytes(daemon.process) - before < 96 << 20
        seen = 0
        # One reader to the end: it holds what came together with the last one looked for.
        told = replies(slow)
        for reply in told:
            event = reply["parameters"]["event"]
            seen += 1
            assert event["seq"] == seen
            if seen == last:
                break
        # It has caught up, and follows.
        assert latency(daemon) < 3 * alone + 0.1
        assert next(told)["parameters"]["event"]["seq"] == last + 1
        assert "receipt" in daemon.call("io.axe.Engine.TerminateJob", job=1)["parameters"]
    slow.close()


@pytest.fixture
def descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 4096:
        pytest.skip("needs 4096 descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def read_all(clients, last):
    """What each of them was sent, up to the event of that number."""
    end = f'"seq":{last},'.encode()
    heard = {client: b"" for client in clients}
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            waiting.register(client, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(PATIENCE_S)
            assert ready, f"{len(waiting.get_map())} wait for an event"
            for key, _ in ready:
                client = key.fileobj
                got = client.recv(1 << 16)
                assert got, heard[client][-500:]
                heard[client] += got
                if end in heard[client] and heard[client].endswith(b"\0"):
                    waiting.unregister(client)
    return heard


def test_a_thousand_hear_all_and_the_one_that_never_reads_costs_nobody(daemon, descriptors):
    start_sleeper(daemon)
    with daemon.connect() as caller, daemon.subscribe(after=0) as mute:
        flood(caller, 10 * WINDOW)
        first = until(lambda: newest(daemon, 10 * WINDOW), "all events are stored")
        before = resident_bytes(daemon.process)
        readers = [daemon.subscribe(after=first) for _ in range(READERS)]
        answers = replies(caller)
        for _ in range(TOLD):
            send(caller, "io.axe.Engine.CancelAssessment", CANCEL)
            assert "error" not in next(answers)
        assert latency(daemon) < PATIENCE_S
        last = daemon.call("io.axe.Events.GetLast")["parameters"]["last"]
        for heard in read_all(readers, last).values():
            told = [json.loads(each)["parameters"]["event"]["seq"]
                    for each in heard.split(b"\0")[:-1]]
            assert told == list(range(first + 1, last + 1))
        assert resident_bytes(daemon.process) - before < 96 << 20
        for reader in readers:
            reader.close()
        # It was not forgotten: all that it did not read is told it from the store.
        told = replies(mute)
        for seq in range(1, last + 1):
            assert next(told)["parameters"]["event"]["seq"] == seq
        assert "receipt" in daemon.call("io.axe.Engine.TerminateJob", job=1)["parameters"]


def newest(daemon, least):
    last = daemon.call("io.axe.Events.GetLast")["parameters"]["last"]
    return last if last > least else None


def test_long_replay_is_read_while_jobs_run(daemon):
    start_sleeper(daemon)
    with daemon.connect() as caller:
        alone = latency(daemon)
        flood(caller, 10_000)
        last = until(lambda: newest(daemon, 10_000), "all events are stored")
        # Nothing of it passes, so that it all is looked at without a pause.
        searchers = [daemon.subscribe(after=0, types=["residue.cleared"]) for _ in range(20)]
        assert latency(daemon) < 3 * alone + 0.5
        page = daemon.call("io.axe.Events.GetEvents", after=0, types=["job.begin"])["parameters"]
        assert [each["job"] for each in page["events"]] == list(range(1, 11))[:len(page["events"])]
        assert page["last"] <= last
        for searcher in searchers:
            searcher.close()
        assert "receipt" in daemon.call("io.axe.Engine.TerminateJob", job=1)["parameters"]


def test_filters_hold_across_the_past_and_the_present(daemon):
    for _ in range(2):
        assert "error" not in daemon.call("io.axe.Engine.ExecuteJob", manifest=QUICK)
    with daemon.subscribe(after=0, job=2, types=["job.begin", "job.end"]) as client:
        told = replies(client)
        seen = [next(told)["parameters"]["event"] for _ in range(2)]
    assert [(each["job"], each["type"]) for each in seen] == [(2, "job.begin"), (2, "job.end")]
    with daemon.subscribe(types=["job.end"]) as client:
        daemon.answers()
        assert "error" not in daemon.call("io.axe.Engine.ExecuteJob", manifest=QUICK)
        event = next(replies(client))["parameters"]["event"]
        assert (event["job"], event["type"]) == (3, "job.end")


def test_without_a_store_who_does_not_read_is_told_and_the_job_goes_on(axe):
    # A cancel of a command is a SIGINT to it.
    running = axe.start("run", "--", "sh", "-c", "trap '' INT; echo ready; sleep 999")
    read_until(running.stdout, "ready\n")
    path = until(lambda: own_socket(axe, running), "the run has a socket")
    with connect(path) as slow, connect(path) as caller:
        send(slow, "io.axe.Events.Subscribe", {}, True)
        answers = replies(caller)
        # More than the supervisor keeps for one client that does not read.
        told = 0
        while told < 40 << 20:
            for _ in range(WINDOW):
                send(caller, "io.axe.Engine.CancelAssessment", {"index": 0})
            for _ in range(WINDOW):
                assert "error" not in next(answers)
            told += WINDOW * first_size(slow)
        last = list(replies(slow))[-1]
        assert last["error"] == "io.axe.Events.EventsLost"
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE_S)
    axe.assert_nothing_left()


def first_size(client):
    """Of the first message that waits for the client."""
    return client.recv(1 << 16, socket.MSG_PEEK).index(b"\0")


def connect(path):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE_S)
    client.connect(str(path))
    return client


def own_socket(axe, running):
    """Of the job of this place, among those of others with its number."""
    for path in RUN_DIR.glob("1*.sock"):
        try:
            with connect(path) as client:
                send(client, "io.axe.Engine.ListJobs", {})
                jobs = next(replies(client))["parameters"]["jobs"]
        except OSError:
            continue
        if any(str(axe.state) in json.dumps(each) for each in jobs):
            return path
    return None
