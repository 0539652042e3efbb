"""Limits of a manifest: what goes over one is named in the results, with the counters that prove it."""

import os
import signal
import tempfile

import pytest
from console import manifest

GOOD = {"name": "a", "command": ["true"], "timeout": "60s"}
# Of a disk, which /tmp may have none of.
DISK = "/var/tmp"
# By the kernel: a limit on swap is reached where there is no room for as much.
SWAPPED_AT_ONCE = 128 << 10


# What others change of the host meanwhile is not the story here.
ALONE = {**GOOD, "residue": "ignore"}


def run(axe, limits, command, code, **keys):
    """One assessment with limits, on a host that has them; returns its result."""
    path = manifest(axe, {**ALONE, "command": command, "limits": limits, **keys})
    planned = axe("plan", path)
    if planned.returncode != 0 and "limit `" in planned.stderr:
        pytest.skip(planned.stderr.strip())
    done = axe("run", path)
    assert done.returncode == code, done.stdout + done.stderr
    axe.assert_nothing_left()
    result = axe.jobs()[-1].only()
    for warning in result["warnings"]:
        assert warning["text"] in done.stdout + done.stderr
    return result


def reached(result, limit, value):
    """The evidence that this limit and no other was reached."""
    warning, = [each for each in result["warnings"] if each["kind"] == "limit"]
    assert (warning["limit"], warning["value"]) == (limit, value)
    assert warning["text"].startswith(f"limit {limit} of ")
    for counter, number in warning["evidence"].items():
        assert number == result["usage"].get(counter, number)
    return warning["evidence"]


def test_memory_over_its_limit_is_told_with_the_kills(axe):
    result = run(axe, {"memory": "32M"}, ["tail", "/dev/zero"], 1)
    assert result["verdict"] == "oom"
    evidence = reached(result, "memory", 32 << 20)
    assert evidence["oom_kills"] == 1
    assert 16 << 20 <= evidence["memory_peak_bytes"] <= 32 << 20


def test_swap_comes_beside_memory_and_is_told(axe):
    result = run(axe, {"memory": "32M", "swap": "8M"}, ["tail", "/dev/zero"], 1)
    limits = {each["limit"] for each in result["warnings"] if each["kind"] == "limit"}
    assert "memory" in limits
    with open("/proc/swaps", encoding="ascii") as swaps:
        swaps = len(swaps.readlines()) > 1
    usage = result["usage"]
    # Each of them is null where the kernel does not tell it.
    full = usage["swap_hits"] or (usage["swap_peak_bytes"] or 0) + SWAPPED_AT_ONCE > 8 << 20
    assert ("swap" in limits) == bool(swaps and full), usage
    if swaps and not full:
        pytest.skip("needs a kernel that fills the swap before it kills")


def test_forks_over_the_limit_are_told_with_their_number(axe):
    result = run(axe, {"pids": 2}, "(sleep 0 & sleep 0 & sleep 0 & wait) 2>&-; exit 0", 0)
    evidence = reached(result, "pids", 2)
    assert evidence["pids_refused"] >= 1
    assert evidence.get("pids_peak", 2) == 2


def test_cpu_over_its_share_is_told_with_the_throttled_time(axe):
    loop = "timeout 3 sh -c 'while :; do :; done'; exit 0"
    result = run(axe, {"cpu": "2%"}, loop, 0)
    evidence = reached(result, "cpu", 2)
    assert evidence["cpu_throttled"] >= 3
    assert evidence["cpu_throttled_us"] >= 100000
    assert result["duration_ms"] > 10 * result["usage"]["user_ms"]


def test_cpus_are_those_that_were_given(axe):
    one = min(os.sched_getaffinity(0))
    run(axe, {"cpus": str(one)}, f"test $(nproc) = 1 && taskset -pc $$ | grep -q ': {one}$'", 0)


@pytest.mark.parametrize("rate, value, write", [
    ("wbps", 4 << 20, ["bs=1M", "count=16"]), ("wiops", 20, ["bs=4k", "count=80"])])
def test_disk_over_its_rate_is_told_with_what_was_moved(axe, rate, value, write):
    with tempfile.NamedTemporaryFile(dir=DISK) as file:
        dd = ["dd", "if=/dev/zero", f"of={file.name}", "oflag=direct", "conv=notrunc", *write]
        result = run(axe, {"io": {rate: value}}, dd, 0)
    evidence = reached(result, "io", {rate: value})
    assert result["duration_ms"] >= 3000
    assert evidence["io_written_bytes" if rate == "wbps" else "io_writes"] >= 80


@pytest.mark.parametrize("rate, value, read", [
    ("rbps", 4 << 20, ["bs=1M", "count=16"]), ("riops", 20, ["bs=4k", "count=80"])])
def test_reading_over_its_rate_is_told_too(axe, rate, value, read):
    with tempfile.NamedTemporaryFile(dir=DISK) as file:
        file.write(bytes(16 << 20))
        file.flush()
        os.fsync(file.fileno())
        dd = ["dd", f"if={file.name}", "of=/dev/null", "iflag=direct", *read]
        result = run(axe, {"io": {rate: value}}, dd, 0)
    evidence = reached(result, "io", {rate: value})
    assert evidence["io_read_bytes" if rate == "rbps" else "io_reads"] >= 80


def test_missing_core_file_is_told_with_its_signal(axe):
    result = run(axe, {"core": 0}, "kill -SEGV $$", 1)
    assert result["exit"] == {"signal": signal.SIGSEGV, "signal_name": "SEGV", "core": False}
    assert reached(result, "core", 0) == {"signal": signal.SIGSEGV}


def test_descriptors_over_the_limit_are_told_with_their_number(axe):
    script = ("import os\ntry:\n while True: os.dup(0)\n"
              "except OSError as error: print(error.errno, os.dup.__name__)\n")
    result = run(axe, {"files": 32}, ["/usr/bin/python3", "-c", script], 0)
    assert axe.jobs()[-1].output() == b"24 dup\n"
    assert reached(result, "files", 32) == {"files_refused": 1}


def test_limit_that_is_kept_is_not_told(axe):
    limits = {"memory": "512M", "pids": 64, "cpu": "1000%", "cpus": "0", "files": 64, "core": 0,
              "io": {"wbps": "100M", "rbps": "100M"}}
    assert run(axe, limits, "echo fine", 0)["warnings"] == []


def test_limit_that_the_host_has_not_is_refused_or_said_when_optional(axe):
    path = manifest(axe, {**ALONE, "limits": {"cpus": "8000"}})
    for verb in ("plan", "run"):
        refused = axe(verb, path)
        assert refused.returncode in (2, 3)
        assert "assessment `a`: limit `cpus`: cpu 8000 of `8000` is not online" in refused.stderr
    assert axe.jobs() == []
    path = manifest(axe, {**ALONE, "limits": {"cpus": "8000"}}, limits_optional=True)
    assert axe("plan", path).returncode == 0
    assert axe("run", path).returncode == 0
    warning, = axe.jobs()[-1].only()["warnings"]
    assert (warning["limit"], warning["value"]) == ("cpus", "8000")
    assert "is not enforced" in warning["text"] and "evidence" not in warning
