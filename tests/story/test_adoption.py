"""A supervisor that is killed loses nothing: its successor goes on with the jobs."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import tempfile
import threading
import time

import pytest
from axe import BIN, until
from console import end, manifest
from daemon import Daemon

ONE = ["job.begin", "assessment.begin", "assessment.end", "job.end"]


@pytest.fixture
def run_dir():
    """Short: the paths of sockets are bounded."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="axe-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def daemon(axe, run_dir):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root), "--run-dir", str(run_dir))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()
    assert list(run_dir.glob("*.bpf")) == []


def shell(script, name="one", **keys):
    return {"name": name, "command": ["sh", "-c", script], "timeout": "60s", **keys}


def submit(axe, daemon, *assessments, **keys):
    """Run it by a client that will lose its supervisor."""
    return axe.start("run", "--socket", daemon.socket, "-o", "ndjson",
                     manifest(axe, *assessments, **keys))


def begun(axe, count=1):
    """Until that many assessments have begun, as the trace tells."""
    def traced():
        with contextlib.suppress(FileNotFoundError):
            return axe.jobs() and len(axe.job().trace("assessment.begin")) >= count
    until(traced, "it runs")


def life(job):
    """The kinds of all that was told of it, but for its processes and for what others did here."""
    return [line["type"] for line in job.trace()
            if not line["type"].startswith("process.") and line["type"] != "residue"]


def gate(axe):
    """A file that programs wait for."""
    return axe.state.parent / "go"


def await_gate(axe):
    return f"while ! [ -e {gate(axe)} ]; do sleep 0.02; done"


def told(daemon, job=1):
    answer = daemon.call("io.axe.Events.GetEvents", after=0)
    events = answer["parameters"]["events"]
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    return [each for each in events if each["job"] == job]


def ended(axe, daemon):
    """The job, once its end is stored; both accounts of it agree."""
    until(lambda: [each["type"] for each in told(daemon)][-1:] == ["job.end"], "its end is stored")
    until(lambda: not axe.inhabitants(), "nothing is left of it")
    job = axe.job()
    assert [line["seq"] for line in job.trace()] == list(range(1, len(job.trace()) + 1))
    assert [each["type"] for each in told(daemon) if each["type"] != "residue"] == life(job)
    assert not (job.folder / ".supervisor.json").exists()
    return job


def await_gate_alone(axe):
    """The same without a command."""
    return f"while ! [ -e {gate(axe)} ]; do :; done"


def killed_once_all_is_written(axe, daemon, script, *following):
    """What was heard and not written dies with it: of a script without commands, nothing."""
    client = submit(axe, daemon, shell(script), *following)
    begun(axe)
    until(lambda: axe.job().trace("process.exec"), "its own command is written")
    daemon.kill()
    end(client)


def killed_while_it_runs(axe, daemon, *assessments, **keys):
    client = submit(axe, daemon, *assessments, **keys)
    begun(axe)
    daemon.kill()
    end(client)


def test_running_assessment_goes_on_to_its_own_end(axe, daemon):
    killed_once_all_is_written(
        axe, daemon, f"echo before; {await_gate_alone(axe)}; echo after; exit 5")
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert life(job) == ONE
    assert job.only()["exit"] == {"status": 5}
    assert job.only()["verdict"] == "failed"
    assert job.output() == b"before\nafter\n"
    job.assert_all_accounted_for()
    assert axe("wait", "1", "--socket", daemon.socket).returncode == 1
    assert axe("show", "1").returncode == 0


def unsurveyed(result):
    return [each["evidence"] for each in result["warnings"] if each.get("kind") == "incomplete"]


def test_result_says_that_nobody_knows_what_it_left_of_the_host(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(await_gate(axe)), shell("true", "next"))
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    one, after = job["assessments"]
    told, = unsurveyed(one)
    assert "supervisor that looked at the host before it began has died" in told
    assert one["verdict"] == "passed"
    assert unsurveyed(after) == []
    assert unsurveyed(job) == [told]
    assert told in axe("show", "1").stdout


def test_nothing_is_said_of_a_survey_that_nobody_wanted(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(await_gate(axe), residue="ignore"))
    daemon.start()
    gate(axe).touch()
    assert unsurveyed(ended(axe, daemon).only()) == []


def test_end_that_nobody_saw_is_known_by_its_record(axe, daemon):
    killed_once_all_is_written(axe, daemon, f"{await_gate_alone(axe)}; kill -USR1 $$")
    gate(axe).touch()
    until(lambda: not axe.inhabitants(), "it has ended")
    time_of_end = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    daemon.start()
    job = ended(axe, daemon)
    assert job.only()["verdict"] == "crashed"
    assert job.only()["exit"]["signal"] == signal.SIGUSR1
    assert job.only()["killer"]["origin"] == "itself"
    assert all(line["mono_ns"] < time_of_end for line in job.trace("process.exit"))
    job.assert_all_accounted_for()


def test_killer_from_outside_is_named(axe, daemon):
    killed_while_it_runs(axe, daemon, shell("exec sleep 999"))
    pid, = axe.inhabitants()
    os.kill(pid, signal.SIGTERM)
    until(lambda: not axe.inhabitants(), "it has ended")
    daemon.start()
    killer = ended(axe, daemon).only()["killer"]
    assert (killer["pid"], killer["signal"]) == (os.getpid(), signal.SIGTERM)


def test_job_frozen_by_a_supervisor_that_died_is_thawed(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(f"{await_gate(axe)}; exit 5"))
    gate(axe).touch()
    group = pathlib.Path(axe.job().trace("job.begin")[0]["data"]["group"])
    for frozen in [group, *(each for each in group.iterdir() if each.is_dir())]:
        (frozen / "cgroup.freeze").write_text("1")
    daemon.start()
    assert ended(axe, daemon).only()["exit"] == {"status": 5}


def test_timeout_goes_on_counting(axe, daemon):
    killed_while_it_runs(axe, daemon, shell("sleep 999", timeout="2s", timeout_grace="0s"))
    daemon.start()
    job = ended(axe, daemon)
    assert job.only()["verdict"] == "timeout"
    assert 2000 <= job.only()["duration_ms"] < 60000


def test_timeout_that_ran_out_meanwhile_is_made_good(axe, daemon):
    killed_while_it_runs(axe, daemon, shell("sleep 999", timeout="1s"))
    begin, = axe.job().trace("assessment.begin")
    until(lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC) > begin["mono_ns"] + 1_100_000_000,
          "its time is over")
    daemon.start()
    assert ended(axe, daemon).only()["verdict"] == "timeout"


def test_runtime_of_the_job_goes_on_counting(axe, daemon):
    killed_while_it_runs(axe, daemon, shell("sleep 999"), runtime="2s")
    daemon.start()
    job = ended(axe, daemon)
    assert job["outcome"] == "canceled"
    assert job["overrun"]


def test_leak_is_found_by_the_successor(axe, daemon):
    client = submit(axe, daemon, shell(f"(exec sleep 999) & {await_gate(axe)}; exit 0"))
    begun(axe)
    # A command that was heard and not written dies with its supervisor.
    until(lambda: ["sleep", "999"] in [line["data"]["argv"]
                                       for line in axe.job().trace("process.exec")], "it is told")
    daemon.kill()
    end(client)
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert job.only()["verdict"] == "leaked"
    assert [each["argv"] for each in job.only()["leaks"]] == [["sleep", "999"]]


def test_what_follows_is_run_by_the_successor(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(await_gate(axe)), shell("exit 3", "two"),
                         shell("exit 0", "three", depends=["two"]),
                         post={"command": ["sh", "-c", "echo post"], "timeout": "30s"})
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert [each["verdict"] for each in job["assessments"]] == ["passed", "failed", "passed"]
    assert job["post"]["verdict"] == "passed"


def test_parallel_assessments_all_go_on(axe, daemon):
    client = submit(axe, daemon, *[shell(f"{await_gate(axe)}; exit {at}", f"at-{at}")
                                   for at in range(4)], parallel=4)
    begun(axe, 4)
    daemon.kill()
    end(client)
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert [each["exit"] for each in job["assessments"]] == [{"status": at} for at in range(4)]


def test_post_action_goes_on(axe, daemon):
    client = submit(axe, daemon, shell("exit 0"),
                    post={"command": ["sh", "-c", f"{await_gate(axe)}; exit 4"], "timeout": "30s"})
    until(lambda: axe.jobs() and axe.job().trace("post.begin"), "the post action runs")
    daemon.kill()
    end(client)
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert job["post"]["exit"] == {"status": 4}
    assert life(job).count("post.end") == 1


def test_tries_go_on_being_counted(axe, daemon):
    count = axe.state.parent / "count"
    script = f"echo x >> {count}; [ $(wc -l < {count}) -lt 2 ] || {await_gate(axe)}; exit 1"
    client = submit(axe, daemon, shell(script, retry={"times": 2, "on": ["failed"]}))
    until(lambda: count.exists() and len(count.read_text()) == 4, "the second try runs")
    daemon.kill()
    end(client)
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert (job.only()["try"], len(job.only()["tries"])) == (3, 2)
    assert life(job) == ["job.begin", "assessment.begin", "assessment.try",
                               "assessment.try", "assessment.end", "job.end"]


def test_grace_of_a_cancel_goes_on(axe, daemon):
    client = submit(axe, daemon, shell("sleep 999"), shell("true", "two"))
    begun(axe)
    axe("cancel", "1", "--soft", "--grace", "2s", "--socket", daemon.socket)
    until(lambda: axe.job().trace("assessment.cancel"), "it is asked to stop")
    daemon.kill()
    end(client)
    daemon.start()
    job = ended(axe, daemon)
    assert job["outcome"] == "canceled"
    assert [each["verdict"] for each in job["assessments"]] == ["terminated", "not_run"]


@pytest.mark.parametrize("round", range(8))
def test_termination_under_way_is_completed(axe, daemon, round):
    client = submit(axe, daemon, shell("for i in 1 2 3 4 5 6 7 8; do sleep 999 & done; wait"))
    begun(axe)
    with daemon.connect() as caller:
        call = {"method": "io.axe.Engine.TerminateJob", "parameters": {"job": 1}}
        caller.sendall(json.dumps(call).encode() + b"\0")
        time.sleep(round * 0.002)
        daemon.kill()
    # Before the client is awaited: a child that froze before its exec holds its connection.
    daemon.start()
    end(client)
    # The call may not have arrived.
    daemon.call("io.axe.Engine.TerminateJob", job=1)
    job = ended(axe, daemon)
    assert job["outcome"] == "terminated"
    assert job.only()["verdict"] == "terminated"
    assert life(job).count("job.terminate") == 1
    assert life(job).count("assessment.end") == 1


def test_successor_may_die_as_well(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(f"{await_gate(axe)}; exit 5"))
    for _ in range(3):
        daemon.start()
        daemon.kill()
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert job.only()["exit"] == {"status": 5}
    assert life(job) == ONE


def test_job_can_be_steered_by_the_successor(axe, daemon):
    killed_while_it_runs(axe, daemon, shell("sleep 999"))
    daemon.start()
    assert axe("terminate", "1", "--yes", "--socket", daemon.socket).returncode == 0
    assert ended(axe, daemon)["outcome"] == "terminated"


def test_output_stays_bounded(axe, daemon):
    script = f"{await_gate(axe)}; head -c 20000000 /dev/zero; echo tail"
    killed_while_it_runs(axe, daemon, shell(script))
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert job.only()["output"]["stdout"]["truncated"]
    assert job.output().endswith(b"tail\n")


def test_secrets_are_still_known_and_still_kept(axe, daemon):
    killed_while_it_runs(axe, daemon, shell(await_gate(axe)),
                         shell('[ "$STORY_TOKEN" = secret ]', "two",
                               environment={"STORY_TOKEN": "secret"}))
    assert oct((axe.job().folder / ".supervisor.json").stat().st_mode & 0o777) == "0o600"
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert [each["verdict"] for each in job["assessments"]] == ["passed", "passed"]


@pytest.mark.parametrize("on_stop", [(), ("--on-stop", "keep")])
def test_stop_keeps_what_runs(axe, daemon, on_stop):
    daemon.stop()
    daemon.on_stop = on_stop
    daemon.start()
    client = submit(axe, daemon, shell(f"{await_gate(axe)}; exit 5"))
    begun(axe)
    assert daemon.stop() == 0
    end(client)
    assert axe.inhabitants()
    daemon.start()
    gate(axe).touch()
    job = ended(axe, daemon)
    assert job.only()["exit"] == {"status": 5}
    assert life(job) == ONE
    job.assert_all_accounted_for()


def test_cancel_reaches_it_through_the_successor(axe, daemon):
    support = f"{BIN / 'axe'} support"
    script = (f"{support} progress 10; until {support} canceled; do sleep 0.05; done; "
              f"{support} cancelling; exit 0")
    client = submit(axe, daemon, shell(script))
    begun(axe)
    until(lambda: axe.job().trace("assessment.progress"), "it has reported")
    daemon.kill()
    end(client)
    daemon.start()
    assert axe("cancel", "1", "--soft", "--socket", daemon.socket).returncode == 0
    job = ended(axe, daemon)
    assert job.only()["verdict"] == "canceled"
    assert job.only()["reported"]["percent"] == 10


def test_lock_that_a_newborn_child_holds_is_waited_for(axe, daemon):
    daemon.kill()
    with open(axe.state / "axe.lock", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        release = threading.Timer(0.3, lambda: fcntl.flock(lock, fcntl.LOCK_UN))
        release.start()
        daemon.start()
        release.join()
