"""Whoever waits for an NFS server is told with that server's name, and dies when it answers."""

import json
import sys

import pytest

from mute_nfs import MuteNfs

WRITER = """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY)
os.write(file, b"x" * 4096)
os.fsync(file)
"""


@pytest.fixture
def nfs(axe, tmp_path):
    try:
        nfs = MuteNfs(tmp_path / "mute")
    except OSError as problem:
        pytest.skip(f"needs NFS in the kernel: {problem}")
    yield nfs
    nfs.close()


def test_survivor_of_a_silent_nfs_server_is_told_with_the_servers_name(axe, nfs):
    path = nfs.mount / "file"
    client = axe.start("run", "--kill-deadline", "300ms", "--", sys.executable, "-c", WRITER, path)
    nfs.take()
    pid, = axe.inhabitants()
    killer = axe("terminate", "--yes", "-o", "json", axe.job().id)
    assert killer.returncode == 6, killer.stderr
    survivor, = json.loads(killer.stdout)["receipt"]["survivors"]
    assert (survivor["pid"], survivor["state"]) == (pid, "D")
    assert survivor["sigkill_pending"] and survivor["unkillable"]
    assert survivor["system_call"]["name"] == "fsync"
    where = survivor["waits_for"]
    assert (where["path"], where["mount"]) == (str(path), str(nfs.mount))
    assert (where["type"], where["source"]) == ("nfs", nfs.name)
    assert where["server"] == nfs.name.partition(":")[0]
    assert where["fuse_connection"] is None
    assert f"the server is {where['server']}" in survivor["reason"]

    nfs.release()
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 5, errors
    assert axe.job().only()["verdict"] == "terminated"
    axe.job().assert_all_accounted_for()
    axe.assert_nothing_left()
