"""Clients that mean harm, or are broken: the daemon serves the others, and is afterwards as before."""

import contextlib
import json
import os
import pathlib
import random
import resource
import socket

import pytest
from axe import PATIENCE_S, until
from daemon import Daemon, replies, send

MANY = 10_000
USER_SESSIONS_MAX = 1280
MEMORY_MORE = 64 << 20
JOB = {"name": "worker", "assessments": [
    {"name": "a", "repeat": 50, "command": ["true"], "timeout": "20s"}]}
LONG = b'{"method": "io.axe.Engine.PlanJob", "parameters": {"manifest": {"name": "'
SEED = int(os.environ.get("AXE_SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.fixture
def daemon(axe, monkeypatch):
    # What the sanitizer keeps of freed memory is not the daemon's.
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=1:allocator_release_to_os_interval_ms=0")
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    try:
        with worker_runs_well(daemon):
            pass
        before = facts(daemon)
        with worker_runs_well(daemon):
            yield daemon
        until(lambda: facts(daemon)["descriptors"] <= before["descriptors"],
              "the daemon has closed what its clients left")
        until(lambda: facts(daemon)["resident"] - before["resident"] < MEMORY_MORE,
              "the daemon has given back what its clients cost")
    finally:
        code = daemon.stop()
    assert code == 0
    axe.assert_nothing_left()


@contextlib.contextmanager
def worker_runs_well(daemon):
    """A job goes on meanwhile, and its client loses nothing."""
    with daemon.connect() as client:
        send(client, "io.axe.Engine.ExecuteJob", {"manifest": JOB}, True)
        told = replies(client)
        next(told)
        yield
        *events, last = told_until_end(told)
    assert last["outcome"] == "finished", last
    assert last["summary"]["counts"]["passed"] == 50
    numbers = [each["event"]["seq"] for each in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def told_until_end(told):
    for reply in told:
        assert "error" not in reply, reply
        yield reply["parameters"]
        if not reply.get("continues"):
            return


def facts(daemon):
    folder = pathlib.Path(f"/proc/{daemon.process.pid}")
    status = (folder / "status").read_text(encoding="ascii")
    return {"descriptors": len(os.listdir(folder / "fd")),
            "resident": int(status.split("VmRSS:")[1].split()[0]) * 1024}


def say(client, data):
    """Whether the daemon took it all."""
    try:
        client.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def last_word(client):
    """The last error before the daemon hung up; None when there was none."""
    waiting = b""
    with contextlib.suppress(ConnectionResetError):
        while got := client.recv(1 << 16):
            waiting += got
    whole = [json.loads(each) for each in waiting.split(b"\0") if each]
    return whole[-1].get("error") if whole else None


def test_garbage_is_refused_and_ends_its_connection(daemon):
    chance = random.Random(SEED)
    for _ in range(200):
        with daemon.connect() as client:
            say(client, chance.randbytes(chance.randrange(1, 4096)).replace(b"\0", b"x") + b"\0")
            assert last_word(client) == "io.axe.Engine.BadMessage", SEED


def test_calls_changed_at_random_are_answered_or_refused(daemon):
    chance = random.Random(SEED)
    call = json.dumps({"method": "io.axe.Engine.PlanJob", "more": False,
                       "parameters": {"manifest": JOB, "options": {}}}).encode()
    for _ in range(300):
        changed = bytearray(call)
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(len(changed))] = chance.randrange(1, 256)
        with daemon.connect() as client:
            assert say(client, bytes(changed) + b"\0")
            reply = next(replies(client))
            assert "error" in reply or "plan" in reply["parameters"], SEED


@pytest.mark.parametrize("data, error", [
    (b'{"a":' + b"[" * 200_000 + b"\0", "io.axe.Engine.LimitReached"),
    (b'{"a":[' + b"{}," * 1_100_000 + b"\0", "io.axe.Engine.LimitReached"),
    (b" " * (17 << 20), "io.axe.Engine.LimitReached"),
    (b'{"method": "' + b"a" * 1_000_000 + b'.B"}\0', "org.varlink.service.InterfaceNotFound"),
    (b'{"method": "a.B", "method": "a.C"}\0', "io.axe.Engine.BadMessage"),
    (b'{"method": "a.\xff"}\0', "io.axe.Engine.BadMessage"),
    (b'{"method": "a.\\u0000"}\0', "io.axe.Engine.BadMessage"),
    (b'{"method": "a.B", "parameters": {"n": 1e999}}\0', "io.axe.Engine.BadMessage"),
    (b"\0\0\0\0", "io.axe.Engine.BadMessage"),
], ids=["deep", "crowded", "long", "long-name", "key-twice", "no-utf8", "nul", "huge-number", "empty"])
def test_what_is_too_much_or_malformed_is_told_by_name(daemon, data, error):
    with daemon.connect() as client:
        say(client, data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)
        assert last_word(client) == error


def test_half_messages_cost_no_memory_for_long(daemon):
    clients = [daemon.connect() for _ in range(40)]
    refused = 0
    for client in clients:
        refused += not say(client, LONG + b"x" * (12 << 20))
    # All of them together would be half a gigabyte.
    assert refused >= 20
    assert daemon.call("org.varlink.service.GetInfo")["parameters"]["product"] == "axed"
    for client in clients:
        client.close()


def test_who_calls_and_never_reads_is_kept_waiting(daemon):
    call = json.dumps({"method": "org.varlink.service.GetInterfaceDescription",
                       "parameters": {"interface": "io.axe.Engine"}}).encode() + b"\0"
    clients = [daemon.connect() for _ in range(50)]
    for client in clients:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                client.send(call * 100)
    assert daemon.call("org.varlink.service.GetInfo")["parameters"]["product"] == "axed"
    for client in clients:
        client.close()


def test_client_that_hangs_up_at_each_byte_of_a_call(daemon):
    call = b'{"method": "io.axe.Engine.ListJobs", "more": true}\0'
    for length in range(len(call) + 1):
        with daemon.connect() as client:
            assert say(client, call[:length])


@pytest.fixture
def descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 4096:
        pytest.skip("needs 4096 descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 2 * MANY), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_ten_thousand_connections_keep_nobody_from_steering(daemon, descriptors):
    held = [daemon.connect() for _ in range(USER_SESSIONS_MAX)]
    refused = 0
    for _ in range(MANY - len(held)):
        with daemon.connect() as client:
            refused += last_word_now(client) == "io.axe.Engine.LimitReached"
    # Those that were idle for long gave their places up; at some 1,000 knocks a second these are few.
    assert refused > MANY // 2
    # Whoever says nothing gives its place up to who does.
    until(lambda: enter(daemon), "somebody who says something is let in")
    for client in held:
        client.close()


def last_word_now(client):
    """As last_word, of a connection that may have been let in."""
    client.settimeout(0.05)
    try:
        return last_word(client)
    except socket.timeout:
        return None


def enter(daemon):
    try:
        reply = daemon.call("io.axe.Engine.ListJobs")
    except (OSError, StopIteration):
        return None
    return None if "error" in reply else reply


def test_dripping_clients_keep_nobody_out(daemon, descriptors):
    held = []
    for _ in range(USER_SESSIONS_MAX - 1):
        client = daemon.connect()
        if say(client, b"{"):
            held.append(client)

    def drip_and_enter():
        for client in held:
            with contextlib.suppress(OSError):
                client.send(b" ", socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        return enter(daemon)

    until(drip_and_enter, "somebody is let in", PATIENCE_S)
    for client in held:
        client.close()


def test_daemon_that_is_stopped_leaves_its_clients_at_once(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    clients = [daemon.subscribe() for _ in range(30)] + [daemon.connect() for _ in range(30)]
    assert daemon.stop() == 0
    for client in clients:
        assert last_word(client) is None
        client.close()
