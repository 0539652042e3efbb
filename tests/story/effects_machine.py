"""What jobs leave that all who share a host would feel: done in a machine of the story's own."""

import os
import pathlib
import subprocess
import sys

from effects import NAME, Effect, lacks, spaces

SYS_SWITCH = pathlib.Path("/sys/module/printk/parameters/time")
SYS_CHOICE = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
MODULE = "crc7"  # which nothing else needs
MAPPED = f"{NAME}-mapped"
STEP = "import sys, time\ntime.clock_settime(0, time.clock_gettime(0) + int(sys.argv[1]))\n"


def shared_with_others():
    return None if "AXE_OWN_MACHINE" in os.environ else "needs a machine of its own"


def load(module, *parameters):
    """Why it cannot be had here; None: it is loaded, or built in."""
    done = subprocess.run(["modprobe", module, *parameters], capture_output=True, text=True,
                          check=False)
    return f"needs {module}: {done.stderr.strip()}" if done.returncode else None


def needs(*programs, module=None):
    return lambda: (shared_with_others() or lacks(*programs) or
                    (load(module) if module else None))


def needs_setting(path):
    return lambda: shared_with_others() or (None if path.exists() else f"needs {path}")


def chosen(path):
    """Of a file such as `always [madvise] never`, or `Y`."""
    text = path.read_text(encoding="ascii").strip() if path.exists() else ""
    return text.partition("[")[2].partition("]")[0] or text


def setting(path, *values):
    """Another of its values, and then the one of the beginning."""
    other = next(value for value in values if value != chosen(path))
    return Effect(f"echo {path}; echo {other} >{path}", "setting", "unattributed",
                  f"echo '{chosen(path)}' >{path}", needs_setting(path))


MACHINE_EFFECTS = {
    "mapped-device": Effect(
        f"dmsetup create {MAPPED} --table '0 8 error' >&2; "
        f"echo dm-$(dmsetup info -c --noheadings -o minor {MAPPED})", "device_mapper",
        "unattributed", f"dmsetup remove {MAPPED}", needs("modprobe", "dmsetup", module="dm-mod")),
    "swap": Effect(
        "fallocate -l 4M $FOLDER/swap; chmod 600 $FOLDER/swap; mkswap -q $FOLDER/swap; "
        "swapon $FOLDER/swap; echo $FOLDER/swap", "swap", "unattributed", "swapoff $1",
        needs("swapon")),
    "clock": Effect(
        f"'{sys.executable}' -c '{STEP}' 7200; echo CLOCK_REALTIME", "clock", "unattributed",
        f"'{sys.executable}' -c '{STEP}' -7200", needs(), has_remedy=False),
    # In a folder of its own it is nobody else's.
    "time-zone": Effect(
        "ln -sfn /zone/Paris /etc/localtime; echo /etc/localtime", "time_zone", "unattributed", ":",
        lambda: spaces("--mount"), inside=("--mount",),
        setup="mkdir $FOLDER/etc && mount -t tmpfs none $FOLDER/etc && "
              "cp -a /etc/. $FOLDER/etc && mount --move $FOLDER/etc /etc && "
              "ln -sfn /zone/UTC /etc/localtime"),
    "module": Effect(f"modprobe {MODULE}; echo {MODULE}", "module", "unattributed",
                     f"modprobe -r {MODULE}", needs("modprobe")),
    "switch": setting(SYS_SWITCH, "N", "Y"),
    "choice": setting(SYS_CHOICE, "madvise", "never"),
}
