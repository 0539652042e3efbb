"""Clients that are gone in the middle of a call: what they began goes on, and nobody else suffers."""

import contextlib
import json
import os
import pathlib
import time

import pytest
from axe import until
from daemon import Daemon, replies, send

INTERFACES = ("io.axe.Engine", "io.axe.Events", "io.axe.Cluster", "org.varlink.service")
JOB = {"name": "left", "assessments": [
    {"name": "a", "command": ["sh", "-c", "sleep 0.05; exit 3"], "timeout": "20s"}]}
# What a call must have to be more than refused.
PARAMETERS = {
    "manifest": JOB, "job": 1, "jobs": [1], "index": 0, "after": 0, "name": "Slots", "value": 1,
    "interface": "io.axe.Engine", "options": {},
}
PAUSES_S = (0, 0.001, 0.01)


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root), "--run-dir",
                    str(axe.state.parent / "run"))
    yield daemon
    assert daemon.stop() == 0
    # What is added and never submitted has a folder without a trace.
    assert [each for each in axe.remains() if not each.startswith("half a job")] == []


def execute(daemon):
    reply = daemon.call("io.axe.Engine.ExecuteJob", manifest=JOB)
    assert reply["parameters"].get("outcome") == "failed", reply


def methods(daemon):
    """(name, names of its parameters) of all."""
    for interface in INTERFACES:
        text = daemon.call("org.varlink.service.GetInterfaceDescription",
                           interface=interface)["parameters"]["description"]
        for line in text.splitlines():
            if line.startswith("method "):
                name, _, rest = line[len("method "):].partition("(")
                names = [part.split(":")[0].strip() for part in rest.split(",") if ":" in part]
                yield f"{interface}.{name}", names


def calls(daemon):
    for name, names in methods(daemon):
        chosen = {each: PARAMETERS[each] for each in names if each in PARAMETERS}
        if name.startswith("io.axe.Cluster") and "jobs" in chosen and name.endswith(
                ("AddJob", "QueueJob")):
            chosen["jobs"] = [{"manifest": JOB}]
        for more in (False, True):
            yield json.dumps({"method": name, "parameters": chosen, "more": more}).encode() + b"\0"


def sockets(daemon):
    """The sockets that it has open."""
    count = 0
    for each in pathlib.Path(f"/proc/{daemon.process.pid}/fd").iterdir():
        # One that is closed meanwhile is none.
        with contextlib.suppress(FileNotFoundError):
            count += os.readlink(each).startswith("socket:")
    return count


def running(daemon):
    return daemon.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]


def events(daemon):
    seen, last = [], 0
    while True:
        page = daemon.call("io.axe.Events.GetEvents", after=last)["parameters"]
        seen += page["events"]
        if page["last"] <= last:
            return seen
        last = page["last"]


def test_client_that_is_gone_in_the_middle_of_each_call(axe, daemon):
    execute(daemon)
    before = sockets(daemon)
    count = 0
    for call in calls(daemon):
        for pause in PAUSES_S:
            for size in (len(call) // 2, len(call) - 1, len(call)):
                with daemon.connect() as client:
                    client.sendall(call[:size])
                    time.sleep(pause)
                count += 1
    assert count > 9 * 30, "the methods are found"
    until(lambda: not running(daemon), "what was begun has ended")
    until(lambda: not axe.inhabitants(), "nothing of it is left")
    told = events(daemon)
    assert [each["seq"] for each in told] == list(range(1, len(told) + 1))
    jobs = {(each["job"], each["attempt"]) for each in told if each["type"] == "job.begin"}
    # Whole calls of ExecuteJob and QueueJob alone are more.
    assert len(jobs) >= 6
    for job in jobs:
        kinds = [each["type"] for each in told if (each["job"], each.get("attempt")) == job]
        assert (kinds.count("job.begin"), kinds.count("job.end")) == (1, 1), (job, kinds)
        assert kinds.count("assessment.begin") == kinds.count("assessment.end"), (job, kinds)
    execute(daemon)
    until(lambda: sockets(daemon) <= before, "their connections are closed")


def subscribe(daemon):
    """A connection, on which the answer may be that there is no room."""
    client = daemon.connect()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        send(client, "io.axe.Events.Subscribe", {"after": 0}, True)
    return client


def hears_all(listener, last):
    """False: it was told that there is no room."""
    seen = []
    for reply in replies(listener):
        if "error" in reply:
            assert reply["error"].endswith("LimitReached"), reply
            return False
        seen.append(reply["parameters"]["event"]["seq"])
        if seen[-1] == last:
            assert seen == list(range(1, last + 1))
            return True
    raise AssertionError(f"it was left alone behind {seen}")


def test_thousand_subscribers_of_whom_one_never_reads(daemon):
    """Those for whom there is no room are told so; those who are let in miss nothing."""
    mute = daemon.subscribe(after=0)
    caller = daemon.connect()
    listeners = [subscribe(daemon) for _ in range(999)]
    answers = replies(caller)
    for _ in range(3):
        send(caller, "io.axe.Engine.ExecuteJob", {"manifest": JOB})
        assert next(answers)["parameters"]["outcome"] == "failed"
    send(caller, "io.axe.Events.GetLast", {})
    last = next(answers)["parameters"]["last"]
    heard = [hears_all(each, last) for each in listeners]
    assert heard.count(True) >= 100, heard.count(True)
    for client in (mute, caller, *listeners):
        client.close()
