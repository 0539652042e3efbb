"""What jobs leave of a host, as shell commands that do it for real and others that undo it."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import typing

from axe import v2_mount

NAME = f"axe-left-{os.getpid()}"
IPC = "import ctypes\nlibc = ctypes.CDLL(None)\n"
PROGRAMS = {
    "segment.py": IPC + "print('shm', libc.shmget(0, 4096, 0o1600))\n",
    "semaphore.py": IPC + "print('sem', libc.semget(0, 1, 0o1600))\n",
    "queue.py": IPC + """
number = libc.msgget(0, 0o1600)
assert libc.msgsnd(number, (ctypes.c_long * 2)(1, 0), 8, 0) == 0
print('msg', number)
""",
}
LISTED = pathlib.Path("/proc/sys/fs/mqueue/queues_max")
UNLISTED = pathlib.Path("/proc/sys/fs/lease-break-time")


@dataclasses.dataclass
class Effect:
    """Shell commands, the first line of whose output is the object that a warning names."""

    commands: str
    kind: str
    certainty: str  # when the job did it
    undo: str  # with $1 as its object, if it is still there
    needs: typing.Callable = lambda: None  # why it cannot be had here; None: it can
    has_remedy: bool = True
    inside: tuple = ()  # namespaces of its own, in which a supervisor and all others of it live
    setup: str = ":"  # of these

    def is_safe(self):
        """Whether its remedy can lose nothing that might be another's."""
        return self.certainty != "unattributed" or self.kind in (
            "sysctl", "setting", "time_zone")


def lacks(*programs):
    missing = [name for name in programs if not shutil.which(name)]
    return f"needs {missing[0]}" if missing else None


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


def spaces(*words):
    """Why there can be none of these namespaces."""
    done = subprocess.run(["unshare", *words, "true"], capture_output=True, text=True, check=False)
    return f"needs {' '.join(words)}: {done.stderr.strip()}" if done.returncode else None


def setting(path, other):
    """Commands that write another value, and those that write what it was at the beginning."""
    value = path.read_text(encoding="ascii").strip() if path.exists() else ""
    return f"echo {path}; echo {other} >{path}", f"echo '{value}' >{path}"


def put_back(path):
    return setting(path, "")[1]


EFFECTS = {
    "mount": Effect("mkdir $FOLDER/top; mount -t tmpfs none $FOLDER/top; echo $FOLDER/top",
                    "mount", "unattributed", "umount $1"),
    "listed-sysctl": Effect(setting(LISTED, 200)[0], "sysctl", "proved", put_back(LISTED)),
    "sysctl": Effect(setting(UNLISTED, 40)[0], "sysctl", "proved", put_back(UNLISTED)),
    "segment": Effect(f"'{sys.executable}' $FOLDER/segment.py", "sysv_ipc", "proved",
                      "ipcrm -m ${1#shm }"),
    "semaphore": Effect(f"'{sys.executable}' $FOLDER/semaphore.py", "sysv_ipc", "unattributed",
                        "ipcrm -s ${1#sem }"),
    "queue": Effect(f"'{sys.executable}' $FOLDER/queue.py", "sysv_ipc", "likely",
                    "ipcrm -q ${1#msg }"),
    "posix-segment": Effect(f"echo /dev/shm/{NAME}; : >/dev/shm/{NAME}", "posix_shm",
                            "unattributed", "rm -f $1"),
    "posix-queue": Effect(f"echo /dev/mqueue/{NAME}; : >/dev/mqueue/{NAME}", "posix_mqueue",
                          "unattributed", "rm -f $1", lambda: spaces("--mount", "--ipc"),
                          inside=("--mount", "--ipc"),
                          setup="mount -t mqueue none /dev/mqueue"),
    "loop": Effect("truncate -s 1M $FOLDER/disk; "
                   "basename $(losetup --find --show $FOLDER/disk)", "loop", "proved",
                   "losetup -d /dev/$1", loop_devices),
    # By its name no supervisor's own.
    "group": Effect(f"echo {v2_mount()}/stray-{NAME}; mkdir {v2_mount()}/stray-{NAME}", "group",
                    "unattributed", "rmdir $1"),
    "pin": Effect("bpftool map create $FOLDER/bpf/pin type array key 4 value 4 entries 1 name left"
                  "; echo $FOLDER/bpf/pin", "bpf_pin", "unattributed", "rm -f $1",
                  lambda: lacks("bpftool")),
    "tracing": Effect(f"mkdir /sys/kernel/tracing/instances/{NAME}; "
                      f"echo /sys/kernel/tracing/instances/{NAME}", "tracing", "unattributed",
                      "rmdir $1", tracing),
    "host-name": Effect("hostname axe-left; echo /proc/sys/kernel/hostname", "sysctl",
                        "unattributed", ":", lambda: lacks("hostname") or spaces("--uts"),
                        inside=("--uts",)),
}


def make_folder(path):
    """With a bpffs of the story's own in it, and programs that are too long for a shell's line."""
    (path / "bpf").mkdir(parents=True)
    for name, text in PROGRAMS.items():
        (path / name).write_text(text, encoding="ascii")
    return subprocess.run(["mount", "-t", "bpf", "none", path / "bpf"], check=False).returncode == 0


class Scene:
    """Where an effect is made: the host, or namespaces that go with their last process."""

    def __init__(self, effect, folder):
        self.effect = effect
        self.folder = folder
        self.prefix = []
        self.holder = None
        if effect.inside:
            self.hold()

    def hold(self):
        self.holder = subprocess.Popen(
            ["unshare", *self.effect.inside, "sh", "-c", f"{self.effect.setup} && echo ready && "
             "exec cat"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "FOLDER": str(self.folder)})
        assert self.holder.stdout.readline() == "ready\n"
        self.prefix = ["nsenter", f"--target={self.holder.pid}", *self.effect.inside, "--"]

    def does(self, commands, *words, check=True):
        return subprocess.run([*self.prefix, "sh", "-c", commands, "sh", *words], check=check,
                              capture_output=True, text=True,
                              env={**os.environ, "FOLDER": str(self.folder)}).stdout

    def does_it(self):
        return self.does(self.effect.commands).splitlines()[0]

    def undo(self, objects):
        for name in objects:
            self.does(self.effect.undo, name, check=False)
        if self.holder:
            self.holder.communicate()


@contextlib.contextmanager
def scene_of(effect, folder):
    """Whatever becomes of the story, what it notes as done is undone after it."""
    scene, objects = Scene(effect, folder), []
    try:
        yield scene, objects
    finally:
        scene.undo(objects)
