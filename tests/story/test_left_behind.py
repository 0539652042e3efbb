"""What else a killed job leaves of the host: told, put back, and blamed on nobody else."""

import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import typing

import pytest

from axe import until
from test_interrupted import terminate
from test_residue import about, repair

NAME = f"axe-left-{os.getpid()}"
IPC = "import ctypes\nlibc = ctypes.CDLL(None)\n"
SEMAPHORE = IPC + "print('sem', libc.semget(0, 1, 0o1600))\n"
QUEUE = IPC + """
number = libc.msgget(0, 0o1600)
assert libc.msgsnd(number, (ctypes.c_long * 2)(1, 0), 8, 0) == 0
print('msg', number)
"""


@dataclasses.dataclass
class Effect:
    """Shell commands, the first line of whose output is the object that a warning names."""

    commands: str
    kind: str
    certainty: str  # when the job did it
    undo: str  # with $1 as its object, if it is still there
    needs: typing.Callable = lambda: None  # why it cannot be had here; None: it can


def lacks(program):
    return None if shutil.which(program) else f"needs {program}"


def loop_devices():
    if not pathlib.Path("/dev/loop-control").exists():
        return "needs loop devices"
    return lacks("losetup")


def tracing():
    path = pathlib.Path("/sys/kernel/tracing/instances") / f"{NAME}-trial"
    try:
        path.mkdir()
        path.rmdir()
    except OSError as problem:
        return f"needs tracefs with instances: {problem}"
    return None


def mqueue():
    return None if os.path.ismount("/dev/mqueue") else "needs a mounted /dev/mqueue"


EFFECTS = {
    "semaphore": Effect(f"'{sys.executable}' $FOLDER/semaphore.py", "sysv_ipc", "unattributed",
                        "ipcrm -s ${1#sem }"),
    "queue": Effect(f"'{sys.executable}' $FOLDER/queue.py", "sysv_ipc", "likely",
                    "ipcrm -q ${1#msg }"),
    "posix-queue": Effect(f"echo /dev/mqueue/{NAME}; : >/dev/mqueue/{NAME}", "posix_mqueue",
                          "unattributed", "rm -f $1", mqueue),
    "loop": Effect("truncate -s 1M $FOLDER/disk; "
                   "basename $(losetup --find --show $FOLDER/disk)", "loop", "proved",
                   "losetup -d /dev/$1", loop_devices),
    "pin": Effect("bpftool map create $FOLDER/bpf/pin type array key 4 value 4 entries 1 name left"
                  "; echo $FOLDER/bpf/pin", "bpf_pin", "unattributed", "rm -f $1",
                  lambda: lacks("bpftool")),
    "tracing": Effect(f"mkdir /sys/kernel/tracing/instances/{NAME}; "
                      f"echo /sys/kernel/tracing/instances/{NAME}", "tracing", "unattributed",
                      "rmdir $1", tracing),
}


@pytest.fixture
def folder():
    """With a bpffs of the story's own in it, and programs that are too long for a shell's line."""
    path = pathlib.Path("/var/tmp") / NAME
    (path / "bpf").mkdir(parents=True)
    (path / "semaphore.py").write_text(SEMAPHORE, encoding="ascii")
    (path / "queue.py").write_text(QUEUE, encoding="ascii")
    mounted = subprocess.run(["mount", "-t", "bpf", "none", path / "bpf"], check=False).returncode
    yield path
    if mounted == 0:
        subprocess.run(["umount", path / "bpf"], check=True)
    shutil.rmtree(path)


@pytest.fixture(params=EFFECTS)
def effect(request):
    effect = EFFECTS[request.param]
    if reason := effect.needs():
        pytest.skip(reason)
    return effect


@contextlib.contextmanager
def undone(effect):
    """Whatever becomes of the story, its effect is gone after it."""
    objects = []
    try:
        yield objects
    finally:
        for name in objects:
            subprocess.run(["sh", "-c", effect.undo, "sh", name], capture_output=True, check=False)


def environment(axe, folder):
    return {**axe.environment(), "FOLDER": str(folder)}


@contextlib.contextmanager
def running(axe, folder, commands):
    """A job that has done that and goes on; what it printed first."""
    client = axe.start("run", "--", "sh", "-c", f"{commands}\necho ready; exec sleep 999",
                       env=environment(axe, folder))
    try:
        lines = until(lambda: read_lines(client), "it is ready")
        yield lines
    finally:
        client.communicate(timeout=60)


def read_lines(client):
    lines = []
    for line in client.stdout:
        if line == "ready\n":
            return [*lines, ""]
        lines.append(line.strip())
    raise AssertionError(f"it ended before it was ready: {lines}, {client.stderr.read()}")


def do_outside(effect, folder):
    done = subprocess.run(["sh", "-c", effect.commands], check=True, capture_output=True, text=True,
                          env={**os.environ, "FOLDER": str(folder)})
    return done.stdout.splitlines()[0]


def test_it_is_told_and_put_back_once(axe, folder, effect):
    with undone(effect) as objects:
        with running(axe, folder, effect.commands) as lines:
            objects.append(lines[0])
            job, receipt = terminate(axe)
        warning, = about(receipt["warnings"], lines[0])
        assert (warning["kind"], warning["certainty"]) == (effect.kind, effect.certainty), warning
        rows = about(repair(axe, "--yes", "--all", job.id)[1], lines[0])
        assert [each["outcome"] for each in rows] == ["repaired"], rows
        # It is as it was: there is nothing more to do, and the next job is told of nothing.
        rows = about(repair(axe, "--yes", "--all", job.id)[1], lines[0])
        assert [each["outcome"] for each in rows] == ["changed"], rows
        with running(axe, folder, ":"):
            _, receipt = terminate(axe)
        assert about(receipt["warnings"], lines[0]) == []
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_what_the_host_did(axe, folder, effect):
    with undone(effect) as objects:
        with running(axe, folder, ":"):
            objects.append(do_outside(effect, folder))
            _, receipt = terminate(axe)
        told = about(receipt["warnings"], objects[0])
        assert [each["certainty"] for each in told] in ([], ["unattributed"])
    axe.assert_nothing_left()


def test_innocent_neighbour_is_not_blamed_for_what_another_did(axe, folder, effect):
    manifest = axe.manifest(json.dumps({"name": "two", "parallel": 2, "assessments": [
        {"name": "does", "command": ["sh", "-c", effect.commands],
         "environment": {"FOLDER": str(folder)}},
        {"name": "beside", "command": ["sleep", "1"]}]}), "manifest.json")
    with undone(effect) as objects:
        assert axe("run", manifest).returncode == 0
        objects.append(axe.job().output().decode("utf-8").splitlines()[0])
        does, beside = sorted(axe.job()["assessments"], key=lambda each: each["index"])
        assert [each["certainty"] for each in about(does["warnings"], objects[0])] == [
            effect.certainty]
        assert [each["certainty"] for each in about(beside["warnings"], objects[0])] in (
            [], ["unattributed"])
    axe.assert_nothing_left()
