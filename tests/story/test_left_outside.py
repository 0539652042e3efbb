"""Outsiders whom a killed job traced or asked to work for it, and what never was the host's."""

import ctypes
import json
import os
import pathlib
import socket
import subprocess
import sys
import textwrap
import threading

import pytest

from axe import comm, until
from test_interrupted import PRELUDE, READY, outside, running, terminate
from test_residue import IPC_RMID, LIBC, about

IO_URING_SETUP = 425
SEGMENT_BYTES = 4096

TRACER = """
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.ptrace(0x4206, int(path), None, None) == 0, ctypes.get_errno()
"""
RING = f"""
    import ctypes
    ring = ctypes.CDLL(None).syscall({IO_URING_SETUP}, 4, ctypes.create_string_buffer(120))
    assert ring >= 0
"""
ASKER = """
    asking = socket.socket(socket.AF_UNIX)
    asking.connect(path)
    print(asking.recv(64).decode(), flush=True)
"""


def program(text):
    return PRELUDE + textwrap.dedent(text) + READY


def test_traced_outsider_is_told_and_lives_on(axe):
    with outside(sys.executable, "-c", program(""), "x") as traced:
        name = f"{comm(traced.pid)} (pid {traced.pid})"
        with running(axe, sys.executable, "-c", program(TRACER), traced.pid):
            job, receipt = terminate(axe)
        warning, = about(receipt["warnings"], name)
        assert (warning["kind"], warning["certainty"]) == ("traced", "likely")
        assert warning["pid"] in [each["pid"] for each in job.processes()]
        status = pathlib.Path(f"/proc/{traced.pid}/status").read_text(encoding="utf-8")
        assert "TracerPid:\t0" in status
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_tracer_of_the_host(axe):
    with outside(sys.executable, "-c", program(""), "x") as traced:
        with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
            with outside(sys.executable, "-c", program(TRACER), traced.pid):
                _, receipt = terminate(axe)
    assert [each for each in receipt["warnings"] if each["kind"] == "traced"] == []
    axe.assert_nothing_left()


def test_ring_is_shown_and_is_no_warning(axe):
    ring = LIBC.syscall(IO_URING_SETUP, 4, ctypes.create_string_buffer(120))
    if ring < 0:
        pytest.skip(f"needs io_uring: {os.strerror(ctypes.get_errno())}")
    os.close(ring)
    with running(axe, sys.executable, "-c", program(RING), "x"):
        job, receipt = terminate(axe)
    shown, = [each for each in receipt["frozen"]["files"] if each["what"] == "io_uring"]
    assert shown["pid"] in [each["pid"] for each in job.processes()]
    assert [each for each in receipt["warnings"] if each["certainty"] != "unattributed"] == []
    axe.assert_nothing_left()


class Broker:
    """A service of the host's that, asked, forks a child which makes a segment and lives on."""

    def __init__(self, path):
        self.segment = self.child = None
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        connection, _ = self.socket.accept()
        with connection:
            self.child = subprocess.Popen(
                [sys.executable, "-c", "import ctypes\nprint(ctypes.CDLL(None).shmget("
                 f"0, {SEGMENT_BYTES}, 0o1600), flush=True)\ninput()"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.segment = self.child.stdout.readline().strip()
            connection.send(self.segment.encode())

    def close(self):
        self.thread.join()
        self.socket.close()
        self.child.communicate("\n")
        LIBC.shmctl(int(self.segment), IPC_RMID, None)


def test_work_of_a_broker_is_its_own_and_is_left_alone(axe, tmp_path):
    """The kernel names its child as the maker: what a job asked others for is not seen."""
    broker = Broker(tmp_path / "broker")
    client = axe.start("run", "--", sys.executable, "-c", program(ASKER), tmp_path / "broker")
    try:
        assert until(client.stdout.readline, "it was answered").strip() == broker.segment
        assert client.stdout.readline() == "ready\n"
        job, receipt = terminate(axe)
        assert broker.child.poll() is None
        assert broker.child.pid not in [each["pid"] for each in job.processes()]
        assert about(receipt["warnings"], f"shm {broker.segment}") == []
    finally:
        client.communicate(timeout=60)
        broker.close()
    job.assert_all_accounted_for()
    axe.assert_nothing_left()


LOCKER = """
    import fcntl, os, socket, sys
    outside = socket.socket(socket.AF_UNIX)
    outside.connect(sys.argv[1])
    with open(sys.argv[2], "w") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        socket.send_fds(outside, [b"x"], [locked.fileno()])
        print(os.getpid())
"""


def test_lock_that_an_outsider_keeps_is_told_of_who_took_it_alone(axe, tmp_path):
    """The first and the last lock nothing, and so the kernel's list is not read behind them."""
    place, locked = tmp_path / "holder", tmp_path / "locked"
    holder = socket.socket(socket.AF_UNIX)
    holder.bind(str(place))
    holder.listen()
    locks = [sys.executable, "-c", textwrap.dedent(LOCKER), str(place), str(locked)]
    manifest = axe.manifest(json.dumps({"name": "locks", "assessments": [
        {"name": "before", "command": ["true"]},
        {"name": "locks", "command": locks},
        {"name": "behind", "command": ["true"]}]}), "manifest.json")
    done = axe("run", manifest)
    connection, _ = holder.accept()
    _, kept, _, _ = socket.recv_fds(connection, 1, 1)
    for each in [connection, holder]:
        each.close()
    for descriptor in kept:
        os.close(descriptor)
    assert done.returncode == 0, done.stderr
    told = {each["name"]: [warning for warning in each["warnings"]
                           if warning["kind"] == "file_lock"]
            for each in axe.job()["assessments"]}
    warning, = told["locks"]
    assert (warning["certainty"], warning["pid"]) == ("proved", int(axe.job().output(index=1)))
    assert warning["object"].endswith(f":{locked.stat().st_ino}")
    assert told["before"] == told["behind"] == []
    axe.assert_nothing_left()


def test_name_in_a_namespace_of_the_jobs_own_is_not_the_hosts(axe):
    name = os.uname().nodename
    done = axe("run", "--", "unshare", "--uts", "sh", "-c",
               "echo elsewhere >/proc/sys/kernel/hostname && cat /proc/sys/kernel/hostname")
    if "unshare" in done.stderr:
        pytest.skip(f"needs UTS namespaces: {done.stderr}")
    assert (done.returncode, axe.job().output()) == (0, b"elsewhere\n")
    assert os.uname().nodename == name
    assert [each for each in axe.job()["warnings"] if "hostname" in each["object"]] == []
    axe.assert_nothing_left()


@pytest.mark.skipif(pathlib.Path("/sys/dev/char/10:130").exists(), reason="needs no watchdog")
def test_node_of_a_watchdog_that_is_not_there_is_no_alarm(axe, tmp_path):
    node = tmp_path / "watchdog"
    done = axe("run", "-o", "json", "--", "sh", "-c", f"mknod {node} c 10 130 && ! (: >{node})")
    assert done.returncode == 0, done.stderr
    assert [each for each in axe.job()["warnings"] if each["kind"] == "watchdog"] == []
    axe.assert_nothing_left()


@pytest.mark.skipif(not os.access("/dev/kmsg", os.W_OK), reason="needs /dev/kmsg")
def test_kernel_log_that_was_open_for_writing_is_told_of_who_had_it(axe):
    manifest = axe.manifest(json.dumps({"name": "two", "parallel": 2, "assessments": [
        {"name": "opens", "command": "exec 3>/dev/kmsg"},
        {"name": "beside", "command": ["sleep", "1"]}]}), "manifest.json")
    with open("/dev/kmsg", "wb"):
        assert axe("run", manifest).returncode == 0
    opens, beside = sorted(axe.job()["assessments"], key=lambda each: each["index"])
    warning, = about(opens["warnings"], "/dev/kmsg")
    assert (warning["kind"], warning["certainty"]) == ("kernel_log", "likely")
    assert warning["pid"] in [each["pid"] for each in axe.job().processes()]
    assert about(beside["warnings"], "/dev/kmsg") == []
    axe.assert_nothing_left()


@pytest.mark.skipif(not os.access("/dev/kmsg", os.W_OK), reason="needs /dev/kmsg")
def test_what_was_opened_and_still_is_at_the_kill_is_told_once(axe):
    with running(axe, "sh", "-c", "exec 3>/dev/kmsg; echo ready; exec sleep 999"):
        job, receipt = terminate(axe)
    warning, = about(receipt["warnings"], "/dev/kmsg")
    assert (warning["kind"], warning["certainty"]) == ("kernel_log", "likely")
    assert "had it open" in warning["evidence"]
    assert len(about(job["warnings"], "/dev/kmsg")) == 1
    axe.assert_nothing_left()
