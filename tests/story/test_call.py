"""axe call: any method, from the shell."""

import json
import os
import pathlib
import re
import signal
import subprocess

import pytest
from axe import PATIENCE_S, until
from console import read_until
from daemon import Daemon

CONTROL = pathlib.Path(__file__).parents[2] / "supervisor" / "control"
SLEEPER = {"name": "sleeper", "assessments": [{"name": "a", "command": ["sleep", "999"]}]}
QUICK = {"name": "quick", "assessments": [{"name": "a", "command": ["true"], "timeout": "20s"}]}


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


def call(axe, daemon, *words, **options):
    return axe("call", "--socket", daemon.socket, *words, **options)


def lines(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_reply_is_one_json_line(axe, daemon):
    info, = lines(call(axe, daemon, "org.varlink.service.GetInfo"))
    assert info["product"] == "axed"
    described, = lines(call(axe, daemon, "org.varlink.service.GetInterfaceDescription",
                            '{"interface": "io.axe.Events"}'))
    assert described["description"].startswith("#")


def test_parameters_come_from_standard_input(axe, daemon):
    plan, = lines(call(axe, daemon, "io.axe.Engine.PlanJob", "-",
                       input=json.dumps({"manifest": QUICK})))
    assert plan["plan"]


def test_socket_of_the_environment_is_called(axe, daemon):
    done = axe("call", "io.axe.Engine.ListJobs",
               env={**axe.environment(), "AXE_SOCKET": daemon.socket})
    assert lines(done) == [{"jobs": []}]


def test_whole_job_is_run_with_more_and_read_again(axe, daemon):
    replies = lines(call(axe, daemon, "--more", "io.axe.Engine.ExecuteJob",
                         json.dumps({"manifest": QUICK})))
    assert replies[0]["job"] == 1
    assert [each["event"]["type"] for each in replies[1:-1]] == [
        "job.begin", "assessment.begin", "assessment.end", "job.end"]
    assert replies[-1]["outcome"] == "finished"
    page, = lines(call(axe, daemon, "io.axe.Events.GetEvents", '{"job": 1}'))
    assert [(each["seq"], each["type"], each["data"]) for each in page["events"]] == [
        (each["event"]["seq"], each["event"]["type"], each["event"]["data"])
        for each in replies[1:-1]]
    assert lines(call(axe, daemon, "io.axe.Events.GetLast")) == [{"last": 4}]


def test_each_reply_is_there_as_soon_as_it_came(axe, daemon):
    watcher = axe.start("call", "--socket", daemon.socket, "--more", "io.axe.Events.Subscribe",
                        '{"after": 0}')
    assert call(axe, daemon, "io.axe.Engine.ExecuteJob",
                json.dumps({"manifest": QUICK})).returncode == 0
    assert json.loads(watcher.stdout.readline())["event"]["type"] == "job.begin"
    assert watcher.poll() is None
    watcher.send_signal(signal.SIGINT)
    watcher.communicate(timeout=PATIENCE_S)
    assert watcher.returncode == -signal.SIGINT


def test_oneway_call_is_carried_out_and_prints_nothing(axe, daemon):
    started = call(axe, daemon, "--oneway", "io.axe.Engine.ExecuteJob",
                   json.dumps({"manifest": SLEEPER}))
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
    until(lambda: [each for job in daemon.call("io.axe.Engine.ListJobs")["parameters"]["jobs"]
                   for each in job["running"]], "its assessment runs")
    wrong = call(axe, daemon, "--oneway", "io.axe.Engine.Explode")
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (0, "", "")
    receipt, = lines(until(lambda: terminate(axe, daemon), "the job has begun"))
    assert receipt["receipt"]["killed"] == 1


def terminate(axe, daemon):
    done = call(axe, daemon, "io.axe.Engine.TerminateJob")
    return done if "NoJobRunning" not in done.stderr else None


@pytest.mark.parametrize("words, code, said", [
    (["io.axe.Engine.GetStatus"], 2, "io.axe.Engine.NoJobRunning {}"),
    (["io.axe.Engine.Explode"], 2,
     'org.varlink.service.MethodNotFound {"method":"io.axe.Engine.Explode"}'),
    (["io.axe.Explode.Now"], 2,
     'org.varlink.service.InterfaceNotFound {"interface":"io.axe.Explode"}'),
    (["io.axe.Engine.CancelAssessment"], 2,
     'org.varlink.service.InvalidParameter {"parameter":"index"}'),
    (["io.axe.Events.Subscribe"], 2, "org.varlink.service.ExpectedMore {}"),
    (["--more", "io.axe.Events.Subscribe", '{"types": ["x\\u001b"]}'], 2,
     'io.axe.Events.UnknownType {"type":"x\\u001B","known":["'),
])
def test_error_is_told_by_name_with_its_parameters(axe, daemon, words, code, said):
    done = call(axe, daemon, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"axe call: {said}")


def test_methods_of_an_interface_are_listed(axe, daemon):
    done = call(axe, daemon, "io.axe.Engine")
    text = (CONTROL / "io.axe.Engine.varlink").read_text(encoding="utf-8")
    declared = re.findall(r"^method (\w+)", text, re.M)
    assert [re.match(r"io\.axe\.Engine\.(\w+)\(.*\) -> \(.*\)$", line)[1]
            for line in done.stdout.splitlines()] == declared
    assert ("io.axe.Engine.TerminateJob(job: ?int, ticket: ?string) -> "
            "(receipt: object, durable: bool)") in done.stdout.splitlines()
    everything = call(axe, daemon).stdout
    assert done.stdout in everything
    assert "org.varlink.service.GetInfo() -> (vendor: string, product: string" in everything
    nothing = call(axe, daemon, "io.axe.Nothing")
    assert nothing.returncode == 2
    assert nothing.stderr.startswith("axe call: org.varlink.service.InterfaceNotFound ")


def test_what_is_not_there_is_refused_with_what_is(axe, daemon):
    bare = call(axe, daemon, "TerminateJob")
    assert bare.returncode == 2
    assert "`TerminateJob` needs its interface: io.axe.Engine.TerminateJob" in bare.stderr
    for word in ("Terminate", "io.axe.Engine.Terminate", "io.axe.Nothing.Terminate"):
        done = call(axe, daemon, word, "{}")
        assert done.returncode == 2
        assert "`axe call` tells all methods that there are" in done.stderr


def test_private_run_is_called_by_its_number(axe):
    running = axe.start("run", "--", "sh", "-c", "echo ready; sleep 999")
    read_until(running.stdout, "ready\n")
    status, = lines(axe("call", "--state-dir", axe.state, "--job", "1", "io.axe.Engine.GetStatus"))
    assert status["status"]["job"] == 1
    refused = axe("call", "--state-dir", axe.state, "--job", "1", "io.axe.Events.GetLast")
    assert refused.returncode == 3
    assert refused.stderr.startswith("axe call: io.axe.Events.StoreUnavailable {")
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE_S)
    gone = axe("call", "--state-dir", axe.state, "--job", "1", "io.axe.Engine.GetStatus")
    assert (gone.returncode, gone.stderr) == (2, "axe call: job 1 does not run\n")
    axe.assert_nothing_left()


@pytest.mark.parametrize("words", [
    ["io.axe.Engine.ListJobs", "[]"], ["io.axe.Engine.ListJobs", "{"],
    ["io.axe.Engine.ListJobs", '{"a": 1, "a": 2}'],
    ["io.axe.Engine.ListJobs", "{}", "{}"],
    ["--more", "--oneway", "io.axe.Engine.ListJobs"],
])
def test_wrong_words_are_refused(axe, daemon, words):
    done = call(axe, daemon, *words)
    assert done.returncode == 2
    assert "usage: axe call" in done.stderr


def test_supervisor_that_is_not_there(axe, tmp_path):
    done = axe("call", "--socket", tmp_path / "none.sock", "io.axe.Engine.ListJobs")
    assert done.returncode == 8


def test_output_that_cannot_be_written_fails(axe, daemon):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(axe.words("call", "--socket", daemon.socket, "io.axe.Engine.ListJobs"),
                              stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                              timeout=PATIENCE_S, env=dict(os.environ))
    assert done.returncode == 3
    assert "No space left" in done.stderr
