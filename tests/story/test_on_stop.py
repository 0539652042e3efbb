"""A job says what a stop of its supervisor does to it, whatever the supervisor does with others."""

import contextlib
import pathlib
import shutil
import sqlite3
import tempfile

import pytest
from axe import until
from cluster import Queue
from console import end
from daemon import Daemon

ONE = ["job.begin", "assessment.begin", "assessment.end", "job.end"]
BOTH = ("keep", "terminate")


@pytest.fixture
def run_dir():
    """Short: the paths of sockets are bounded."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="axe-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def gate(axe):
    """A file that programs wait for; whatever happens, they end."""
    gate = axe.state.parent / "go"
    yield gate
    gate.touch()


@pytest.fixture
def start(axe, run_dir, gate):  # pylint: disable=unused-argument
    """A daemon for two jobs at once."""
    daemons = []

    def start_one(on_stop):
        daemons.append(Daemon(axe, "--cgroup-root", str(axe.cgroup_root), "--run-dir",
                              str(run_dir), "--slots", "2", "--on-stop", on_stop))
        return daemons[-1]

    yield start_one
    for daemon in daemons:
        assert daemon.stop() == 0
    axe.assert_nothing_left()
    assert list(run_dir.glob("*.bpf")) == []


def manifest(axe, gate, policy):
    script = f"while ! [ -e {gate} ]; do sleep 0.02; done; exit 5"
    text = f"""
name: {policy}
on_supervisor_stop: {policy}
assessments: [{{name: a, command: "{script}", timeout: 60s}}]
"""
    return axe.manifest(text, f"{policy}.yaml")


def stored(axe, job):
    """The beginnings and ends that it has, by the store of a daemon that is not there."""
    with contextlib.closing(sqlite3.connect(axe.state / "axe.db")) as store:
        rows = store.execute("SELECT type FROM events WHERE job = ? ORDER BY seq", (job,))
        return [kind for kind, in rows if kind in ONE]


def job_of(axe, name):
    found, = (job for job in axe.jobs() if job.trace("job.begin")[0]["data"]["name"] == name)
    return found


def begun(axe, count):
    until(lambda: sum(len(job.trace("assessment.begin")) for job in axe.jobs()
                      if (job.folder / "trace.ndjson").exists()) == count, "they run")


@pytest.mark.parametrize("on_stop", BOTH)
def test_of_two_jobs_one_is_ended_and_the_other_goes_on(axe, gate, start, on_stop):
    daemon = start(on_stop)
    clients = [axe.start("run", "--socket", daemon.socket, manifest(axe, gate, policy))
               for policy in BOTH]
    begun(axe, 2)
    kept, ended = (job_of(axe, policy) for policy in BOTH)
    assert daemon.stop() == 0
    # Before it left, all of that one was told; of the other nothing is over.
    assert stored(axe, ended.id) == ONE
    assert ended.only()["verdict"] == "terminated"
    assert stored(axe, kept.id) == ONE[:2]
    assert axe.inhabitants()
    codes = [end(client)[0] for client in clients]
    assert codes[1] == 5
    daemon.start()
    gate.touch()
    until(lambda: not axe.inhabitants(), "it ends by itself")
    until(lambda: stored(axe, kept.id) == ONE, "its end is stored")
    assert kept.only()["exit"] == {"status": 5}
    assert stored(axe, ended.id) == ONE
    kept.assert_all_accounted_for()


@pytest.mark.parametrize("on_stop", BOTH)
def test_job_of_the_queue_goes_on_or_runs_again(axe, gate, on_stop):
    queue = Queue(axe, "--slots", "2", "--on-stop", on_stop)
    try:
        kept, again = (queue.submit(manifest(axe, gate, policy)) for policy in BOTH)
        begun(axe, 2)
        assert queue.daemon.stop() == 0
        assert axe.inhabitants()
        assert stored(axe, again)[-1] == "job.end"
        assert "job.end" not in stored(axe, kept)
        queue.daemon.start()
        for job in (kept, again):
            queue.await_state(job, "Running")
        gate.touch()
        assert [queue("wait", str(job)).returncode for job in (kept, again)] == [1, 1]
        assert [queue.show(job)["attempts"] for job in (kept, again)] == [1, 2]
        assert all(queue.show(job)["tasks"][0]["exit"] == {"status": 5} for job in (kept, again))
    finally:
        gate.touch()
        queue.stop()
    axe.assert_nothing_left()


def test_what_is_adopted_is_ended_at_the_next_stop_as_it_said(axe, gate, start):
    daemon = start("keep")
    clients = [axe.start("run", "--socket", daemon.socket, manifest(axe, gate, policy))
               for policy in BOTH]
    begun(axe, 2)
    kept, ended = (job_of(axe, policy) for policy in BOTH)
    daemon.kill()
    for client in clients:
        end(client)
    daemon.start()
    assert daemon.stop() == 0
    assert stored(axe, ended.id) == ONE
    assert stored(axe, kept.id) == ONE[:2]
    daemon.start()
    gate.touch()
    until(lambda: stored(axe, kept.id) == ONE, "its end is stored")


def test_private_supervisor_promises_to_keep_nothing(axe, gate):
    keep, terminate = (manifest(axe, gate, policy) for policy in BOTH)
    for verb in ("run", "plan"):
        refused = axe(verb, keep)
        assert refused.returncode == 2
        line, = refused.stderr.splitlines()
        assert "on_supervisor_stop" in line and "--socket" in line
    assert axe.jobs() == []
    gate.touch()
    assert axe("run", terminate).returncode == 1
    axe.assert_nothing_left()
