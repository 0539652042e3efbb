"""A supervisor that is killed loses nothing of its queue: what runs goes on, what waits waits."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import struct
import threading
import time

import pytest
from axe import until
from cluster import ENDED, Queue


@pytest.fixture
def queue(axe):
    queue = Queue(axe)
    yield queue
    queue.stop()
    axe.assert_nothing_left()


def gate(queue):
    """A file that programs wait for."""
    return queue.axe.state.parent / "go"


def await_gate(queue):
    return f"while ! [ -e {gate(queue)} ]; do sleep 0.02; done"


def restart(queue):
    queue.daemon.kill()
    queue.daemon.start()


def lose_host(queue):
    """As if the host had restarted: nothing lives, and what would outlive a daemon is gone."""
    queue.daemon.kill()
    for pid in queue.axe.inhabitants():
        os.kill(pid, signal.SIGKILL)
    for each in queue.axe.jobs():
        (each.folder / ".supervisor.json").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(queue.axe.state / "axe.db")) as store, store:
        store.execute("UPDATE boots SET boot_id = '00000000-0000-0000-0000-000000000000'")
    queue.daemon.start()


def told(queue, job):
    events = queue.daemon.call("io.axe.Events.GetEvents", after=0)["parameters"]["events"]
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    return [(each["type"], each.get("attempt")) for each in events if each["job"] == job]


def send(queue, method, **parameters):
    """A call whose answer nobody will hear."""
    client = queue.daemon.connect()
    call = {"method": f"io.axe.Cluster.{method}", "parameters": parameters}
    client.sendall(json.dumps(call).encode() + b"\0")
    return client


def test_running_job_goes_on_with_its_attempt_and_the_next_one_waits(queue):
    job = queue.submit(queue.manifest("true", f"{await_gate(queue)}; exit 3", "true"))
    waiting = queue.submit("--", "true")
    queue.await_task(job, 1, "Running")
    restart(queue)
    assert queue.state(job) == "Running"
    assert queue.state(waiting) == "Queued"
    gate(queue).touch()
    assert queue.await_state(job, *ENDED) == "Failed"
    assert queue.tasks(job) == ["Finished", "Failed", "Finished"]
    assert queue.await_state(waiting, *ENDED) == "Finished"
    assert [each for each in told(queue, job) if each[0] in ("job.begin", "job.end")] == [
        ("job.begin", 1), ("job.end", 1)]


def test_kept_tasks_stay_as_they_were(queue):
    stamp = queue.axe.state.parent / "stamp"
    job = queue.submit(queue.manifest(f"echo x >> {stamp}", f"{await_gate(queue)}; exit 0"))
    queue.await_task(job, 1, "Running")
    assert queue("requeue", str(job)).returncode == 0
    queue.await_task(job, 1, "Running")
    restart(queue)
    gate(queue).touch()
    assert queue.await_state(job, *ENDED) == "Finished"
    assert queue.tasks(job) == ["Finished", "Finished"]
    assert stamp.read_text() == "x\n"
    assert queue.show(job)["attempt"] == 2


@pytest.mark.parametrize("pause", range(6))
def test_cancel_under_way_keeps_its_message(queue, pause):
    job = queue.submit("--", "sh", "-c", "sleep 999 & sleep 999 & wait")
    queue.await_task(job, 0, "Running")
    with send(queue, "CancelJob", job=job, message="wrong kernel"):
        time.sleep(pause * 0.003)
        restart(queue)
    # The call may not have arrived.
    queue("cancel", str(job), "--message", "wrong kernel")
    assert queue.await_state(job, *ENDED) == "Canceled"
    assert queue.show(job)["message"] == "wrong kernel"
    assert queue.tasks(job) == ["Failed"]
    assert [kind for kind, _ in told(queue, job)].count("job.end") == 1


@pytest.mark.parametrize("pause", range(8))
def test_requeue_under_way_is_completed_once(queue, pause):
    job = queue.submit("--", "sleep", "999")
    queue.await_task(job, 0, "Running")
    with send(queue, "RequeueJob", job=job):
        until(lambda: queue.axe.job().trace("job.terminate"), "it was accepted")
        time.sleep(pause * 0.004)
        restart(queue)
    until(lambda: queue.show(job)["attempt"] == 2, "it runs again")
    queue.await_task(job, 0, "Running")
    assert [each for each in told(queue, job) if each[0] in ("job.begin", "job.end")] == [
        ("job.begin", 1), ("job.end", 1), ("job.begin", 2)]


@pytest.mark.parametrize("pause", range(4))
def test_requeue_accepted_while_it_was_being_cancelled_is_kept(queue, pause):
    job = queue.submit("--", "sh", "-c", "trap '' TERM; sleep 999 & sleep 999 & wait")
    queue.await_task(job, 0, "Running")
    with send(queue, "CancelJob", job=job):
        queue.daemon.call("io.axe.Cluster.RequeueJob", job=job, asynchronous=True)
        time.sleep(pause * 0.003)
        restart(queue)
    until(lambda: queue.show(job)["attempt"] == 2, "it runs again")
    queue.await_task(job, 0, "Running")
    assert [each for each in told(queue, job) if each[0] in ("job.begin", "job.end")] == [
        ("job.begin", 1), ("job.end", 1), ("job.begin", 2)]


def test_socket_that_a_child_of_the_dead_one_still_holds_is_waited_for(queue):
    """As between the clone and the exec of a program."""
    queue.daemon.kill()
    os.unlink(queue.daemon.socket)
    holder = socket.socket(socket.AF_UNIX)
    holder.bind(queue.daemon.socket)
    holder.listen(16)

    def hold():
        """Until the successor has seen that somebody listens."""
        comm = None
        while comm != "axed\n":
            knock, _ = holder.accept()
            pid, = struct.unpack("i8x", knock.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            with contextlib.suppress(FileNotFoundError):
                comm = pathlib.Path(f"/proc/{pid}/comm").read_text()
            knock.close()
        holder.close()

    holding = threading.Thread(target=hold)
    holding.start()
    queue.daemon.start()
    holding.join()
    assert queue.state(queue.submit("--", "true"))


def test_cancelled_task_is_cancelled_and_the_job_goes_on(queue):
    job = queue.submit(queue.manifest("sleep 999", "exit 0"))
    queue.await_task(job, 0, "Running")
    with send(queue, "CancelTask", job=job, index=0):
        restart(queue)
    queue("cancel", f"{job}/0")
    queue.await_state(job, *ENDED)
    assert queue.tasks(job) == ["Canceled", "Finished"]


def test_job_that_ended_meanwhile_is_known_and_the_next_one_runs(queue):
    job = queue.submit("--", "sh", "-c", f"{await_gate(queue)}; exit 7")
    waiting = queue.submit("--", "true")
    queue.await_task(job, 0, "Running")
    queue.daemon.kill()
    gate(queue).touch()
    until(lambda: not queue.axe.inhabitants(), "it has ended")
    queue.daemon.start()
    assert queue.await_state(job, *ENDED) == "Failed"
    assert queue.await_state(waiting, *ENDED) == "Finished"


@pytest.mark.parametrize("policy, state", [("fail", "Failed"), ("requeue", "Finished")])
def test_restart_of_the_host_is_answered_as_the_manifest_says(queue, policy, state):
    done = queue.axe.state.parent / "done"
    script = f"[ -e {done} ] || {{ touch {done}; exec sleep 999; }}"
    job = queue.submit(queue.manifest("true", script, on_reboot=policy))
    queue.await_task(job, 1, "Running")
    until(done.exists, "it has begun")
    lose_host(queue)
    assert queue.await_state(job, *ENDED) == state
    assert queue.show(job)["attempt"] == (2 if policy == "requeue" else 1)
    assert queue.tasks(job) == ["Finished", state]


def test_what_an_attempt_kept_is_told_when_its_host_is_lost(queue):
    job = queue.submit(queue.manifest("echo kept", "sleep 999", "true"))
    queue.await_task(job, 1, "Running")
    assert queue("requeue", str(job)).returncode == 0
    queue.await_task(job, 1, "Running")
    lose_host(queue)
    assert queue.await_state(job, *ENDED) == "Failed"
    shown = queue.show(job)
    assert shown["attempt"] == 2
    assert [(each["index"], each["name"], each["verdict"], each.get("attempt"))
            for each in shown["assessments"]] == [
        (0, "a", "passed", 1), (1, "b", "error", None), (2, "c", "not_run", None)]
    assert queue.tasks(job)[:2] == ["Finished", "Failed"]
    assert queue("log", f"{job}/0").stdout == "kept\n"
    first, second = shown["history"]
    assert (first["outcome"], second["outcome"]) == ("canceled", "error")
