"""What is told of the host, held against a listing of it that shares no code with axe."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

import pytest
from axe import cgroup_mounts

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "independent"))

import judge  # noqa: E402  pylint: disable=wrong-import-position
import listing  # noqa: E402  pylint: disable=wrong-import-position

KNOB = pathlib.Path("/proc/sys/fs/inotify/max_queued_events")
SEGMENT = "import ctypes; print(ctypes.CDLL(None).shmget(0, 4096, 0o1600), flush=True)"
NAME = f"axe-independent-{os.getpid()}"


def named_hierarchy():
    """One without controllers, in which no supervisor makes groups."""
    for line in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, path, kind, options, *_ = line.split()
        if kind == "cgroup" and ",name=" in options:
            return pathlib.Path(path)
    return None


@pytest.fixture
def place():
    path = pathlib.Path("/var/tmp") / NAME
    path.mkdir()
    before = KNOB.read_text(encoding="ascii")
    yield path
    KNOB.write_text(before, encoding="ascii")
    while subprocess.run(["umount", str(path)], capture_output=True, check=False).returncode == 0:
        pass
    path.rmdir()
    (pathlib.Path("/dev/shm") / NAME).unlink(missing_ok=True)


def warnings_of(job):
    return [each for result in job["assessments"] for each in result["warnings"]
            if "certainty" in each]


def test_every_warning_is_true_and_none_is_missing(axe, place):
    before = listing.take()
    value = int(KNOB.read_text(encoding="ascii"))
    manifest = axe.manifest(json.dumps({"name": "leaves", "assessments": [
        {"name": "idle", "command": ["true"]},
        {"name": "mounts", "command": f"mount -t tmpfs none {place}"},
        {"name": "sets", "command": f"echo {value + 7} >{KNOB}"},
        {"name": "segment", "command": f"exec {sys.executable} -c '{SEGMENT}'"},
        {"name": "file", "command": f"echo left >/dev/shm/{NAME}"}]}), "manifest.json")
    with judge.Sampler(before) as sampler:
        assert axe("run", manifest).returncode == 0
    after = listing.take()
    job = axe.job()
    segment = job.output(index=3).decode("ascii").strip()
    try:
        made = listing.difference(before, after)
        ours = {row for row in made if row in {
            ("knobs", str(KNOB)[1:]), ("posix_ipc", f"/dev/shm/{NAME}"),
            ("sysv_ipc", f"shm {segment}")} or row[0] == "mounts" and row[1].endswith(NAME)}
        # The listing saw what was done, or it could not be held against anything.
        assert len(ours) == 4
        judgement = judge.judge(warnings_of(job), before, after, sampler.seen)
        assert [row for row, _, _ in judgement.missing if row in ours] == []
        assert {row for row, _ in judgement.claimed if row in ours} == ours
        assert judgement.unconfirmed == []
        repaired = axe("repair", "--yes", "--all", "-o", "json", job.id)
        assert repaired.returncode in (0, 1), repaired.stderr
        assert not ours & set(listing.difference(before, listing.take()))
    finally:
        subprocess.run(["ipcrm", "-m", segment], capture_output=True, check=False)
    axe.assert_nothing_left()


def test_group_with_the_jobs_name_in_another_hierarchy_is_told(axe):
    """As programs make it that look up their own group, which the job's group does not contain."""
    top = named_hierarchy()
    if not top:
        pytest.skip("needs a v1 hierarchy without controllers")
    assert top in [path for path, _ in cgroup_mounts()]
    own = "$(sed -n s/^0:://p /proc/self/cgroup)"
    before = listing.take()
    assert axe("run", "--", "sh", "-c", f"mkdir -p {top}{own}/below && echo {own}").returncode == 0
    after = listing.take()
    job = axe.job()
    path = pathlib.Path(f"{top}{job.output().decode('utf-8').strip()}")
    ways = [path / "below", path, path.parent, path.parent.parent]
    try:
        assert (path / "below").is_dir()
        judgement = judge.judge(warnings_of(job), before, after, set())
        rows = {("groups", str(way)[1:]) for way in ways}
        assert rows <= {row for row, _ in judgement.claimed}
        told = {each["object"]: each for each in job["warnings"] if each["kind"] == "group"}
        assert {told[str(way)]["certainty"] for way in ways} == {"likely"}
        axe("repair", "--yes", job.id)
        assert not path.parent.parent.exists()
    finally:
        for way in [*ways, *path.parents]:
            if way.is_relative_to(top) and way != top:
                with contextlib.suppress(OSError):
                    way.rmdir()
    axe.assert_nothing_left()


def warning(source, key, certainty="proved", kind="sysctl"):
    return {"source": source, "key": key, "certainty": certainty, "kind": kind, "object": key}


def test_judge_finds_what_no_warning_tells_of():
    before = {("mounts", "7 /a"): "x", ("knobs", "proc/sys/vm/swappiness"): "60"}
    after = {("mounts", "8 /b"): "x", ("knobs", "proc/sys/vm/swappiness"): "10",
             ("sysv_ipc", "shm 5"): "0"}
    told = [warning("mounts", "8 /b"), warning("sysv_ipc", "shm 5")]
    judgement = judge.judge(told, before, after, set())
    assert [row for row, _, _ in judgement.missing] == [
        ("knobs", "proc/sys/vm/swappiness"), ("mounts", "7 /a")]
    assert len(judgement.claimed) == 2


def test_judge_finds_what_is_not_true():
    told = [warning("knobs", "proc/sys/vm/swappiness"), warning("sysv_ipc", "shm 6"),
            warning("posix_ipc", "/dev/shm/x", "unattributed")]
    judgement = judge.judge(told, {}, {}, {("sysv_ipc", "shm 6")})
    assert judgement.unconfirmed == told[:1]
    assert judgement.vanished == told[1:2]
    assert judgement.fleeting == told[2:]


def test_judge_excuses_only_by_a_rule():
    before = {("knobs", "proc/sys/fs/file-nr"): "1", ("groups", "sys/fs/cgroup/x"): "in name: x"}
    after = {("knobs", "proc/sys/fs/file-nr"): "2", ("programs", "program 9"): "process_fork",
             ("programs", "program 8"): "lock_flock",
             ("programs", "program 10"): "other"}
    judgement = judge.judge([], before, after, set())
    assert [row for row, _ in judgement.excused] == [
        ("groups", "sys/fs/cgroup/x"), ("knobs", "proc/sys/fs/file-nr"), ("programs", "program 8"),
        ("programs", "program 9")]
    assert [row for row, _, _ in judgement.missing] == [("programs", "program 10")]
