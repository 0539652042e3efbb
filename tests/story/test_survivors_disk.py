"""Whoever waits for a suspended disk is told with that device, and dies once it is resumed."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

from axe import PATIENCE_S, until
from daemon import Daemon, events
from effects import NAME, lacks
from effects_machine import load, shared_with_others
from suspended_disk import MappedDisk

RAM = "/dev/ram0"
WRITER = """
import mmap, os, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
page = mmap.mmap(-1, 4096)
print("ready", flush=True)
os.write(file, page)
"""
SYNCER = """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY)
os.write(file, b"x" * 4096)
print("ready", flush=True)
os.fsync(file)
"""


@pytest.fixture
def disk(axe):
    reason = (shared_with_others() or lacks("modprobe", "dmsetup", "mkfs.ext4") or
              load("brd") or load("dm-mod"))
    if reason:
        pytest.skip(reason)
    disk = MappedDisk(f"{NAME}-disk", RAM)
    yield disk
    disk.close()


@pytest.fixture
def upper(disk):
    """Another one, which stands on it."""
    upper = MappedDisk(f"{NAME}-upper", disk.node)
    yield upper
    disk.resume()
    upper.close()


@pytest.fixture
def daemon(axe, disk):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    disk.resume()
    daemon.stop()


@contextlib.contextmanager
def file_on(disk, folder):
    folder.mkdir()
    subprocess.run(["mkfs.ext4", "-q", disk.node], check=True)
    subprocess.run(["mount", disk.node, folder], check=True)
    try:
        (folder / "file").touch()
        os.sync()
        yield folder / "file"
    finally:
        disk.resume()
        subprocess.run(["umount", folder], check=True)


def is_stuck(pid):
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0] == "D"


def start_stuck(axe, script, path, *options):
    """A job whose program waits for the disk, and the pid of that program."""
    client = axe.start("run", "--kill-deadline", "300ms", *options, "--",
                       sys.executable, "-c", script, path)
    until(lambda: client.stdout.readline() == "ready\n", "it is ready")
    pid, = axe.inhabitants()
    until(lambda: is_stuck(pid), "it waits for the disk")
    return client, pid


def terminate(axe, pid, *options):
    """What is told of the one survivor."""
    killer = axe("terminate", "--yes", "-o", "json", *options, axe.job().id)
    assert killer.returncode == 6, killer.stderr
    survivor, = json.loads(killer.stdout)["receipt"]["survivors"]
    assert (survivor["pid"], survivor["state"]) == (pid, "D")
    assert survivor["sigkill_pending"] and survivor["unkillable"]
    assert f"({survivor['wait_channel']})" in survivor["reason"], survivor
    return survivor


def assert_waits_for(survivor, disk, suspended):
    device = survivor["waits_for"]["block_device"]
    assert device == {"name": disk.node.name, "number": disk.number,
                      "mapped": disk.name, "suspended": suspended.name}, survivor
    assert (f"on the block device {device['name']} ({disk.number}, mapped as {disk.name}): "
            f"`{suspended.name}` is suspended") in survivor["reason"]
    assert survivor["remedy"] == ["dmsetup", "resume", suspended.name]
    assert suspended.is_suspended(), "somebody took the remedy unasked"


def assert_ends_by_remedy(axe, client, survivor):
    assert client.poll() is None and axe.inhabitants() == [survivor["pid"]]
    subprocess.run(survivor["remedy"], check=True)
    _, errors = client.communicate(timeout=PATIENCE_S)
    assert client.returncode == 5, errors
    assert axe.job().only()["verdict"] == "terminated"
    axe.job().assert_all_accounted_for()
    axe.assert_nothing_left()


def test_survivor_of_a_suspended_disk_is_told_with_the_device(axe, disk):
    disk.suspend()
    client, pid = start_stuck(axe, WRITER, disk.node)
    survivor = terminate(axe, pid)
    assert survivor["system_call"]["name"] == "write"
    assert survivor["waits_for"]["path"] == str(disk.node)
    assert_waits_for(survivor, disk, disk)
    assert_ends_by_remedy(axe, client, survivor)


def test_survivor_of_a_disk_on_a_suspended_one_is_told_with_both(axe, disk, upper):
    disk.suspend()
    client, pid = start_stuck(axe, WRITER, upper.node)
    survivor = terminate(axe, pid)
    assert_waits_for(survivor, upper, disk)
    assert_ends_by_remedy(axe, client, survivor)


def test_survivor_of_a_file_on_a_suspended_disk_is_told_with_file_and_device(axe, disk, tmp_path):
    with file_on(disk, tmp_path / "mounted") as path:
        disk.suspend()
        client, pid = start_stuck(axe, SYNCER, path)
        survivor = terminate(axe, pid)
        assert survivor["system_call"]["name"] == "fsync"
        where = survivor["waits_for"]
        assert (where["path"], where["mount"]) == (str(path), str(path.parent))
        assert (where["type"], where["device"]) == ("ext4", disk.number)
        assert_waits_for(survivor, disk, disk)
        assert_ends_by_remedy(axe, client, survivor)


def test_survivor_that_was_given_up_is_cleared_once_the_disk_is_resumed(axe, disk, daemon):
    disk.suspend()
    client, pid = start_stuck(axe, WRITER, disk.node, "--socket", daemon.socket,
                              "--abandon-after", "800ms")
    with daemon.subscribe(types=["residue.cleared"]) as listener:
        survivor = terminate(axe, pid, "--socket", daemon.socket)
        assert_waits_for(survivor, disk, disk)
        client.communicate(timeout=PATIENCE_S)
        assert client.returncode == 6
        assert axe.job().only()["verdict"] == "abandoned"
        assert axe.inhabitants() == [pid]
        disk.resume()
        cleared, = events(listener, "residue.cleared")
    assert cleared["data"]["job"] == axe.job().id
    assert axe.inhabitants() == []
    assert daemon.stop() == 0
    axe.assert_nothing_left()
