"""Supervisors as a person would use them to run a program for at most a second, and what each of
them told."""

import json
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

from axe import SLOWNESS, v2_mount

LIMIT_S = 1 * SLOWNESS
GRACE_S = 0.2 * SLOWNESS
# GNU's timeout, when the time was over.
TIMED_OUT = 124

# A session of its own, killed until nobody in its process group is found: as test runners do it.
KILL_LOOP = f"""
import os, signal, subprocess, sys, time
def end(group):
    try:
        while True:
            os.killpg(group, signal.SIGKILL)
            child.poll()
            time.sleep(0.01)
    except ProcessLookupError:
        pass
child = subprocess.Popen(sys.argv[1:], start_new_session=True)
try:
    status = child.wait({LIMIT_S})
except subprocess.TimeoutExpired:
    os.killpg(child.pid, signal.SIGTERM)
    time.sleep({GRACE_S})
    status = {TIMED_OUT}
end(child.pid)
sys.exit(status)
"""


@dataclass
class Told:
    """What became known through a supervisor: ends of processes, killers, and whether it said
    anything of what it left."""
    ran: int
    ends: int = 0
    killers: int = 0
    said: bool = False


class Supervisor:
    """One that tells how its program ended by its own exit status, and no more."""

    def __init__(self, name, program, version, prefix):
        self.name = name
        self.program = program
        self.version_words = version
        self.prefix = prefix

    def is_installed(self):
        return shutil.which(self.program) is not None

    def groups(self, ground):
        """Where it puts what it runs, when that is not below the group that it was started in."""
        return []

    def version(self):
        text = subprocess.run([self.program, *self.version_words], capture_output=True, text=True,
                              check=False, timeout=60)
        return (text.stdout + text.stderr).splitlines()[0].strip()

    def words(self, command, ground):
        return [*self.prefix, *command]

    def told(self, done, folder, case):
        """Of one program, the root, where its own status came through."""
        return Told(case.processes, int(done.returncode not in (TIMED_OUT, 128 + 9, -9)))


class Axe(Supervisor):
    """Read from the job's own files."""

    def words(self, command, ground):
        return [self.program, "run", "--state-dir", str(ground.folder / "state"),
                "--cgroup-root", str(ground.group / "axe"),
                "--timeout", f"{LIMIT_S}s", "--timeout-grace", f"{int(GRACE_S * 1000)}ms",
                "--kill-deadline", f"{SLOWNESS * 500}ms",
                "--abandon-after", f"{SLOWNESS}s", "--", *command]

    def told(self, done, folder, case):
        trace = pathlib.Path(folder / "state/jobs/1/trace.ndjson").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in trace.splitlines()]
        ends = [line["data"] for line in lines if line["type"] == "process.exit"]
        births = sum(line["type"] == "process.fork" for line in lines)
        return Told(births, len(ends), said="surviv" in done.stderr,
                    killers=sum(each.get("killer", {}).get("origin") in ("process", "kernel") and
                                each["killer"]["comm"] != "axed" for each in ends))


class Systemd(Supervisor):
    """A service for the time of one command, with systemd's own limit on its time."""

    def is_installed(self):
        return super().is_installed() and pathlib.Path("/run/systemd/system").exists()

    def unit(self, ground):
        return f"{ground.group.name}.service"

    def groups(self, ground):
        return [v2_mount() / "system.slice" / self.unit(ground)]

    def words(self, command, ground):
        return ["systemd-run", "--wait", "--pipe", "--collect", f"--unit={self.unit(ground)}",
                f"--property=RuntimeMaxSec={LIMIT_S}", f"--property=TimeoutStopSec={GRACE_S}",
                "--", *command]

    def told(self, done, folder, case):
        return Told(case.processes, int("Main processes terminated with: code=" in done.stderr))


# A container that sees this host as it is: a group and a pid namespace of its own.
BUNDLE = {
    "ociVersion": "1.0.0",
    "root": {"path": "/"},
    "process": {"terminal": False, "user": {"uid": 0, "gid": 0}, "cwd": "/",
                "env": ["PATH=/usr/bin:/bin"]},
    "mounts": [],
    "linux": {"namespaces": [{"type": "pid"}]},
}
CAPABILITIES = {"CAP_DAC_OVERRIDE": 1, "CAP_KILL": 5, "CAP_SETGID": 6, "CAP_SETUID": 7,
                "CAP_SYS_PTRACE": 19, "CAP_SYS_ADMIN": 21, "CAP_SYS_RESOURCE": 24}


def held_capabilities():
    """Of those, what we may hand on: it starts nothing when it is told to give another."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    bounds = int(status.partition("CapBnd:")[2].split()[0], 16)
    return [name for name, number in CAPABILITIES.items() if bounds >> number & 1]


# In a root that is the host's it remakes /dev (its ptmx becomes a link, which takes terminals away
# from all ordinary users), and it refuses hybrid control groups: it gets a mount namespace with a
# copy of the devices, and with cgroup v2 alone.
PURE = pathlib.Path("/sys/fs/cgroup")
VIEW = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
        'copy=$1 pure=$2; shift 2; mkdir "$copy" && mount -t tmpfs -o mode=755 none "$copy" && '
        'cp -ax /dev/. "$copy" && mount --move "$copy" /dev && '
        '{ [ -z "$pure" ] || mount -t cgroup2 none "$pure"; } && exec "$@"', "sh"]


class Crun(Supervisor):
    """A container in a bundle of its own, deleted by force when the time is over."""

    def words(self, command, ground):
        command = [word.replace(str(v2_mount()), str(PURE)) for word in command]
        bundle = ground.folder / "bundle"
        bundle.mkdir()
        sets = dict.fromkeys(("bounding", "effective", "permitted", "inheritable"),
                             held_capabilities())
        process = {**BUNDLE["process"], "args": command, "capabilities": sets}
        linux = {**BUNDLE["linux"], "cgroupsPath": f"/{ground.group.name}/container"}
        (bundle / "config.json").write_text(
            json.dumps({**BUNDLE, "process": process, "linux": linux}), encoding="ascii")
        name = ground.group.name
        pure = "" if v2_mount() == PURE else str(PURE)
        return [*VIEW, str(ground.folder / "devices"), pure, "sh", "-c",
                f"timeout -k {GRACE_S} {LIMIT_S} crun --cgroup-manager=cgroupfs run "
                f"--bundle {bundle} {name}; status=$?; crun delete --force {name} 2>&-; "
                "exit $status"]


def supervisors(axe):
    """All that are known; `axe` is the path of ours."""
    limit = ["timeout", "-k", str(GRACE_S), str(LIMIT_S)]
    return (
        Axe("axe", str(axe), ["--version"], []),
        Supervisor("timeout", "timeout", ["--version"], limit),
        Supervisor("setsid + kill loop", sys.executable, ["--version"],
                   [sys.executable, "-c", KILL_LOOP]),
        Supervisor("timelimit", "timelimit", ["--features"],
                   ["timelimit", "-q", "-t", str(LIMIT_S), "-T", str(GRACE_S)]),
        Supervisor("dumb-init", "dumb-init", ["--version"], [*limit, "dumb-init"]),
        Supervisor("unshare --pid", "unshare", ["--version"],
                   [*limit, "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]),
        Supervisor("bwrap", "bwrap", ["--version"],
                   [*limit, "bwrap", "--dev-bind", "/", "/", "--proc", "/proc", "--unshare-pid",
                    "--die-with-parent", "--cap-add", "ALL"]),
        Systemd("systemd-run", "systemd-run", ["--version"], []),
        Crun("crun", "crun", ["--version"], []),
    )
