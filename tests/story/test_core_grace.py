"""A core dump that is being written is cut off by a kill, unless it is waited for."""

import json
import pathlib
import sys

import pytest

from axe import until, v1_mounts, v2_mount

MIB = 1 << 20
DUMPED_MIB = 128
CUT_OFF_MIB = 512

# The first byte of each page makes it part of the core.
DUMPER = """
import mmap, os, resource, sys
os.chdir(sys.argv[1])
resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
size = int(sys.argv[2]) << 20
memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for at in range(0, size, 4096):
    memory[at] = 1
os.abort()
"""


@pytest.fixture
def folder(tmp_path):
    if pathlib.Path("/proc/sys/kernel/core_pattern").read_text(encoding="utf-8") != "core\n":
        pytest.skip("needs cores that are files in the folder of their process")
    folder = tmp_path / "cores"
    folder.mkdir()
    return folder


def slow_down(pid):
    """To a thousandth of a processor: no termination on any host takes as long as its core now."""
    lines = pathlib.Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
    groups = {names: path.lstrip("/") for _, names, path in (line.split(":", 2) for line in lines)}
    limit = v2_mount() / groups[""] / "cpu.max"
    if limit.exists():
        limit.write_text("1000 1000000", encoding="ascii")
        return
    path = next(path for names, path in groups.items() if "cpu" in names.split(","))
    group = next(mount / path for mount in v1_mounts()
                 if (mount / path / "cpu.cfs_quota_us").exists())
    (group / "cpu.cfs_period_us").write_text("1000000", encoding="ascii")
    (group / "cpu.cfs_quota_us").write_text("1000", encoding="ascii")


def dump_and_terminate(axe, folder, mebibytes, *options, slowly=False):
    """End a job that writes a core; its result, and how much of the core is there."""
    manifest = axe.manifest(json.dumps({"name": "dumps", "assessments": [
        {"name": "dumps", "command": [sys.executable, "-c", DUMPER, str(folder), str(mebibytes)],
         "limits": {"cpu": "20%"}}]}), "manifest.json")
    client = axe.start("run", *options, manifest)
    core = until(lambda: next(folder.glob("core*"), None), "it dumps its core")
    until(lambda: core.stat().st_blocks, "some of it is written")
    pid, = axe.inhabitants()
    if slowly:
        slow_down(pid)
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    assert "CoreDumping:\t1" in status, "it was too fast for this test"
    answer = axe("terminate", "--yes", axe.job().id)
    assert answer.returncode == 0, answer.stderr
    client.communicate(timeout=60)
    axe.assert_nothing_left()
    return axe.job().only(), core.stat().st_blocks * 512


def test_core_is_waited_for_where_that_is_asked_for(axe, folder):
    result, written = dump_and_terminate(axe, folder, DUMPED_MIB, "--core-grace", "60s")
    assert result["exit"]["signal_name"] == "ABRT"
    assert result["exit"]["core"] is True
    assert written >= DUMPED_MIB * MIB


def test_core_is_cut_off_after_its_grace(axe, folder):
    result, written = dump_and_terminate(axe, folder, CUT_OFF_MIB, "--core-grace", "1ms",
                                         slowly=True)
    assert result["verdict"] == "terminated"
    assert written < CUT_OFF_MIB * MIB


def test_core_is_cut_off_by_default(axe, folder):
    _, written = dump_and_terminate(axe, folder, CUT_OFF_MIB, slowly=True)
    assert written < CUT_OFF_MIB * MIB
