"""Hosts that lack something: one line that says what to do, and nothing half made."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile

import pytest

from axe import BIN, until, v1_mounts, v2_mount

NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


def without(*commands):
    """The words in front of a program that shall see another tree below /sys than the host's."""
    # Of a chroot the root directory need be no mount point, and only one of those can be private.
    return ("unshare", "--mount", "--propagation", "unchanged", "sh", "-ec",
            "; ".join(["mount --make-rprivate /sys", *commands]) + '; exec "$@"', "sh")


def hide(path):
    return f"mount -t tmpfs -o mode=755 none {path}"


NO_BTF = without(hide("/sys/kernel/btf"))


def no_v2_tree():
    """As on a host that was booted with v1 only."""
    if not v2_mount().is_relative_to("/sys"):
        pytest.skip(f"needs the cgroup v2 tree below /sys, not at {v2_mount()}")
    return without(f"umount {v2_mount()}")


def assert_refused(axe, run, code, *said):
    assert run.returncode == code, run.stderr
    assert run.stdout == ""
    line, = run.stderr.splitlines()
    assert all(each in line for each in said), line
    axe.assert_nothing_left()


@contextlib.contextmanager
def small_disk(folder, options):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disk(axe, tmp_path):
    """A state directory of 1 MiB."""
    with small_disk(tmp_path / "disk", "size=1m") as folder:
        axe.state = folder / "state"
        axe.state.mkdir()
        yield folder


def fill(folder):
    """To the last byte; the file that does it."""
    with open(folder / "filler", "wb", buffering=0) as filler:
        with contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))
    return folder / "filler"


@pytest.mark.parametrize("words", [("run", "--", "true"), ("plan", "-"), ("doctor",)],
                         ids=lambda words: words[0])
def test_without_root_it_says_who_may(axe, words):
    axe.state = axe.state.parent.parent / "unborn"
    run = axe(*words, prefix=NOBODY, input='{"name":"n","assessments":[{"name":"a","command":"b"}]}')
    assert run.returncode == 9
    line, = run.stderr.splitlines()
    assert "sudo" in line
    assert not axe.state.exists()
    axe.assert_nothing_left()


def test_supervisor_without_root_does_not_stay(axe):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        run = subprocess.run([*NOBODY, BIN / "axed", "--foreground", "--socket", f"{folder}/s"],
                             env=axe.environment(), capture_output=True, text=True, timeout=60,
                             check=False)
        assert run.returncode != 0
        line, = run.stderr.splitlines()
        assert "root" in line
        assert os.listdir(folder) == []


def test_without_btf_it_says_which_kernel_to_use(axe):
    run = axe("run", "--", "true", prefix=NO_BTF)
    assert_refused(axe, run, 3, "/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF")
    assert axe.jobs() == []


def test_doctor_says_what_is_missing(axe):
    for prefix, key, value, said in ((NO_BTF, "btf", False, "CONFIG_DEBUG_INFO_BTF"),
                                     (no_v2_tree(), "works", False, "cgroup2")):
        axe.cgroup_root = None
        run = axe("doctor", "-o", "json", prefix=prefix)
        assert run.returncode == 3
        report = json.loads(run.stdout)
        assert report[key] is value
        assert any(said in advice for advice in report["advice"])


def test_without_a_v2_tree_it_says_how_to_get_one(axe):
    axe.cgroup_root = None
    run = axe("run", "--", "true", prefix=no_v2_tree())
    assert_refused(axe, run, 3, "only cgroup v1", "mount -t cgroup2", "--cgroup-root")
    assert axe.jobs() == []


@pytest.mark.parametrize("kind", ["v1", "tmpfs", "missing", "file"])
def test_cgroup_root_that_is_none_is_refused(axe, tmp_path, kind):
    if kind == "v1" and not v1_mounts():
        pytest.skip("no cgroup v1 hierarchy is mounted here")
    (tmp_path / "file").touch()
    axe.cgroup_root = {"v1": v1_mounts()[0] if v1_mounts() else None, "tmpfs": tmp_path,
                       "missing": tmp_path / "none", "file": tmp_path / "file"}[kind]
    run = axe("run", "--", "true")
    assert_refused(axe, run, 3, str(axe.cgroup_root), "cgroup")
    assert axe.jobs() == []
    assert list(tmp_path.glob("**/axe")) == []


@pytest.mark.parametrize("kind", ["file", "below a file", "no folder can be made"])
def test_state_directory_that_cannot_be_made_is_named(axe, tmp_path, kind):
    (tmp_path / "file").touch()
    axe.state = {"file": tmp_path / "file", "below a file": tmp_path / "file" / "state",
                 "no folder can be made": pathlib.Path("/proc/axe-state")}[kind]
    run = axe("run", "--", "true")
    assert run.returncode == 3
    line, = run.stderr.splitlines()
    assert str(axe.state) in line and "--state-dir" in line
    assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.parametrize("there", [False, True], ids=["new", "with jobs"])
def test_state_directory_on_a_read_only_disk_is_named(axe, disk, there):
    if there:
        assert axe("run", "--", "true").returncode == 0
    before = sorted(axe.state.rglob("*"))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    run = axe("run", "--", "true")
    assert_refused(axe, run, 3, str(axe.state), "Read-only file system", "--state-dir")
    assert sorted(axe.state.rglob("*")) == before


def test_disk_that_is_full_at_the_start_is_named(axe, disk):
    filler = fill(disk)
    run = axe("run", "--", "true")
    assert_refused(axe, run, 3, str(axe.state), "No space left", "free some space")
    assert axe.jobs() == []

    filler.unlink()
    assert axe("run", "--", "true").returncode == 0


def test_disk_without_inodes_is_named(axe, tmp_path):
    # One for the root of the disk, one for the state directory.
    for inodes in range(2, 40):
        with small_disk(tmp_path / f"disk{inodes}", f"size=1m,nr_inodes={inodes}") as folder:
            axe.state = folder / "state"
            axe.state.mkdir()
            run = axe("run", "--", "true")
            if run.returncode == 0:
                break
            # The command cannot start where there is no room for its output.
            assert run.returncode in (3, 126)
            # A job that had begun is told with its end; one that had not left no folder.
            assert "No space left" in run.stderr
            if not list(axe.state.glob("jobs/*/trace.ndjson")):
                assert list(axe.state.glob("jobs/*")) == []
                assert len(run.stderr.splitlines()) == 1
    else:
        pytest.fail("never enough")
    axe.assert_nothing_left()


def test_program_that_fills_the_disk_is_ended_and_told_truthfully(axe, disk):
    """Its own output, the trace and the results are all on the disk that it fills."""
    run = axe("run", "--", "sh", "-c", "head -c 4M /dev/zero; echo status $? >&2")
    assert run.returncode == 3
    assert "No space left" in run.stderr
    axe.assert_nothing_left()


def test_results_that_find_no_space_are_no_success(axe, disk):
    client = axe.start("run", "--", "sh", "-c", "echo ready; read go; exit 0",
                       stdin=subprocess.PIPE)
    assert client.stdout.readline() == "ready\n"
    filler = fill(disk)
    _, errors = client.communicate("go\n", timeout=60)
    assert client.returncode == 3, errors
    assert "No space left" in errors
    # A file is there whole or not at all.
    job = axe.job()
    assert not (job.folder / "results.json").exists()
    assert list(job.folder.glob("*.tmp")) + list(job.folder.glob(".*")) == []
    for line in (job.folder / "trace.ndjson").read_text(encoding="utf-8").splitlines():
        json.loads(line)

    filler.unlink()
    assert axe("run", "--", "true").returncode == 0
    assert [job.id for job in axe.jobs()] == [1, 2]


def test_full_disk_does_not_hold_up_a_termination(axe, disk):
    client = axe.start("run", "--", "sh", "-c", "echo ready; sleep 999 & sleep 999")
    assert client.stdout.readline() == "ready\n"
    until(lambda: len(axe.inhabitants()) == 3, "all of them live")
    fill(disk)
    killer = axe("terminate", "--yes", "-o", "json", 1)
    assert killer.returncode == 0, killer.stderr
    answer = json.loads(killer.stdout)
    assert answer["durable"] is False
    assert answer["receipt"]["survivors"] == []
    assert axe.inhabitants() == []
    client.communicate(timeout=60)
    assert client.returncode in (3, 5)


def test_group_that_was_killed_before_is_no_place_to_die_in(axe):
    """What a process in such a group gives birth to in another one, the kernel kills at birth."""
    axe.cgroup_root = None
    origin = axe.groups / "origin"
    origin.mkdir()
    (origin / "cgroup.kill").write_text("1", encoding="ascii")
    enter = ("sh", "-c", f'echo $$ >{origin}/cgroup.procs && exec "$@"', "sh")
    run = axe("run", "--", "sh", "-c", "exit 5", prefix=enter)
    assert run.returncode == 5, run.stderr
    origin.rmdir()
    axe.assert_nothing_left()
