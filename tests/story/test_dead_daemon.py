"""What a daemon that died left open and nobody can go on with is ended by the next one, and no job of
it counts as running. (What the next one goes on with: test_adoption.py.)"""

import contextlib
import json
import sqlite3

import pytest
from axe import until
from console import end
from daemon import Daemon, events

HELD = """
name: {name}
assessments:
  - {{name: done, command: ["true"], timeout: 60s}}
  - {{name: held, command: [sleep, "999"], timeout: 60s}}
  - {{name: never, command: ["true"], timeout: 60s}}
"""


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


def submit(axe, daemon, name):
    path = axe.manifest(HELD.format(name=name), f"{name}.yaml")
    return axe.start("run", "--socket", daemon.socket, "-o", "ndjson", path)


def hear(client, kind):
    for line in client.stdout:
        event = json.loads(line)
        if event["type"] == kind:
            return event
    raise AssertionError(f"no {kind}: {client.stderr.read()}")


def begin(axe, daemon, name):
    client = submit(axe, daemon, name)
    hear(client, "assessment.end")
    hear(client, "assessment.begin")
    until(lambda: len(axe.jobs()[0].trace("assessment.begin")) == 2, "the trace has it, too")
    return client


def lose(axe):
    """What a successor would need to go on."""
    for job in axe.jobs():
        (job.folder / ".supervisor.json").unlink(missing_ok=True)


def restart(axe, daemon):
    daemon.kill()
    lose(axe)
    daemon.start()
    until(lambda: not axe.inhabitants(), "what ran is ended")


def states(axe):
    return [job["state"] for job in json.loads(axe("list", "-o", "json").stdout)["jobs"]]


def test_running_job_has_failed_because_its_supervisor_ended(axe, daemon):
    client = begin(axe, daemon, "running")
    restart(axe, daemon)
    assert end(client)[0] == 3
    job = axe.job()
    assert (job["outcome"], job["code"]) == ("error", 0x80040202)
    assert [each["verdict"] for each in job["assessments"]] == ["passed", "error", "not_run"]
    assert (job["executed"], job["failed"]) == (2, 1)
    assert "the supervisor ended" in job["errors"][-1]["text"]
    assert job["errors"][-1]["code"] == job["code"]
    assert job["errors"][-2]["assessment"] == 1
    assert job["errors"][-2]["name"] == "AXE_E_ASSESSMENT_COULD_NOT_FINISH"
    assert job.lifecycle() == ["job.begin", "assessment.begin", "assessment.end",
                               "assessment.begin", "assessment.end", "job.end"]
    assert states(axe) == ["Failed"]


def test_client_says_that_its_job_is_not_ended_yet(axe, daemon):
    client = begin(axe, daemon, "running")
    daemon.kill()
    code, _, errors = end(client)
    assert code == 3
    assert "the next one at its place goes on with job 1" in errors
    assert "nothing of the job is left" not in errors and axe.inhabitants()
    daemon.start()


def test_waiting_job_ends_without_a_beginning(axe, daemon):
    first = begin(axe, daemon, "running")
    second = submit(axe, daemon, "waiting")
    hear(second, "job.pending")
    restart(axe, daemon)
    assert end(first)[0] == 3
    end(second)
    waited = axe.jobs()[1]
    assert [each["verdict"] for each in waited["assessments"]] == ["not_run"] * 3
    assert waited.lifecycle() == ["job.end"]
    assert states(axe) == ["Failed", "Failed"]


def test_replay_tells_each_end_once(axe, daemon):
    first = begin(axe, daemon, "running")
    second = submit(axe, daemon, "waiting")
    hear(second, "job.pending")
    for _ in range(2):
        restart(axe, daemon)
    end(first), end(second)
    told = daemon.call("io.axe.Events.GetEvents", after=0)["parameters"]["events"]
    assert [each["seq"] for each in told] == list(range(1, len(told) + 1))
    kinds = {job: [each["type"] for each in told if each["job"] == job] for job in (1, 2)}
    assert kinds[1] == ["job.begin", "assessment.begin", "assessment.end", "assessment.begin",
                        "assessment.end", "job.end"]
    assert kinds[2] == ["job.pending", "job.end"]
    with daemon.subscribe(after=0) as client:
        assert events(client, "job.end")[-1]["data"]["outcome"] == "error"


def test_job_whose_results_are_written_keeps_its_outcome(axe, daemon):
    client = submit(axe, daemon, "ended")
    hear(client, "job.begin")
    until(lambda: axe.inhabitants(), "it runs")
    daemon.kill()
    end(client)
    lose(axe)
    # As if it had died between the results and the store.
    folder = axe.job().folder
    results = {"v": 1, "job": 1, "name": "ended", "outcome": "canceled", "code": 0x80041013,
               "counts": {}, "errors": [], "assessments": []}
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    daemon.start()
    until(lambda: not axe.inhabitants(), "what ran is ended")
    assert states(axe) == ["Canceled"]
    told = daemon.call("io.axe.Events.GetEvents", after=0)["parameters"]["events"]
    assert (told[-1]["type"], told[-1]["data"]["outcome"]) == ("job.end", "canceled")


def test_folder_that_is_gone_does_not_keep_the_job_running(axe, daemon):
    client = begin(axe, daemon, "gone")
    daemon.kill()
    end(client)
    folder = axe.job().folder
    folder.rename(folder.parent.parent / "gone")
    daemon.start()
    until(lambda: not axe.inhabitants(), "what ran is ended")
    told = daemon.call("io.axe.Events.GetEvents", after=0)["parameters"]["events"]
    assert told[-1]["type"] == "job.end"


def test_job_of_an_earlier_boot_ended_because_the_host_restarted(axe, daemon):
    client = begin(axe, daemon, "rebooted")
    daemon.kill()
    end(client)
    lose(axe)
    with contextlib.closing(sqlite3.connect(axe.state / "axe.db")) as store, store:
        store.execute("UPDATE boots SET boot_id = '00000000-0000-0000-0000-000000000000'")
    daemon.start()
    until(lambda: not axe.inhabitants(), "what ran is ended")
    assert "the host restarted" in axe.job()["errors"][-1]["text"]
    assert axe.job()["reason"] == "host_restarted"
