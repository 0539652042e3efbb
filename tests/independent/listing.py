"""What a host looks like, read without any code of axe: /proc, /sys, and what ip(8) and bpf(2) say.

A listing is {(kind, key): value}; kind is the name of the survey's source that should tell of it.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import time

PROC_SYS = pathlib.Path("/proc/sys")
# Settings below /sys: all of these folders, not only those that the survey knows.
SYS_FOLDERS = ("/sys/kernel/mm", "/sys/devices/system/cpu", "/sys/devices/system/clocksource",
               "/sys/power")
SYS_PARAMETERS = "/sys/module"
TRACEFS = pathlib.Path("/sys/kernel/tracing")
VALUE_MAX = 4096
# Reading these does something, or never ends.
UNTOUCHED = {"/proc/sys/vm/stat_refresh", "/proc/sys/net/ipv4/route/flush",
             "/proc/sys/net/ipv6/route/flush", "/sys/power/wakeup_count"}
LISTENING = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
UNIX_ACCEPTS = 0x10000
STEP_S = 0.5
# What the kernel gives a device by itself.
OWN_QUEUES = {"noop", "noqueue", "mq", "pfifo_fast", "fq_codel"}
LIBC = ctypes.CDLL(None, use_errno=True)
SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD = 11, 13, 15
NETLINK_NETFILTER, NLM_F_REQUEST = 12, 1
NFT_NEW_GENERATION, NFT_GET_GENERATION = 10 << 8 | 15, 10 << 8 | 16
# struct bpf_prog_info of linux/bpf.h: what is told of it, and where in it the name stands.
PROGRAM_INFO_SIZE, PROGRAM_NAME = 80, 64


def text_of(path):
    """A file of one value; None: there is none, or it is not to be read."""
    try:
        with open(path, "rb") as file:
            return file.read(VALUE_MAX).decode("utf-8", "backslashreplace").strip()
    except OSError:
        return None


def lines_of(path):
    with contextlib.suppress(OSError), open(path, encoding="utf-8",
                                            errors="backslashreplace") as file:
        return file.read().splitlines()
    return []


def unescaped(text):
    return re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), text)


def mounts():
    for line in lines_of("/proc/self/mountinfo"):
        own, _, behind = line.partition(" - ")
        number, _, _, root, point, options = own.split()[:6]
        kind, origin = behind.split()[:2]
        yield f"{number} {unescaped(point)}", (kind, unescaped(origin), unescaped(root), options)


def settings():
    folders = [PROC_SYS, *SYS_FOLDERS]
    folders += pathlib.Path(SYS_PARAMETERS).glob("*/parameters")
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if path not in UNTOUCHED and (value := text_of(path)) is not None:
                    yield path[1:], " ".join(value.split())


def sysv_ipc():
    for name in ("shm", "sem", "msg"):
        for line in lines_of(f"/proc/sysvipc/{name}")[1:]:
            words = line.split()
            yield f"{name} {words[1]}", words[0]


def posix_ipc():
    for top in ("/dev/shm", "/dev/mqueue"):
        with contextlib.suppress(OSError):
            for entry in os.scandir(top):
                with contextlib.suppress(FileNotFoundError):
                    yield entry.path, entry.inode()


def sockets():
    for line in lines_of("/proc/net/unix")[1:]:
        words = line.split(None, 7)
        if int(words[3], 16) & UNIX_ACCEPTS:
            yield f"unix {words[6]}", words[7] if len(words) > 7 else ""
    for name, state in LISTENING.items():
        for line in lines_of(f"/proc/net/{name}")[1:]:
            words = line.split()
            if words[3] == state:
                yield f"{name} {words[9]}", words[1]


def blocks():
    for device in sorted(os.listdir("/sys/block")):
        for kind, attribute in (("loop", "loop/backing_file"), ("device_mapper", "dm/name")):
            value = text_of(f"/sys/block/{device}/{attribute}")
            if value is not None:
                yield f"{kind} {device}", value
    for line in lines_of("/proc/swaps")[1:]:
        yield f"swap {line.split()[0]}", line.split()[1]


def identity():
    offset = time.clock_gettime(time.CLOCK_REALTIME) - time.clock_gettime(time.CLOCK_BOOTTIME)
    # What is disciplined moves a little.
    yield "clock", round(offset / STEP_S / 4)
    with contextlib.suppress(OSError):
        yield "time_zone", os.readlink("/etc/localtime")


def modules():
    for line in lines_of("/proc/modules"):
        yield line.split()[0], ""
    yield "taint", text_of("/proc/sys/kernel/tainted")


def said(*words):
    """The output of a program that is there."""
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return ""


def network():
    for device in json.loads(said("ip", "-j", "address") or "[]"):
        addresses = sorted(f"{each['local']}/{each['prefixlen']}"
                           for each in device.get("addr_info", []) if each["scope"] != "link")
        queue = device.get("qdisc")
        yield device["ifname"], (device["ifindex"], "UP" in device["flags"], device["mtu"],
                                 device.get("master"), addresses,
                                 None if queue in OWN_QUEUES else queue)


def routes():
    for version in ("-4", "-6"):
        for line in said("ip", "-o", version, "route", "show", "table", "all").splitlines():
            words = line.split()
            if "kernel" not in words and "local" not in words[:1]:
                yield " ".join(words), ""
    yield from packet_filter()


def filter_generation():
    """How often the rules of nf_tables were changed; to ask where it is not loaded loads it."""
    loaded = lines_of("/proc/modules")
    if loaded and not any(line.startswith("nf_tables ") for line in loaded):
        return None
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as asking:
        asking.send(struct.pack("=IHHIIBBH", 20, NFT_GET_GENERATION, NLM_F_REQUEST, 1, 0, 0, 0, 0))
        answer = asking.recv(4096)
    kind, = struct.unpack_from("=4xH", answer)
    return struct.unpack_from(">I", answer, 24)[0] if kind == NFT_NEW_GENERATION else None


def packet_filter():
    with contextlib.suppress(OSError):
        if (generation := filter_generation()) is not None:
            yield "nf_tables", generation


def groups():
    for line in lines_of("/proc/self/mounts"):
        _, point, kind, how, *_ = line.split()
        if kind in ("cgroup", "cgroup2"):
            # One with a name has no controllers.
            form = "name" if ",name=" in how else "controllers"
            for folder, _, _ in os.walk(point):
                if folder != point:
                    yield folder[1:], f"in {form}: {folder[len(point) + 1:]}"


def tracing():
    tracer = text_of(TRACEFS / "current_tracer")
    if tracer is not None:
        yield "tracer", tracer
    for name in ("set_event", "kprobe_events", "uprobe_events"):
        for line in lines_of(TRACEFS / name):
            yield f"{name} {line}", ""
    with contextlib.suppress(OSError):
        for name in os.listdir(TRACEFS / "instances"):
            yield f"instances {name}", ""


def bpf(command, attributes):
    """bpf(2), for bpftool loads programs of its own to list those of others."""
    return LIBC.syscall(SYS_BPF, command, attributes, ctypes.sizeof(attributes))


def program_name(number):
    attributes = (ctypes.c_uint32 * 4)(number)
    descriptor = bpf(BPF_PROG_GET_FD_BY_ID, attributes)
    if descriptor < 0:
        return ""
    info = ctypes.create_string_buffer(PROGRAM_INFO_SIZE)
    attributes = struct.pack("=IIQ", descriptor, PROGRAM_INFO_SIZE, ctypes.addressof(info))
    bpf(BPF_OBJ_GET_INFO_BY_FD, ctypes.create_string_buffer(attributes, len(attributes)))
    os.close(descriptor)
    return info.raw[PROGRAM_NAME:].split(b"\0")[0].decode("utf-8", "backslashreplace")


def programs():
    attributes = (ctypes.c_uint32 * 4)()
    while bpf(BPF_PROG_GET_NEXT_ID, attributes) == 0:
        yield f"program {attributes[1]}", program_name(attributes[1])
        attributes[0] = attributes[1]
    for line in lines_of("/proc/self/mounts"):
        origin, point, kind, *_ = line.split()
        if kind == "bpf":
            for folder, _, names in os.walk(unescaped(point)):
                for name in names:
                    yield os.path.join(folder, name)[1:], f"of mount {origin}"


def limits():
    """Of the first process, whose children are all that come later."""
    for line in lines_of("/proc/1/limits")[1:]:
        yield line[:26].strip(), line[26:].split()[:2]


SECTIONS = {
    "mounts": mounts, "knobs": settings, "sysv_ipc": sysv_ipc, "posix_ipc": posix_ipc,
    "sockets": sockets, "blocks": blocks, "identity": identity, "modules": modules,
    "network": network, "routes": routes, "groups": groups, "tracing": tracing,
    "programs": programs, "limits": limits,
}


def take(without=()):
    """The whole host, or all but these kinds."""
    return {(kind, key): value for kind, rows in SECTIONS.items() if kind not in without
            for key, value in rows()}


def difference(before, after):
    """{(kind, key): (before, after)} of all that is not as it was; None: it is not there."""
    return {row: (before.get(row), after.get(row)) for row in {**before, **after}
            if before.get(row) != after.get(row)}
