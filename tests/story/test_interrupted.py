"""What a kill interrupts, or leaves with somebody else, is told, and nobody is blamed for others."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import textwrap

import pytest

from axe import ADVERSARIES, PATIENCE_S, until, v2_mount
from test_residue import about, repair

# However slow the machine is.
WHOLE_PICTURE = ("--picture-budget", f"{PATIENCE_S}s")

PRELUDE = "import fcntl, mmap, os, socket, sys, time\npath = sys.argv[1]\n"
READY = "\nprint('ready', flush=True)\ntime.sleep(999)\n"

HALF_WRITTEN = """
    file = open(path, "w")
    file.write("x" * 70000)
    file.flush()
"""
LOCKED = """
    file = open(path, "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    file.write("x" * 5000)
    file.flush()
"""
MAPPED = """
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    os.ftruncate(file, 8192)
    memory = mmap.mmap(file, 8192)
    memory[0:5] = b"torn!"
    os.close(file)
"""
# (what it does, kind of the warning, its certainty)
INTERRUPTED = [
    pytest.param(HALF_WRITTEN, "torn_file", "possible", id="half-written"),
    pytest.param(LOCKED, "interrupted_transaction", "likely", id="locked"),
    pytest.param(MAPPED, "shared_map", "possible", id="mapped"),
]
HARMLESS = """
    log = open(os.environ["AXE_TEMP"] + "/log", "w")
    log.write("x" * 5000)
    log.flush()
    for name in ("stdout", "stderr"):
        again = open("/dev/" + name, "r+")
    appended = open(path, "a")
    appended.write("a line")
    appended.flush()
    read = open("/etc/passwd")
    read.read()
"""


def program(text):
    return PRELUDE + textwrap.dedent(text) + READY


@contextlib.contextmanager
def running(axe, *command):
    """A job that is ready."""
    client = axe.start("run", *WHOLE_PICTURE, "--", *map(str, command))
    try:
        until(lambda: client.stdout.readline() == "ready\n", "it is ready")
        yield client
    finally:
        client.communicate(timeout=60)


def terminate(axe):
    answer = axe("terminate", "--yes", "-o", "json", axe.jobs()[-1].id)
    assert answer.returncode == 0, answer.stderr
    return axe.jobs()[-1], json.loads(answer.stdout)["receipt"]


@contextlib.contextmanager
def outside(*command):
    """A process of the host's that is ready."""
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def path():
    """Not below a temporary file system, on which some times do not tell."""
    path = pathlib.Path("/var/tmp") / f"axe-interrupted-{os.getpid()}"
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("text, kind, certainty", INTERRUPTED)
def test_interrupted_file_is_told(axe, path, text, kind, certainty):
    with running(axe, sys.executable, "-c", program(text), path):
        job, receipt = terminate(axe)
    warning, = about(receipt["warnings"], str(path))
    assert (warning["kind"], warning["certainty"]) == (kind, certainty)
    assert warning["pid"] in [each["pid"] for each in job.processes()]
    assert warning["process"]["pid"] == warning["pid"]
    assert warning["process"]["comm"].startswith("python3")
    assert warning["process"]["argv"][-1] == str(path)
    assert warning["remedy"] is None
    assert receipt["frozen"]["partial"] is False
    assert len(about(job.only()["warnings"], str(path))) == len(about(job["warnings"], str(path))) == 1
    assert [each["data"]["kind"] for each in job.trace("residue")
            if each["data"]["object"] == str(path)] == [kind]
    assert kind in (job.folder / "junit.xml").read_text(encoding="utf-8")
    # Of the next job, which does nothing, nothing of it is told.
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        _, receipt = terminate(axe)
    assert about(receipt["warnings"], str(path)) == []
    axe.assert_nothing_left()


def test_picture_is_cut_short_by_its_budget(axe):
    client = axe.start("run", "--picture-budget", "1us", "--", "sh", "-c",
                       "echo ready; exec sleep 999")
    until(lambda: client.stdout.readline() == "ready\n", "it is ready")
    _, receipt = terminate(axe)
    client.communicate(timeout=60)
    assert receipt["frozen"]["partial"] is True
    assert receipt["killed"] == receipt["seen"] == 1
    axe.assert_nothing_left()


@pytest.mark.parametrize("text, kind, certainty", INTERRUPTED)
def test_innocent_job_is_not_blamed_for_a_file_of_the_host(axe, path, text, kind, certainty):
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        with outside(sys.executable, "-c", program(text), path):
            _, receipt = terminate(axe)
    assert about(receipt["warnings"], str(path)) == []
    axe.assert_nothing_left()


def test_outputs_logs_and_what_is_read_are_no_loss(axe, path):
    with running(axe, sys.executable, "-c", program(HARMLESS), path):
        _, receipt = terminate(axe)
    assert [each for each in receipt["warnings"] if each["certainty"] != "unattributed"] == []
    axe.assert_nothing_left()


def test_timeout_tells_what_it_interrupted(axe, path):
    run = axe("run", "--timeout", "1s", "--timeout-grace", "0ms", "--", sys.executable, "-c",
              program(HALF_WRITTEN), path)
    assert run.returncode == 124, run.stderr
    warning, = about(axe.job().only()["warnings"], str(path))
    assert warning["kind"] == "torn_file"
    kill, = axe.job().trace("assessment.kill")
    assert kill["data"]["frozen"]["partial"] is False
    axe.assert_nothing_left()


HAND_OVER = """
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    socket.send_fds(client, [str(server.getsockname()[1]).encode()], [server.fileno()])
"""


def test_listening_socket_that_was_handed_outside_is_told(axe, path):
    with socket.socket(socket.AF_UNIX) as receiver, contextlib.ExitStack() as stack:
        receiver.bind(str(path))
        receiver.listen()
        with running(axe, sys.executable, "-c", program(HAND_OVER), path):
            connection, _ = receiver.accept()
            stack.enter_context(connection)
            port, descriptors, _, _ = socket.recv_fds(connection, 16, 1)
            stack.callback(os.close, *descriptors)
            job, receipt = terminate(axe)
    warning, = about(receipt["warnings"], f"tcp port {int(port)}")
    assert (warning["kind"], warning["certainty"]) == ("socket", "likely")
    assert warning["pid"] in [each["pid"] for each in job.processes()]
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_socket_of_the_host(axe):
    with socket.socket() as server:
        with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
            server.bind(("127.0.0.1", 0))
            server.listen()
            _, receipt = terminate(axe)
        told = about(receipt["warnings"], f"tcp port {server.getsockname()[1]}")
    assert [each["certainty"] for each in told] == ["unattributed"]
    axe.assert_nothing_left()


@pytest.fixture
def dummy():
    name = f"axe{os.getpid() % 100000}"
    if not shutil.which("ip"):
        pytest.skip("needs ip")
    if subprocess.run(["ip", "link", "add", name, "type", "dummy"], check=False).returncode:
        pytest.skip("needs dummy network devices")
    subprocess.run(["ip", "link", "del", name], check=True)
    yield name
    subprocess.run(["ip", "link", "del", name], stderr=subprocess.DEVNULL, check=False)


def test_network_device_is_told_and_removed(axe, dummy):
    with running(axe, "sh", "-c", f"ip link add {dummy} type dummy; echo ready; exec sleep 999"):
        job, receipt = terminate(axe)
    warning, = about(receipt["warnings"], dummy)
    assert warning["kind"] == "network_device"
    assert warning["remedy"] == ["ip", "link", "del", "dev", dummy]
    assert about(repair(axe, "--yes", "--all", job.id)[1], dummy)[0]["outcome"] == "repaired"
    assert about(repair(axe, "--yes", "--all", job.id)[1], dummy)[0]["outcome"] == "changed"
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_network_device(axe, dummy):
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        subprocess.run(["ip", "link", "add", dummy, "type", "dummy"], check=True)
        _, receipt = terminate(axe)
    told = about(receipt["warnings"], dummy)
    assert [each["certainty"] for each in told] == ["unattributed"]
    axe.assert_nothing_left()


@pytest.fixture
def group():
    """Not below that of the story, which is looked through in the end."""
    group = v2_mount() / f"stray-{os.getpid()}"
    yield group
    with contextlib.suppress(FileNotFoundError):
        group.rmdir()


def test_group_made_outside_is_told_and_removed(axe, group):
    with running(axe, "sh", "-c", f"mkdir {group}; echo ready; exec sleep 999"):
        job, receipt = terminate(axe)
    warning, = about(receipt["warnings"], str(group))
    assert (warning["kind"], warning["remedy"]) == ("group", ["rmdir", "--", str(group)])
    assert about(repair(axe, "--yes", "--all", job.id)[1], str(group))[0]["outcome"] == "repaired"
    assert not group.exists()
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_group(axe, group):
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        group.mkdir()
        _, receipt = terminate(axe)
    assert [each["certainty"] for each in about(receipt["warnings"], str(group))] == [
        "unattributed"]
    axe.assert_nothing_left()


def is_mounted(folder):
    return f" {folder} fuse " in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    if not pathlib.Path("/dev/fuse").exists():
        pytest.skip("needs /dev/fuse")
    folder = tmp_path / "served"
    folder.mkdir()
    yield folder
    while is_mounted(folder):
        subprocess.run(["umount", "-l", folder], check=True)


def test_killed_fuse_server_is_told_and_its_mount_removed(axe, folder):
    with running(axe, ADVERSARIES / "mute_server", folder, "drop"):
        job, receipt = terminate(axe)
    warnings = {each["kind"]: each for each in about(receipt["warnings"], str(folder))}
    assert sorted(warnings) == ["fuse_server", "mount"]
    server = warnings["fuse_server"]
    assert server["certainty"] == "proved"
    assert server["pid"] in [each["pid"] for each in job.processes()]
    assert server["remedy"] == ["umount", "-l", "--", str(folder)]
    rows = about(repair(axe, "--yes", "--all", job.id)[1], str(folder))
    assert "repaired" in [each["outcome"] for each in rows], rows
    assert not is_mounted(folder)
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_fuse_server(axe, folder):
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        with outside(ADVERSARIES / "mute_server", folder, "drop"):
            _, receipt = terminate(axe)
    assert [each["kind"] for each in about(receipt["warnings"], str(folder))
            if each["certainty"] != "unattributed"] == []
    axe.assert_nothing_left()
