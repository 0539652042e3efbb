"""What a supervisor has open is known to the next one by its names, whenever it died."""

import errno
import json
import shutil

import pytest
from axe import until
from daemon import replies, send
from mortal import mortal_instance

# Of the chaos, whose folder is known behind that.
import account
import bad_calls

EXECUTE = "io.axe.Engine.ExecuteJob"
SECRET = ".supervisor.json"


@pytest.fixture
def instance():
    with mortal_instance() as instance:
        yield instance


def names_folder(instance):
    return instance.place.state / "open"


def names(instance):
    return sorted(each.name for each in names_folder(instance).iterdir())


def secrets(instance):
    return list(instance.place.state.glob(f"jobs/*/{SECRET}"))


def shell(line):
    return {"name": "named", "assessments": [{"name": "a", "command": ["sh", "-c", line]}]}


def execute(instance, manifest):
    """Its answer."""
    with instance.connect() as client:
        send(client, EXECUTE, {"manifest": manifest}, True)
        return next(reply for reply in replies(client) if not reply.get("continues"))


def gate(instance):
    return instance.folder / "go"


def run_at_gate(instance):
    """A job that waits there. Its supervisor is killed."""
    client = instance.ask(EXECUTE, more=True, manifest=shell(
        f"while ! [ -e {gate(instance)} ]; do sleep 0.02; done; exit 3"))
    until(lambda: any(job.trace("assessment.begin") for job in instance.place.jobs()), "it runs")
    instance.kill()
    client.close()
    return instance.place.job()


def goes_on(instance, job):
    """To its own end, and nothing is wrong with that."""
    assert names(instance) == [str(job.id)]
    assert instance.running() == [job.id]
    gate(instance).touch()
    until(lambda: not instance.running(), "it has ended")
    assert job["outcome"] == "failed" and job.only()["exit"] == {"status": 3}
    assert is_settled(instance, job)


def is_settled(instance, job):
    """Nothing is open, nothing is secret, and what was told is told once."""
    until(lambda: not instance.place.inhabitants(), "nothing is left of it")
    assert (names(instance), secrets(instance)) == ([], [])
    events = [each for each in instance.events() if each["job"] == job.id]
    assert not events or list(account.of_events(job, events)) == []
    return instance.stop() == []


# What it dies at: the kinds of the call, which of them, how, and what has this in its path.
DEATHS = {
    "before-the-name": (bad_calls.OPEN, 1, bad_calls.KILL_BEFORE, "/state/open"),
    "before-the-file": (bad_calls.OPEN, 1, bad_calls.KILL_AFTER, "/state/open"),
    "in-the-file": (bad_calls.OPEN, 1, bad_calls.KILL_AFTER, SECRET),
    "behind-the-file": (bad_calls.WRITE, 1, bad_calls.KILL_AFTER, SECRET),
    # The first is before it is written: there may be an earlier one.
    "before-the-file-goes": (bad_calls.NAME, 2, bad_calls.KILL_BEFORE, SECRET),
    "before-the-name-goes": (bad_calls.NAME, 1, bad_calls.KILL_BEFORE, "/state/open"),
    "behind-the-name": (bad_calls.NAME, 1, bad_calls.KILL_AFTER, "/state/open"),
}
NAMED = set(DEATHS) - {"before-the-name", "behind-the-name"}
WITH_A_FILE = {"in-the-file", "behind-the-file", "before-the-file-goes"}


@pytest.mark.parametrize("death", DEATHS)
def test_whoever_dies_between_a_file_and_its_name_leaves_nothing_open(instance, death):
    kinds, step, action, within = DEATHS[death]
    instance.calls.arm(kinds, step, action, 1, within)
    client = instance.ask(EXECUTE, more=True, manifest=shell("exit 3"))
    until(instance.is_dead, "it has died there")
    instance.calls.disarm()
    client.close()
    job = instance.place.job()
    assert names(instance) == ([str(job.id)] if death in NAMED else [])
    assert secrets(instance) == ([job.folder / SECRET] if death in WITH_A_FILE else [])
    assert instance.start()
    until(lambda: not instance.running(), "it has ended")
    assert is_settled(instance, job)


def test_what_a_supervisor_without_names_left_open_goes_on(instance):
    job = run_at_gate(instance)
    shutil.rmtree(names_folder(instance))
    assert instance.start()
    goes_on(instance, job)


@pytest.mark.parametrize("kinds, action, within", [
    (bad_calls.NAME, bad_calls.KILL_AFTER, "open.new"),
    (bad_calls.OPEN, bad_calls.KILL_BEFORE, "open.new"),
    (bad_calls.OPEN, bad_calls.KILL_AFTER, "open.new"),
], ids=["empty", "before-a-name", "behind-a-name"])
def test_names_whose_maker_died_are_made_by_the_next(instance, kinds, action, within):
    job = run_at_gate(instance)
    shutil.rmtree(names_folder(instance))
    instance.calls.arm(kinds, 1, action, 1, within)
    assert not instance.start()
    instance.calls.disarm()
    assert not names_folder(instance).exists()
    assert instance.start()
    goes_on(instance, job)


def test_what_is_open_goes_on_where_no_names_can_be_made(instance):
    job = run_at_gate(instance)
    shutil.rmtree(names_folder(instance))
    instance.calls.arm(bad_calls.NAME, 1, errno.ENOSPC, 1, "open.new")
    assert instance.start()
    assert "make `open.new`: No space left" in instance.said()
    assert not names_folder(instance).exists()
    instance.kill()
    assert instance.start()
    goes_on(instance, job)


def test_job_whose_name_cannot_be_made_is_not_begun(instance):
    instance.calls.arm(bad_calls.OPEN, 1, errno.ENOSPC, 1, "/state/open")
    reply = execute(instance, shell("true"))
    assert instance.calls["hits"] == 1
    assert "No space left" in json.dumps(reply), reply
    assert (names(instance), secrets(instance)) == ([], [])
    assert execute(instance, shell("true"))["parameters"]["outcome"] == "finished"
    assert instance.stop() == []


def test_name_that_stays_is_taken_away_by_the_next_start(instance):
    instance.calls.arm(bad_calls.NAME, 1, errno.EIO, 1, "/state/open")
    assert execute(instance, shell("true"))["parameters"]["outcome"] == "finished"
    job = instance.place.job()
    assert (names(instance), secrets(instance)) == ([str(job.id)], [])
    assert instance.stop() == []
    assert instance.start()
    assert is_settled(instance, job)


def test_file_that_stays_keeps_its_name(instance):
    instance.calls.arm(bad_calls.NAME, 2, errno.EIO, bad_calls.ALWAYS, SECRET)
    assert execute(instance, shell("true"))["parameters"]["outcome"] == "finished"
    job = instance.place.job()
    assert (names(instance), secrets(instance)) == ([str(job.id)], [job.folder / SECRET])
    instance.kill()
    instance.calls.disarm()
    assert instance.start()
    assert is_settled(instance, job)


def test_start_looks_into_no_folder_of_a_job_that_waits(instance):
    """Whoever looked would find the file of one that nobody runs, and remove it."""
    reply = instance.call("io.axe.Cluster.QueueJob", jobs=[
        {"manifest": shell("true"), "options": {"hold": True}}])
    job, = reply["parameters"]["jobs"]
    assert instance.stop() == []
    secret = instance.place.state / "jobs" / str(job) / SECRET
    secret.touch()
    assert instance.start()
    assert secret.exists()
    instance.kill()
    shutil.rmtree(names_folder(instance))
    assert instance.start()
    assert (names(instance), secret.exists()) == ([], False)
    assert instance.stop() == []
