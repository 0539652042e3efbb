"""Programs run without axe, as a shell loop would, to compare with what axe says of them."""

import contextlib
import os
import pathlib
import subprocess

from axe import groups_below, remove_groups, v1_mounts, v2_mount

THREADS_MAX = pathlib.Path("/proc/sys/kernel/threads-max")
SKIPPED = 77


@contextlib.contextmanager
def host_put_back():
    """systemd's tests lower kernel.threads-max and leave groups in the tree of the host."""
    threads_max = THREADS_MAX.read_text(encoding="ascii")
    before = set(v2_mount().iterdir())
    try:
        yield
    finally:
        if THREADS_MAX.read_text(encoding="ascii") != threads_max:
            THREADS_MAX.write_text(threads_max, encoding="ascii")
        for path in set(v2_mount().iterdir()) - before:
            # Their names are 64 random bits.
            if path.is_dir() and len(path.name) == 16 and not path.name.strip("0123456789abcdef"):
                remove_groups(path)


def remove_shadows(name):
    """The groups of that name in hierarchies that axe has no business with."""
    for mount in v1_mounts():
        for path in mount.rglob(name):
            remove_groups(path)


def run(group, command, environment, output):
    """Run a program in a group of its own, end what it leaves, and give its status as axe does."""
    group.mkdir()
    with open(output, "wb") as file:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd="/", env=environment,
            start_new_session=True,
            preexec_fn=lambda: (group / "cgroup.procs").write_text("0", encoding="ascii"))
        try:
            status = child.wait(timeout=300)
        finally:
            (group / "cgroup.kill").write_text("1", encoding="ascii")
    remove_groups(group)
    return {"status": status} if status >= 0 else {"signal": -status}


def run_all(groups, manifest, environment, output):
    """{name: exit} of each assessment, one after another."""
    assert groups_below(groups) == []
    exits = {}
    for index, each in enumerate(manifest["assessments"]):
        command = each["command"]
        if isinstance(command, str):
            command = ["sh", "-c", command]
        exits[each["name"]] = run(groups / f"plain-{os.getpid()}-{index}", command, environment,
                                  output)
    remove_shadows(f"plain-{os.getpid()}-*")
    return exits


def verdict_of(end):
    """What an exit means by the convention of both suites."""
    if "signal" in end:
        return "crashed"
    return {0: "passed", SKIPPED: "skipped"}.get(end["status"], "failed")
