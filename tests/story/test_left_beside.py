"""Two assessments are killed together, and what one of them did is not held against the other."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys

import pytest

from axe import ADVERSARIES, comm
from leaving import attributed, kill_both
from test_interrupted import HAND_OVER, INTERRUPTED, is_mounted, outside, program
from test_left_outside import TRACER
from test_residue import about


@pytest.fixture
def path():
    """Not below a temporary file system, on which some times do not tell."""
    path = pathlib.Path("/var/tmp") / f"axe-beside-{os.getpid()}"
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("text, kind, certainty", INTERRUPTED)
def test_interrupted_file_is_told_of_who_wrote_it(axe, path, text, kind, certainty):
    does, beside = kill_both(axe, [sys.executable, "-c", program(text), path])
    assert attributed(does, str(path)) == [(kind, certainty)]
    assert about(beside["warnings"], str(path)) == []
    axe.assert_nothing_left()


def test_traced_outsider_is_told_of_who_traced_it(axe):
    with outside(sys.executable, "-c", program(""), "x") as traced:
        name = f"{comm(traced.pid)} (pid {traced.pid})"
        does, beside = kill_both(axe, [sys.executable, "-c", program(TRACER), traced.pid])
    assert attributed(does, name) == [("traced", "likely")]
    assert about(beside["warnings"], name) == []
    axe.assert_nothing_left()


def test_killed_fuse_server_is_told_of_who_was_it(axe, tmp_path):
    if not pathlib.Path("/dev/fuse").exists():
        pytest.skip("needs /dev/fuse")
    folder = tmp_path / "served"
    folder.mkdir()

    def free():
        while is_mounted(folder):
            subprocess.run(["umount", "-l", folder], check=True)

    try:
        does, beside = kill_both(axe, [ADVERSARIES / "mute_server", folder, "drop"])
    finally:
        free()
    assert attributed(does, str(folder)) == [("fuse_server", "proved")]
    assert attributed(beside, str(folder)) == []
    axe.assert_nothing_left()


@contextlib.contextmanager
def receiver(path):
    """Somebody outside, whose own is by then what is handed to that place."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield


HAND_ON = HAND_OVER + """
    print(server.getsockname()[1])
"""


def test_listening_socket_that_was_handed_outside_is_told_of_who_handed_it(axe, path):
    with receiver(path):
        does, beside = kill_both(axe, [sys.executable, "-c", program(HAND_ON), path])
    name = f"tcp port {axe.job().output().split()[0].decode()}"
    assert attributed(does, name) == [("socket", "likely")]
    assert attributed(beside, name) == []
    axe.assert_nothing_left()


HAND_LOCK = """
    file = open(path + ".locked", "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    socket.send_fds(client, [b"lock"], [file.fileno()])
    info = os.fstat(file.fileno())
    print(f"{os.major(info.st_dev):02x}:{os.minor(info.st_dev):02x}:{info.st_ino}")
"""


def test_lock_that_was_handed_outside_is_told_of_who_took_it(axe, path):
    locked = pathlib.Path(f"{path}.locked")
    try:
        with receiver(path):
            does, beside = kill_both(axe, [sys.executable, "-c", program(HAND_LOCK), path])
            place = axe.job().output().split()[0].decode()
            name = f"WRITE lock of file {place}"
    finally:
        locked.unlink(missing_ok=True)
    assert attributed(does, name) == [("file_lock", "proved")]
    assert about(beside["warnings"], name) == []
    axe.assert_nothing_left()
