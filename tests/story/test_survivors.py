"""What cannot be killed is named, given up in the end, and cleared away when it can die."""

import json
import re

import pytest

from axe import is_alive, until
from mute_fuse import MuteFuse


@pytest.fixture
def fuse(axe, tmp_path):
    try:
        fuse = MuteFuse(tmp_path / "mute")
    except OSError as problem:
        pytest.skip(f"needs /dev/fuse: {problem}")
    yield fuse
    fuse.close()


def start_stuck(axe, fuse, *options):
    """A job whose program asks the file system for something, and the pid of that program."""
    client = axe.start("run", "--kill-deadline", "300ms", *options, "--", "stat", fuse.mount / "x")
    fuse.take()
    pid, = axe.inhabitants()
    return client, pid


def test_terminate_names_the_survivor_and_may_be_repeated(axe, fuse):
    client, pid = start_stuck(axe, fuse)
    job = axe.job().id

    for _ in range(2):
        killer = axe("terminate", "--yes", job)
        assert killer.returncode == 6, killer.stderr
        assert re.search(rf"surviv.*\b{pid}\b.*\bstat\b", killer.stdout, re.S), killer.stdout
        assert "freed by: " in killer.stdout
        # It still runs, and nothing says that it ended.
        assert client.poll() is None
        assert axe.inhabitants() == [pid]

    killer = axe("terminate", "--yes", "-o", "json", job)
    survivor, = json.loads(killer.stdout)["receipt"]["survivors"]
    assert (survivor["pid"], survivor["comm"], survivor["state"]) == (pid, "stat", "D")
    assert survivor["sigkill_pending"] is True
    assert "uninterruptibly" in survivor["reason"]
    assert survivor["unkillable"] is True
    assert survivor["wait_channel"] in survivor["reason"]
    assert survivor["system_call"]["name"] in ("stat", "lstat", "newfstatat", "statx")
    assert len(survivor["system_call"]["arguments"]) == 6
    where = survivor["waits_for"]
    assert (where["path"], where["mount"]) == (str(fuse.mount / "x"), str(fuse.mount))
    assert (where["type"], where["source"]) == ("fuse", "mute")
    assert where["device"] == f"0:{where['fuse_connection']}"
    assert "whose server does not answer" in survivor["reason"]
    assert json.loads(axe("show", "-o", "json", job).stdout)["state"] == "Running"

    fuse.release()
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 5, errors
    assert axe.job().only()["verdict"] == "terminated"
    axe.job().assert_all_accounted_for()
    axe.assert_nothing_left()


def test_terminate_that_waits_answers_when_the_survivor_is_freed(axe, fuse):
    client, _ = start_stuck(axe, fuse, "--kill-deadline", "50s")
    killer = axe.start("terminate", "--yes", "-o", "json", axe.job().id)
    until(lambda: axe.job().trace("job.terminate"), "the call was taken")
    fuse.release()
    output, errors = killer.communicate(timeout=60)
    assert killer.returncode == 0, errors
    assert json.loads(output)["receipt"]["survivors"] == []
    client.communicate(timeout=60)
    assert client.returncode == 5
    axe.assert_nothing_left()


def test_survivor_is_abandoned_and_its_group_removed_by_the_next_run(axe, fuse):
    client, pid = start_stuck(axe, fuse, "--abandon-after", "800ms")
    killer = axe("terminate", "--yes", axe.job().id)
    assert killer.returncode == 6

    # The client does not hang for ever: the job ends, and says truthfully how.
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 6
    assert re.search(rf"\bstat\b.*\b{pid}\b", errors), errors
    result = axe.job().only()
    assert result["verdict"] == "abandoned"
    assert result["error"]["name"] == "AXE_E_TERMINATE_FAILED"
    assert result["processes"]["exited"] < result["processes"]["seen"]
    assert not result["integrity"]["complete"]
    assert axe.job()["outcome"] == "abandoned"
    assert axe.job().lifecycle() == [
        "job.begin", "assessment.begin", "assessment.end", "job.end"]
    assert axe.inhabitants() == [pid]

    fuse.release()
    stuck, = axe.job().processes()
    until(lambda: not is_alive(stuck), "the survivor has died")
    assert axe("run", "--", "true").returncode == 0
    axe.assert_nothing_left()


def test_timeout_of_what_cannot_be_killed_ends_in_abandonment(axe, fuse):
    # By then it is stuck, however slow the host is.
    client, pid = start_stuck(
        axe, fuse, "--timeout", "5s", "--timeout-grace", "0ms", "--abandon-after", "600ms")
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 6, errors
    assert axe.job().only()["verdict"] == "abandoned"
    assert axe.inhabitants() == [pid]

    fuse.release()
    until(lambda: axe.inhabitants() == [], "the survivor has died")
    assert axe("run", "--", "true").returncode == 0
    axe.assert_nothing_left()


def test_running_job_beside_a_survivor_is_not_disturbed(axe, fuse):
    stuck, pid = start_stuck(axe, fuse)
    assert axe("run", "--", "true").returncode == 0
    assert axe.inhabitants() == [pid]
    fuse.release()
    stuck.communicate(timeout=60)
    assert stuck.returncode == 1  # of stat, whose file system is gone
    axe.assert_nothing_left()
