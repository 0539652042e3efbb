"""What a job leaves of the host otherwise than it was is told, and put back."""

import contextlib
import ctypes
import json
import pathlib
import subprocess
import sys

import pytest

from axe import BIN, until

LISTED_KNOB = pathlib.Path("/proc/sys/fs/pipe-max-size")
LIBC = ctypes.CDLL(None, use_errno=True)
IPC_RMID = 0

# Each with a look at the frozen group and two at the host, which a sanitizer makes slow.
TERMINATIONS = 200 if b"__asan_init" in (BIN / "axed").read_bytes() else 1000
HARMLESS = (
    "exec sleep 999",
    "sleep 999 & sleep 999 & wait",
    "exec tail -f /dev/null",
    "while :; do echo line; sleep 0.001; done",
    "echo half >$AXE_TEMP/file; exec sleep 999 3>>$AXE_TEMP/file",
    "read line </proc/sys/kernel/threads-max; cd /tmp; exec sleep 999 </etc/passwd",
    "trap : TERM INT; (exec sleep 999) | cat",
    "setsid sleep 999 & exec sleep 999",
)

SEGMENT = "import ctypes; print(ctypes.CDLL(None).shmget(0, 4096, 0o1600), flush=True)"


def about(findings, *objects):
    """Of a host that others use as well, only what is ours."""
    return [each for each in findings if each.get("object") in objects]


def segments():
    lines = pathlib.Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]
    return {line.split()[1] for line in lines}


@pytest.fixture
def knob():
    before = LISTED_KNOB.read_text(encoding="ascii")
    yield int(before)
    LISTED_KNOB.write_text(before, encoding="ascii")


@pytest.fixture
def place():
    """A folder for a mount, outside of what the story's own removal walks."""
    path = pathlib.Path("/var/tmp") / f"axe-residue-{LIBC.getpid()}"
    path.mkdir()
    yield path
    while subprocess.run(["umount", str(path)], capture_output=True, check=False).returncode == 0:
        pass
    path.rmdir()


def repair(axe, *words, **options):
    answer = axe("repair", "-o", "json", *words, **options)
    return answer.returncode, json.loads(answer.stdout)


def terminated(axe, script):
    """Run a shell script until it prints `ready`, then end its job by TerminateJob."""
    client = axe.start("run", "--", "sh", "-c", f"{script}; echo ready; exec sleep 999")
    until(lambda: client.stdout.readline() == "ready\n", "it is ready")
    number = str(axe.jobs()[-1].id)
    answer = axe("terminate", "--yes", "-o", "json", number)
    assert answer.returncode == 0, answer.stderr
    assert client.wait(timeout=60) == 5
    return axe.jobs()[-1], json.loads(answer.stdout)["receipt"]


def test_segment_is_proved_told_everywhere_and_removed(axe):
    job, receipt = terminated(axe, f'{sys.executable} -c "{SEGMENT}" >$AXE_RESULTS/id')
    number = (job.folder / "1/0.1/results/id").read_text(encoding="ascii").strip()
    name = f"shm {number}"
    try:
        warning, = about(receipt["warnings"], name)
        assert warning["certainty"] == "proved"
        assert warning["remedy"] == ["ipcrm", "-m", number]
        assert warning["safe"]
        assert warning["pid"] in [each["pid"] for each in job.processes()]
        # It ended long before the job did.
        assert warning["process"]["argv"] == [sys.executable, "-c", SEGMENT]
        assert len(about(job["warnings"], name)) == len(about(job.only()["warnings"], name)) == 1
        line, = [each["data"] for each in job.trace("residue") if each["data"]["object"] == name]
        assert line["remedy"] == warning["remedy"]
        for file in ("junit.xml",):
            text = (job.folder / file).read_text(encoding="utf-8")
            assert f"ipcrm -m {number}" in text
        assert f"ipcrm -m {number}" in axe("show", job.id).stdout

        code, rows = repair(axe, job.id)
        assert (code, about(rows, name)[0]["outcome"]) == (0, "safe")
        assert number in segments()
        code, rows = repair(axe, "--yes", job.id)
        assert about(rows, name)[0]["outcome"] == "repaired"
        assert number not in segments()
        traced = [json.loads(each) for each in
                  (job.folder / "repairs.ndjson").read_text(encoding="utf-8").splitlines()]
        assert [each["data"]["object"] for each in traced if each["data"]["object"] == name] == [
            name]
        # A second survey is clean: nothing more is to be done.
        assert about(repair(axe, "--yes", job.id)[1], name)[0]["outcome"] == "changed"
    finally:
        LIBC.shmctl(int(number), IPC_RMID, None)
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_segment_of_the_host(axe):
    client = axe.start("run", "--", "sh", "-c", "echo ready; exec sleep 999")
    until(lambda: client.stdout.readline() == "ready\n", "it is ready")
    number = LIBC.shmget(0, 4096, 0o1600)
    try:
        assert axe("terminate", "--yes", str(axe.job().id)).returncode == 0
        assert client.wait(timeout=60) == 5
        assert about(axe.job()["warnings"], f"shm {number}") == []
    finally:
        LIBC.shmctl(number, IPC_RMID, None)
    axe.assert_nothing_left()


def test_setting_is_put_back_unless_it_changed_again(axe, knob):
    name = str(LISTED_KNOB)
    job, receipt = terminated(axe, f"echo {knob // 2} >{name}")
    warning, = about(receipt["warnings"], name)
    assert warning["remedy"] == ["sysctl", "-w", f"fs/pipe-max-size={knob}"]
    assert warning["certainty"] == "proved"
    LISTED_KNOB.write_text(str(knob * 2), encoding="ascii")
    assert about(repair(axe, "--yes", job.id)[1], name)[0]["outcome"] == "changed"
    assert int(LISTED_KNOB.read_text(encoding="ascii")) == knob * 2
    LISTED_KNOB.write_text(str(knob // 2), encoding="ascii")
    assert about(repair(axe, "--yes", job.id)[1], name)[0]["outcome"] == "repaired"
    assert int(LISTED_KNOB.read_text(encoding="ascii")) == knob
    axe.assert_nothing_left()


def test_setting_that_nobody_lists_is_proved_where_it_was_seen(axe):
    knob = pathlib.Path("/proc/sys/vm/stat_interval")
    before = knob.read_text(encoding="ascii")
    try:
        job, receipt = terminated(axe, f"echo {int(before) + 5} >{knob}")
        warning, = about(receipt["warnings"], str(knob))
        assert warning["certainty"] == "proved"
        assert warning["pid"] in [each["pid"] for each in job.processes()]
        knob.write_text(str(int(before) + 9), encoding="ascii")
        assert about(repair(axe, "--yes", job.id)[1], str(knob))[0]["outcome"] == "changed"
        assert int(knob.read_text(encoding="ascii")) == int(before) + 9
        knob.write_text(str(int(before) + 5), encoding="ascii")
        assert about(repair(axe, "--yes", job.id)[1], str(knob))[0]["outcome"] == "repaired"
        assert knob.read_text(encoding="ascii") == before
    finally:
        knob.write_text(before, encoding="ascii")
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_setting_of_the_host(axe, knob):
    client = axe.start("run", "--", "sh", "-c", "echo ready; exec sleep 999")
    until(lambda: client.stdout.readline() == "ready\n", "it is ready")
    LISTED_KNOB.write_text(str(knob // 2), encoding="ascii")
    assert axe("terminate", "--yes", str(axe.job().id)).returncode == 0
    assert client.wait(timeout=60) == 5
    told = about(axe.job()["warnings"], str(LISTED_KNOB))
    assert [each["certainty"] for each in told] in ([], ["unattributed"])
    axe.assert_nothing_left()


def mounted_at(place):
    """For a failure: what /proc says of it."""
    lines = pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if f" {place} " in line]


def test_mount_is_told_and_undone_only_where_that_is_asked_for(axe, place):
    job, receipt = terminated(axe, f"mount -t tmpfs none {place}")
    warning, = about(receipt["warnings"], str(place))
    assert (warning["kind"], warning["remedy"]) == ("mount", ["umount", "--", str(place)])
    assert (warning["certainty"], warning["safe"]) == ("unattributed", False)
    row, = about(repair(axe, "--yes", job.id)[1], str(place))
    assert row["outcome"] == "unsafe", (row, warning, mounted_at(place))
    assert place.is_mount()
    assert about(repair(axe, "--yes", "--all", job.id)[1], str(place))[0]["outcome"] == "repaired"
    assert not place.is_mount()
    axe.assert_nothing_left()


def test_shared_file_is_told(axe):
    path = pathlib.Path("/dev/shm") / f"axe-residue-{LIBC.getpid()}"
    try:
        job, receipt = terminated(axe, f"echo left >{path}")
        warning, = about(receipt["warnings"], str(path))
        assert warning["kind"] == "posix_shm"
        assert warning["remedy"] == ["rm", "-r", "--", str(path)]
        assert about(repair(axe, "--yes", "--all", job.id)[1],
                     str(path))[0]["outcome"] == "repaired"
        assert not path.exists()
    finally:
        path.unlink(missing_ok=True)
    axe.assert_nothing_left()


def test_residue_policy_decides_whether_it_fails(axe):
    for policy, code, verdict, told in (("warn", 0, "passed", 1), ("ignore", 0, "passed", 0),
                                        ("fail", 7, "leaked", 1)):
        manifest = axe.manifest(json.dumps({
            "name": "residue", "assessments": [
                {"name": "it", "residue": policy,
                 "command": f'{sys.executable} -c "{SEGMENT}"'}]}), "manifest.json")
        run = axe("run", manifest)
        number = axe.jobs()[-1].output().decode("ascii").strip()
        LIBC.shmctl(int(number), IPC_RMID, None)
        result = axe.jobs()[-1].only()
        assert (run.returncode, result["verdict"]) == (code, verdict), run.stderr
        assert len(about(result["warnings"], f"shm {number}")) == told
        if policy == "fail":
            assert result["reason"] == "residue"
            assert result["exit"] == {"status": 0}
    axe.assert_nothing_left()


def test_next_assessment_is_not_blamed_for_the_last(axe):
    manifest = axe.manifest(json.dumps({
        "name": "two", "assessments": [
            {"name": "makes", "command": f'{sys.executable} -c "{SEGMENT}"'},
            {"name": "idle", "command": ["true"]}]}), "manifest.json")
    assert axe("run", manifest).returncode == 0
    number = axe.job().output().decode("ascii").strip()
    LIBC.shmctl(int(number), IPC_RMID, None)
    makes, idle = axe.job()["assessments"]
    assert len(about(makes["warnings"], f"shm {number}")) == 1
    assert about(idle["warnings"], f"shm {number}") == []
    assert about(axe.job()["warnings"], f"shm {number}")[0]["assessment"] == 0
    axe.assert_nothing_left()


def test_parallel_assessments_answer_each_for_its_own(axe):
    """Both run when the segment appears; the kernel says whose it is."""
    manifest = axe.manifest(json.dumps({
        "name": "two", "parallel": 2, "assessments": [
            {"name": "makes", "command": f'{sys.executable} -c "{SEGMENT}"'},
            {"name": "beside", "command": ["sleep", "1"]}]}), "manifest.json")
    assert axe("run", manifest).returncode == 0
    number = axe.job().output().decode("ascii").strip()
    LIBC.shmctl(int(number), IPC_RMID, None)
    makes, beside = sorted(axe.job()["assessments"], key=lambda each: each["index"])
    assert about(makes["warnings"], f"shm {number}")[0]["certainty"] == "proved"
    assert about(beside["warnings"], f"shm {number}") == []
    axe.assert_nothing_left()


def test_harmless_programs_are_blamed_for_nothing(axe):
    """Terminated in bulk; on a host that others use, what they do is nobody's here."""
    manifest = axe.manifest(json.dumps({
        "name": "harmless", "parallel": 50, "assessments": [
            {"name": "it", "command": ["sleep", "999"], "repeat": 100}]}), "manifest.json")
    client = axe.start("run", manifest)
    until(lambda: axe.jobs() and (axe.job().folder / "trace.ndjson").exists() and
          len(axe.job().trace("assessment.begin")) >= 50, "they run")
    with contextlib.suppress(BrokenPipeError):
        assert axe("terminate", "--yes", str(axe.job().id)).returncode == 0
    assert client.wait(timeout=60) == 5
    assert [each for each in axe.job()["warnings"] if each["certainty"] != "unattributed"] == []
    axe.assert_nothing_left()


def test_thousand_terminations_of_harmless_programs_blame_nobody(axe):
    """Each in its own time: frozen, looked at, killed, and its host looked at again."""
    manifest = axe.manifest(json.dumps({
        "name": "harmless", "parallel": 16, "assessments": [
            {"name": script, "command": script, "timeout": "20ms", "timeout_grace": "0s",
             "repeat": TERMINATIONS // len(HARMLESS)} for script in HARMLESS]}), "manifest.json")
    assert axe("run", manifest, timeout=600).returncode == 124
    results = axe.job()["assessments"]
    assert len(results) == TERMINATIONS
    # Not all of them have come as far as they go, but all of them are killed.
    assert {each["verdict"] for each in results} == {"timeout"}
    assert [warning for each in results for warning in each["warnings"]
            if warning.get("certainty") != "unattributed"] == []
    axe.assert_nothing_left()
