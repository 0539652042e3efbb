"""A supervisor that is killed between two of its acts: its successor tells each fact once."""

import contextlib
import os
import pathlib
import signal
import sqlite3

import pytest
from axe import until
from mortal import mortal_instance

# Of the chaos, whose folder is known behind that.
import account
import bad_calls

ENGINE = "io.axe.Engine."


@pytest.fixture
def instance():
    with mortal_instance() as instance:
        yield instance


def execute(instance, *assessments):
    """Its folder, once it has a trace."""
    client = instance.ask(ENGINE + "ExecuteJob", more=True, manifest={
        "name": "instants", "assessments": list(assessments)})
    return until(lambda: next((job for job in instance.place.jobs() if job.trace("job.begin")), None),
                 "it has begun"), client


def die_at(instance, kinds, action, within, method, **parameters):
    """At the next such call from now on, which that request leads to."""
    instance.calls.arm(kinds, 1, action, 1, str(within))
    client = instance.ask(method, **parameters)
    until(instance.is_dead, "it has died there")
    assert instance.calls["hits"] == 1
    instance.calls.disarm()
    client.close()


def end_of(instance, job):
    """What is wrong with its account, once it has ended and its supervisor has stopped."""
    until(lambda: not instance.running(), "it has ended")
    events = [each for each in instance.events() if each["job"] == job.id]
    wrong = [*account.of_events(job, events),
             *account.of_processes(job, job["assessments"], narrow=False)]
    return wrong + instance.stop()


def test_death_that_was_told_is_not_told_again_for_a_cancel_that_was_not(instance):
    leaves = {"name": "leaves", "command": ["sh", "-c", "sleep 999 & exit 3"], "leak_grace": "60s"}
    job, client = execute(instance, leaves)
    with client:
        until(lambda: job.trace("process.exit"), "its first process has ended")
        die_at(instance, bad_calls.WRITE, bad_calls.KILL_BEFORE, job.folder / "trace.ndjson",
               ENGINE + "CancelJob", job=job.id)
    left, = instance.place.inhabitants()
    os.kill(left, signal.SIGKILL)
    until(lambda: not instance.place.inhabitants(), "nothing is left of it")
    assert instance.start()
    assert end_of(instance, job) == []
    assert job["outcome"] == "canceled"
    assert job.only()["exit"] == {"status": 3}


def test_next_one_that_was_born_before_the_end_was_told_goes_on(instance):
    """Its predecessor's end is told, once, and both processes are accounted for: also when who was
    bearing the next one died with the supervisor, so that it is born again."""
    gate = instance.place.state / "gate"
    job, client = execute(instance, *[
        {"name": name, "residue": "ignore",
         "command": ["sh", "-c", f"until [ -e {gate}.{name} ]; do :; done"]} for name in "abc"])
    with client:
        until(lambda: job.trace("process.exec"), "it runs")
        first, = instance.place.inhabitants()
        instance.calls.arm(bad_calls.WRITE, 1, bad_calls.KILL_BEFORE, 1,
                           str(job.folder / "trace.ndjson"))
        pathlib.Path(f"{gate}.a").touch()
        until(instance.is_dead, "it has died there")
        instance.calls.disarm()
    assert first not in instance.place.inhabitants()
    assert not job.trace("assessment.end")
    assert instance.start()
    for name in "bc":
        pathlib.Path(f"{gate}.{name}").touch()
    assert end_of(instance, job) == []
    assert job["outcome"] == "finished"
    assert [each["exit"] for each in job["assessments"]] == [{"status": 0}] * 3


def secret(job):
    return job.folder / ".supervisor.json"


def test_job_of_which_only_its_folder_knows_is_closed(instance):
    """Its beginning was not stored, and somebody has taken the pins away."""
    instance.calls.arm(bad_calls.WRITE, 1, bad_calls.KILL_BEFORE, 1, instance.place.state / "axe.db")
    client = instance.ask(ENGINE + "ExecuteJob", more=True, manifest={
        "name": "instants", "assessments": [{"name": "a", "command": ["sleep", "999"]}]})
    until(instance.is_dead, "it has died before the store had it")
    client.close()
    instance.calls.disarm()
    job = instance.place.job()
    assert secret(job).exists() and job.trace("job.begin")
    for pins in instance.run.glob("*.bpf/kept"):
        for pin in list(pins.iterdir()):
            pin.unlink()
        pins.rmdir()
    assert instance.start()
    until(lambda: not instance.place.inhabitants(), "nothing is left of it")
    assert not secret(job).exists()
    events = [each for each in instance.events() if each["job"] == job.id]
    assert list(account.of_events(job, events)) == []
    assert job["outcome"] == "error"
    assert instance.stop() == []


def forget_all_but_the_beginning(instance):
    """As if its supervisor had died before the store took what came behind it."""
    with contextlib.closing(sqlite3.connect(instance.place.state / "axe.db")) as store, store:
        store.execute("PRAGMA foreign_keys = ON")
        store.execute("DELETE FROM events WHERE type != 'job.begin'")
        store.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events'")
        store.execute("DELETE FROM tries")
        store.execute("DELETE FROM assessments")
        store.execute("UPDATE jobs SET state = 'Running', outcome = NULL")
        store.execute("UPDATE attempts SET state = 'Running', outcome = NULL")


def test_end_that_only_the_trace_has_is_kept_by_whoever_dies_over_it(instance):
    instance.calls.arm(bad_calls.NAME, 2, bad_calls.KILL_BEFORE, 1, ".supervisor.json")
    job, client = execute(instance, {"name": "a", "command": ["sh", "-c", "exit 3"]})
    until(instance.is_dead, "it has died before it closed the job")
    client.close()
    assert secret(job).exists() and job.trace("job.end")
    forget_all_but_the_beginning(instance)
    instance.calls.arm(bad_calls.NAME, 1, bad_calls.KILL_AFTER, 1, ".supervisor.json")
    assert not instance.start()
    assert not secret(job).exists()
    instance.calls.disarm()
    assert instance.start()
    assert end_of(instance, job) == []
    assert job["outcome"] == "failed"
