"""Who was answered finds the results after a power cut, though nobody waited for their files."""

import contextlib
import json
import os
import shutil
import sqlite3

import pytest
from axe import until
from bad_disk import BadDisk
from daemon import Daemon, environment, replies, send

FILES = ("results.json", "junit.xml", "results.tap", "environment.json")
MIXED = """
name: mixed ü
stop_on_failure: true
assessments:
  - {name: good, command: [sh, -c, "echo out; exec true"], timeout: 60s}
  - {name: leaves, command: [sh, -c, "sleep 999 & exit 0"], timeout: 60s, leaks: warn}
  - {name: again, command: ["false"], timeout: 60s, retry: {times: 1, on: [failed]}}
  - {name: never, command: ["true"], timeout: 60s}
  - {name: nor this, command: ["true"], timeout: 60s, repeat: 2}
post: {command: ["true"], timeout: 60s}
"""


@pytest.fixture
def disk(tmp_path):
    """One that keeps no file of a job: the page cache has them, which a power cut takes."""
    disk = BadDisk(tmp_path)
    disk["refuse"] = 1
    yield disk
    disk.close()


@pytest.fixture
def daemon(axe, disk, monkeypatch):
    with monkeypatch.context() as patch:
        for name, value in disk.environment().items():
            patch.setenv(name, value)
        daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    disk["sync_ms"] = 0
    daemon.stop()
    axe.assert_nothing_left()


def run(axe, daemon, *words):
    return axe("run", *words, env=environment(daemon))


def content(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def unsynced(axe):
    with contextlib.closing(sqlite3.connect(axe.state / "axe.db")) as store:
        return store.execute("SELECT job, attempt FROM unsynced ORDER BY 1, 2").fetchall()


def power_cut(daemon, disk, damage, *folders):
    """What a file system may make of files that were never synced; and the next start."""
    daemon.kill()
    for folder in folders:
        damage(folder)
    disk["refuse"] = 0
    daemon.start()


def empty(folder):
    for name in FILES:
        os.truncate(folder / name, 0)


def tear(folder):
    for name in FILES:
        os.truncate(folder / name, (folder / name).stat().st_size // 2)


def overwrite(folder):
    for name in FILES:
        (folder / name).write_bytes(bytes((folder / name).stat().st_size))


def rename_back(folder):
    for name in FILES:
        os.rename(folder / name, folder / f".{name}.new")


def remove_one(folder):
    (folder / "junit.xml").unlink()


def nothing(folder):
    """The daemon alone has died."""


@pytest.mark.parametrize(
    "damage", [empty, tear, overwrite, rename_back, remove_one, nothing])
def test_results_are_made_again_byte_for_byte(axe, daemon, disk, damage):
    run(axe, daemon, axe.manifest(MIXED))
    folder = axe.job().folder
    before = content(folder)
    results = json.loads(before["results.json"])
    assert [each["verdict"] for each in results["assessments"]] == [
        "passed", "passed", "failed", "not_run", "not_run", "not_run"]
    assert unsynced(axe) == [(1, 1)]
    power_cut(daemon, disk, damage, folder)
    assert content(folder) == before
    until(lambda: unsynced(axe) == [], "the store knows that")


def test_folder_itself_is_made_again(axe, daemon, disk):
    run(axe, daemon, "--", "true")
    folder = axe.job().folder
    before = content(folder)
    power_cut(daemon, disk, shutil.rmtree, folder)
    assert content(folder) == before
    # One without a trace would be half a job to the rest of this story.
    shutil.rmtree(folder)


def test_of_many_jobs_each_gets_its_own(axe, daemon, disk):
    jobs = 3
    for number in range(jobs):
        run(axe, daemon, "--", "sh", "-c", f"exit {number}")
    before = [content(job.folder) for job in axe.jobs()]
    assert unsynced(axe) == [(number + 1, 1) for number in range(jobs)]
    power_cut(daemon, disk, tear, *(job.folder for job in axe.jobs()))
    assert [content(job.folder) for job in axe.jobs()] == before


def test_each_attempt_gets_its_own(axe, daemon, disk):
    queued = environment(daemon)
    axe("submit", "--", "sh", "-c", "exit 7", env=queued)
    axe("wait", "1", env=queued)
    first = content(axe.job().folder)
    axe("requeue", "1", env=queued)
    axe("wait", "1", env=queued)
    folder = axe.job().folder
    assert content(folder / "1") == first
    second = content(folder)
    assert unsynced(axe) == [(1, 1), (1, 2)]
    power_cut(daemon, disk, tear, folder / "1", folder)
    assert content(folder / "1") == first
    assert content(folder) == second


def test_attempt_that_is_half_put_away_gets_its_own(axe, daemon, disk):
    axe("submit", "--", "sh", "-c", "exit 7", env=environment(daemon))
    axe("wait", "1", env=environment(daemon))
    folder = axe.job().folder
    first = content(folder)
    daemon.kill()
    tear(folder)
    os.rename(folder / "junit.xml", folder / "1" / "junit.xml")
    disk["refuse"] = 0
    daemon.start()
    assert content(folder / "1") == first
    axe("requeue", "1", env=environment(daemon))
    axe("wait", "1", env=environment(daemon))
    assert content(folder / "1") == first
    assert json.loads((folder / "results.json").read_bytes())["attempt"] == 2


def test_what_was_synced_is_left_alone(axe, daemon, disk):
    disk["refuse"] = 0
    run(axe, daemon, "--", "true")
    until(lambda: unsynced(axe) == [], "the files are on the disk")
    results = axe.job().folder / "results.json"
    results.write_text("of somebody else\n", encoding="ascii")
    daemon.kill()
    daemon.start()
    assert results.read_text(encoding="ascii") == "of somebody else\n"


def test_purged_job_is_not_made_again(axe, daemon, disk):
    axe("submit", "--", "true", env=environment(daemon))
    axe("wait", "1", env=environment(daemon))
    folder = axe.job().folder
    assert unsynced(axe) == [(1, 1)]
    assert axe("purge", "1", env=environment(daemon)).returncode == 0
    until(lambda: not folder.exists(), "its folder is gone")
    assert unsynced(axe) == []
    power_cut(daemon, disk, nothing)
    assert not folder.exists()


@contextlib.contextmanager
def end_on_its_way(axe, daemon, disk, gate):
    """A job whose end the trace has, and the store not yet: nobody has been answered."""
    os.mkfifo(gate)
    assessment = {"name": "a", "command": f"read go < {gate}", "timeout": "60s"}
    with daemon.connect() as client:
        send(client, "io.axe.Engine.ExecuteJob",
             {"manifest": {"name": "held", "assessments": [assessment]}}, True)
        told = (reply["parameters"].get("event", {}).get("type") for reply in replies(client))
        assert "assessment.begin" in told
        # Longer than the story.
        disk["sync_ms"] = 600_000
        gate.write_text("go\n", encoding="ascii")
        until(lambda: axe.job().trace("job.end"), "its trace has the end")
        until(lambda: disk["inside"], "the store waits for its disk")
        yield
        daemon.kill()
        disk["sync_ms"] = 0


def test_end_that_only_the_trace_has_comes_with_its_files(axe, daemon, disk, tmp_path):
    with end_on_its_way(axe, daemon, disk, tmp_path / "gate"):
        folder = axe.job().folder
        before = content(folder)
    for name in FILES[:-1]:
        os.truncate(folder / name, 0)
    disk["refuse"] = 0
    daemon.start()
    assert content(folder) == before
    assert json.loads(axe("show", "-o", "json", "1").stdout)["state"] == "Finished"


def test_end_that_nobody_can_go_on_with_comes_with_its_files(axe, daemon, disk, tmp_path):
    with end_on_its_way(axe, daemon, disk, tmp_path / "gate"):
        folder = axe.job().folder
        before = content(folder)
    (folder / ".supervisor.json").unlink()
    os.truncate(folder / "junit.xml", 0)
    (folder / "results.tap").unlink()
    disk["refuse"] = 0
    daemon.start()
    assert content(folder) == before
    assert json.loads(axe("show", "-o", "json", "1").stdout)["state"] == "Finished"


def test_private_supervisor_syncs_before_it_answers(axe, disk):
    """Nobody comes after it, so that what cannot be synced is told."""
    done = axe("run", "-o", "json", "--", "true", env={**axe.environment(), **disk.environment()})
    assert done.returncode == 3
    summary = json.loads(done.stdout)
    assert (summary["outcome"], summary["code_name"]) == ("error", "AXE_E_JOB_RESULTS_FAILED")
    assert "Input/output error" in summary["results_error"]
