"""A core dump that is being written is cut off by a kill, unless it is waited for."""

import json
import pathlib
import sys

import pytest

from axe import until

MIB = 1 << 20
DUMPED_MIB = 128
# No freeze and no kill takes as long on any host as it takes to write so much.
CUT_OFF_MIB = 8192

# The same memory again and again: a core is made of each of its places. The first byte of each page
# makes it part of the core.
DUMPER = """
import mmap, os, resource, sys
os.chdir(sys.argv[1])
resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
block = 64 << 20
file = os.memfd_create("block")
os.ftruncate(file, block)
places = [mmap.mmap(file, block) for _ in range((int(sys.argv[2]) << 20) // block)]
for at in range(0, block, 4096):
    places[0][at] = 1
os.abort()
"""


@pytest.fixture
def folder(tmp_path):
    if pathlib.Path("/proc/sys/kernel/core_pattern").read_text(encoding="utf-8") != "core\n":
        pytest.skip("needs cores that are files in the folder of their process")
    folder = tmp_path / "cores"
    folder.mkdir()
    return folder


def dump_and_terminate(axe, folder, mebibytes, *options):
    """End a job that writes a core; its result, and how much of the core is there."""
    manifest = axe.manifest(json.dumps({"name": "dumps", "assessments": [
        {"name": "dumps", "command": [sys.executable, "-c", DUMPER, str(folder), str(mebibytes)],
         "limits": {"cpu": "20%"}}]}), "manifest.json")
    client = axe.start("run", *options, manifest)
    core = until(lambda: next(folder.glob("core*"), None), "it dumps its core")
    until(lambda: core.stat().st_blocks, "some of it is written")
    pid, = axe.inhabitants()
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
    result, written = dump_and_terminate(axe, folder, CUT_OFF_MIB, "--core-grace", "1ms")
    assert result["verdict"] == "terminated"
    assert written < CUT_OFF_MIB * MIB


def test_core_is_cut_off_by_default(axe, folder):
    _, written = dump_and_terminate(axe, folder, CUT_OFF_MIB)
    assert written < CUT_OFF_MIB * MIB
