"""What holds the dead, or keeps from dying: named while it does, and recorded exactly in the end."""

import contextlib
import ctypes
import os
import pathlib
import subprocess

import pytest
from adversary import assert_recorded, call_terminate, end, start, terminate
from axe import ADVERSARIES, start_ticks, until, v1_mounts

MNT_FORCE = 1
MNT_DETACH = 2
SOON = ["--kill-deadline", "300ms"]


@contextlib.contextmanager
def outsider(name, *words):
    """A program beside axe that is ready, until its input ends."""
    with subprocess.Popen([ADVERSARIES / name, *map(str, words)], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == "ready\n"
        yield program


@pytest.fixture
def freezer(axe):
    mount = next((path for path in v1_mounts() if path.name == "freezer"), None)
    if not mount:
        pytest.skip("needs a mounted v1 freezer")
    group = mount / axe.groups.name
    group.mkdir()
    yield group
    (group / "freezer.state").write_text("THAWED", encoding="ascii")
    until(lambda: not (group / "cgroup.procs").read_text(encoding="ascii"), "it is empty")
    group.rmdir()


def assert_survives(axe, reason):
    """TerminateJob says who lives and why; nothing says that it ended."""
    code, receipt = call_terminate(axe)
    assert code == 6
    survivor, = receipt["survivors"]
    assert reason in survivor["reason"], survivor
    assert axe.job().trace("assessment.end") == []
    return survivor


def test_v1_frozen_member_is_named_with_its_group(axe, freezer):
    client = start(axe, "v1_frozen", freezer, options=SOON)
    survivor = assert_survives(axe, f"frozen by the v1 freezer group `/{freezer.name}`")
    assert survivor["comm"] == "icicle"
    assert survivor["frozen_by"] == f"/{freezer.name}"
    # The cure is named, and it is one.
    assert (freezer / "freezer.state").read_text(encoding="ascii") == "FROZEN\n"
    subprocess.run(survivor["remedy"], check=True)
    code, text = end(client)
    assert code == 5, text
    assert_recorded(axe, "terminated", """
        v1_frozen: KILL by axe
          icicle: KILL by axe
    """)


def test_tracer_that_holds_the_dead_is_named(axe):
    client = start(axe, "stand", options=SOON)
    pid, = axe.inhabitants()
    with outsider("outside_tracer", pid) as tracer:
        survivor = assert_survives(axe, f"held by its tracer, process {tracer.pid}")
        assert survivor["tracer_pid"] == tracer.pid
        assert survivor["tracer"] == "outside_tracer"
        assert survivor["remedy"] == ["kill", "-KILL", str(tracer.pid)]
    code, text = end(client)
    assert code == 5, text
    assert_recorded(axe, "terminated", "stand: KILL by axe")


def test_zombie_of_an_outside_parent_is_over(axe):
    client = start(axe, "stand")
    begin, = until(lambda: axe.job().trace("assessment.begin"), "it is written")
    with outsider("outside_parent", begin["data"]["group"]) as parent:
        terminate(axe, client)
        # It is dead and counted, though its parent still holds it.
        _, guest = axe.job().processes()
        assert guest["parent"]["pid"] == parent.pid
        assert pathlib.Path(f"/proc/{guest['pid']}").exists()
        assert start_ticks(guest["pid"]) is None
        assert_recorded(axe, "terminated", """
            stand: KILL by axe
            guest: 7
        """)


def is_mounted(folder):
    mounts = pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8")
    return f" {folder} fuse " in mounts


def abort(folder):
    """Of a FUSE connection: all who wait for an answer get an error."""
    ctypes.CDLL(None).umount2(os.fsencode(folder), MNT_FORCE | MNT_DETACH)


@pytest.fixture
def folder(axe, tmp_path):
    if not pathlib.Path("/dev/fuse").exists():
        pytest.skip("needs /dev/fuse")
    folder = tmp_path / "mute"
    folder.mkdir()
    yield folder
    while is_mounted(folder):
        abort(folder)


FUSE_RECORD = """
    mute_server: KILL by axe
      asker: KILL by axe
"""


def test_asker_of_a_killed_server_dies_with_it(axe, folder):
    client = start(axe, "mute_server", folder, "drop")
    terminate(axe, client)
    assert_recorded(axe, "terminated", FUSE_RECORD)


def test_asker_that_holds_the_servers_descriptor_survives_and_is_named(axe, folder):
    client = start(axe, "mute_server", folder, "keep", options=SOON)
    survivor = assert_survives(axe, "waits uninterruptibly")
    assert (survivor["comm"], survivor["state"], survivor["sigkill_pending"]) == ("asker", "D", True)
    assert survivor["unkillable"]
    assert survivor["waits_for"]["mount"] == str(folder)
    # Nothing was aborted unasked: who does so by the command that is named frees it.
    assert axe.inhabitants() == [survivor["pid"]]
    subprocess.run(survivor["remedy"], check=True)
    code, text = end(client)
    assert code == 5, text
    assert_recorded(axe, "terminated", FUSE_RECORD)
