"""Which differences of two listings no warning needs to claim, each with its reason."""

import re

# Kind, the whole key, why.
RULES = [(kind, re.compile(key), why) for kind, key, why in (
    ("knobs", r"proc/sys/fs/(dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota/.*)",
     "counts what is in use"),
    ("knobs", r"proc/sys/kernel/(ns_last_pid|pty/nr|random/(entropy_avail|uuid))",
     "another at each look"),
    ("knobs", r"proc/sys/kernel/perf_event_max_sample_rate", "lowered by the kernel under load"),
    ("knobs", r"proc/sys/net/(netfilter|ipv4/netfilter)/.*count", "counts what is in use"),
    ("knobs", r"proc/sys/net/ipv[46]/(conf|neigh)/[^/]+/.*", "comes and goes with its device"),
    ("knobs", r"proc/sys/kernel/tainted", "told as the taint"),
    ("knobs", r"proc/sys/(fs/binfmt_misc|kernel/sched_domain)/.*", "comes and goes with a mount"),
    ("knobs", r"proc/sys/net/core/dev_weight_.*|proc/sys/net/ipv4/fib_sync_mem",
     "adjusted by the kernel"),
    ("knobs", r"sys/devices/system/cpu/.*(cpuidle|cpufreq/scaling_cur_freq|microcode|thermal|"
              r"hotplug/state|/power/|crash_notes|topology/ppin).*", "a measured value"),
    ("knobs", r"sys/kernel/mm/(.*stats.*|ksm/(pages_|full_scans|ksm_|stable_|general_).*|"
              r"hugepages/.*/(free|resv|surplus)_hugepages|lru_gen/.*|swap/.*)",
     "counts what is in use"),
    ("knobs", r"sys/kernel/mm/transparent_hugepage/.*/stats/.*", "counts what is in use"),
    ("knobs", r"sys/power/(suspend_stats|wakeup).*", "counts"),
    ("knobs", r"sys/module/page_reporting/parameters/(passes|reported_kib|walked)", "counts"),
)]

# Kind, the whole value, why.
VALUE_RULES = [(kind, re.compile(value), why) for kind, value, why in (
    ("programs", r"process_(fork|exec|exit|dead|signal|victim|move).*|group_.*|evidence_.*|"
                 r"lock_(posix|flock|lease)|"
                 r"frozen_.*|trampoline_.*|of mount axe", "a supervisor's own"),
    ("mounts", r"\('bpf', 'axe', .*", "a supervisor's own"),
    ("sockets", r"/run/axe/.*", "a supervisor's own"),
    ("groups", r"in controllers: axe.*", "a supervisor's own, who removes it"),
    ("groups", r"in [a-z]+: (?!axe)[^/]+/[^/]+/.+", "of a tree that somebody was handed"),
)]

# Of these it is told what is left, not what is gone.
LEFT_ONLY = {"sysv_ipc", "posix_ipc", "sockets", "blocks", "groups", "tracing", "programs"}


def excuse(row, before, after):
    """Why nobody needs to be told; None: somebody does."""
    kind, key = row
    if after is None and kind in LEFT_ONLY:
        return "gone, not left behind"
    if kind == "knobs" and (before is None or after is None):
        return "comes and goes with a mount, a module or a device"
    value = str(after if after is not None else before)
    found = [why for of, pattern, why in RULES if of == kind and pattern.fullmatch(key)]
    found += [why for of, pattern, why in VALUE_RULES if of == kind and pattern.fullmatch(value)]
    return found[0] if found else None
