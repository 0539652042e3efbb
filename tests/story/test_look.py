"""Looking at jobs: list, show, log, trace, plan, doctor, and the help."""

import json
import os
import pathlib
import re
import signal
import subprocess

import pytest
from axe import BIN, until
from console import end, latest, manifest, read_until

VERBS = ["run", "validate", "plan", "import", "list", "show", "log", "trace", "cancel",
         "terminate", "call", "doctor"]


@pytest.fixture
def three(axe):
    """A job with a good, a bad and a leaking assessment."""
    axe("run", manifest(
        axe, {"name": "good", "command": ["sh", "-c", "echo out; echo err >&2"], "timeout": "20s"},
        {"name": "bad", "command": ["sh", "-c", "exit 3"], "timeout": "20s"},
        {"name": "leaky", "command": "sleep 999 & exit 0", "timeout": "20s"}))
    return axe


def test_list_of_nothing_is_empty(axe):
    done = axe("list")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(axe("list", "-o", "json").stdout) == {"v": 1, "jobs": []}


def test_list_has_a_row_for_each_job(three):
    three("run", "--", "true")
    lines = three("list").stdout.splitlines()
    assert re.match(r"JOB +NAME +STATE +OUTCOME", lines[0])
    assert re.match(r" +1 +story +Failed +failed .* 1 +2 +0$", lines[1])
    assert re.match(r" +2 +true +Finished +finished .* 1 +0 +0$", lines[2])
    listed = json.loads(three("list", "-o", "json").stdout)["jobs"]
    assert [job["job"] for job in listed] == [1, 2]
    assert "assessments" not in listed[0]


def test_show_tells_outcome_verdicts_and_reasons(three):
    text = three("show", "1").stdout
    assert re.search(r"^outcome +failed \(AXE_E_JOB_ASSESSMENTS_FAILED\)$", text, re.M)
    assert re.search(r"^ +0 +good +passed ", text, re.M)
    assert re.search(r"^ +1 +bad +failed .*exit status 3$", text, re.M)
    assert re.search(r"^2 leaky: passed, but 1 process leaked: .*sleep 999", text, re.M)
    assert str(latest(three).folder) in text


def test_show_json_has_the_promised_fields(three):
    job = json.loads(three("show", "-o", "json", "1").stdout)
    for field in ("job", "name", "state", "message", "outcome", "attempts", "assessments"):
        assert field in job
    for field in ("name", "index", "try", "verdict", "error", "exit", "killer", "leaks",
                  "warnings", "processes", "integrity", "usage", "start", "duration_ms"):
        assert field in job["assessments"][0]


def test_show_of_one_assessment(three):
    job = json.loads(three("show", "-o", "json", "1/1").stdout)
    assert [each["name"] for each in job["assessments"]] == ["bad"]
    done = three("show", "1/7")
    assert done.returncode == 2
    assert "no result of assessment 7" in done.stderr
    done = three("show", "1/0.3")
    assert done.returncode == 2
    assert "no result of try 3 of assessment 0" in done.stderr


def test_running_job_is_shown_as_running(axe):
    running = axe.start("run", "--", "sh", "-c", "echo ready; sleep 999")
    read_until(running.stdout, "ready\n")
    text = axe("show", "1").stdout
    assert re.search(r"^state +Running$", text, re.M)
    assert re.search(r"^running +0 sh, ", text, re.M)
    assert re.search(r" +1 +sh +Running ", axe("list").stdout)
    running.send_signal(signal.SIGTERM)
    running.communicate()
    assert re.search(r"^state +Canceled$", axe("show", "1").stdout, re.M)


def test_log_prints_what_was_printed(three):
    assert three("log", "1/0").stdout == "out\n"
    assert three("log", "--stderr", "1/0.1").stdout == "err\n"
    assert three("log", "--both", "1/0").stdout == "out\nerr\n"
    done = three("log", "1")
    assert done.stdout == "out\n"
    assert "==> 1/1.1 stdout <==" in done.stderr


def test_log_of_what_never_ran(three):
    for name in ("1/9", "1/0.2"):
        done = three("log", name)
        assert done.returncode == 2
        assert "did not run" in done.stderr


def test_log_follows_a_job_to_its_end(axe):
    running = axe.start("run", "--", "sh", "-c", "echo one; read line; echo $line",
                        stdin=subprocess.PIPE)
    read_until(running.stdout, "one\n")
    follower = axe.start("log", "-f", "1")
    read_until(follower.stdout, "one\n")
    running.communicate("two\n")
    assert end(follower)[:2] == (0, "two\n")


def test_log_follows_from_one_assessment_to_the_next(axe):
    fifo = axe.state.parent / "fifo"
    os.mkfifo(fifo)
    reader = {"command": ["sh", "-c", f"read line < {fifo}; echo got $line"], "timeout": "60s"}
    running = axe.start("run", manifest(axe, {"name": "one", **reader}, {"name": "two", **reader}))
    until(lambda: axe.jobs() and latest(axe).folder.joinpath("1/0.1/stdout").exists(), "one runs")
    follower = axe.start("log", "-f", "1")
    for word in ("one", "two"):
        with open(fifo, "w", encoding="ascii") as writer:
            writer.write(word + "\n")
        read_until(follower.stdout, f"got {word}\n")
    assert end(running)[0] == 0
    code, _, stderr = end(follower)
    assert code == 0
    assert stderr == "==> 1/0.1 stdout <==\n==> 1/1.1 stdout <==\n"


def test_trace_tells_the_story_of_every_process(three):
    text = three("trace", "1/2").stdout
    assert re.search(r"leaky begins: `/bin/sh -c 'sleep 999 & exit 0'`", text)
    assert re.search(r"sleep\[(\d+)\] runs `sleep 999`", text)
    assert re.search(r"sleep\[\d+\] dies of SIGKILL", text)
    assert "good" not in text
    only = three("trace", "--process", "1").stdout
    assert "begins" not in only and "runs `sleep 999`" in only


def test_trace_as_it_was_written(three):
    raw = (latest(three).folder / "trace.ndjson").read_text()
    assert three("trace", "-o", "ndjson", "1").stdout == raw
    assert len(json.loads(three("trace", "-o", "json", "1").stdout)) == len(raw.splitlines())


def test_foreign_text_cannot_steer_the_terminal(axe):
    name = "x\033[2Jy"
    axe("run", "--", "sh", "-c", f"exec -a '{name}' sleep 0 2>/dev/null || sleep 0; exit 3", name)
    for words in [("show", "1"), ("trace", "1"), ("list",)]:
        assert "\033" not in axe(*words).stdout, words


def test_plan_shows_and_runs_nothing(axe):
    path = manifest(axe, {"name": "one", "command": ["touch", "ran me"], "timeout": "5s",
                         "limits": {"pids": 64}})
    done = axe("plan", path)
    assert done.returncode == 0
    assert "touch 'ran me'" in done.stdout and "timeout 5 s" in done.stdout
    assert "limit pids = 64" in done.stdout
    assert not (axe.state.parent / "ran me").exists()
    assert json.loads(axe("plan", "-o", "json", path).stdout)["assessments"][0]["argv"] == [
        "touch", "ran me"]
    assert not axe.state.exists()


def test_doctor_says_that_it_works(axe):
    done = axe("doctor")
    assert done.returncode == 0
    assert os.uname().release in done.stdout
    assert "axe works on this host" in done.stdout
    assert json.loads(axe("doctor", "-o", "json").stdout)["works"] is True


def test_bad_cgroup_root_is_explained(axe):
    done = axe("doctor", "--cgroup-root", "/tmp")
    assert done.returncode == 3
    assert "/tmp" in done.stdout
    assert "axe does not work on this host" in done.stdout


def unprivileged(*words):
    # A copy that nobody can read wherever the build tree is.
    return subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", *map(str, words)],
                          capture_output=True, text=True, check=False, cwd="/")


def test_without_root_one_line_says_what_is_needed(axe):
    program = pathlib.Path("/var/tmp") / f"axe-story-{os.getpid()}"
    program.write_bytes((BIN / "axe").read_bytes())
    program.chmod(0o755)
    try:
        path = manifest(axe, {"name": "one", "command": ["true"]})
        for words in (["run", "--", "true"], ["plan", path], ["doctor"]):
            done = unprivileged(program, *words)
            assert done.returncode == 9, done.stderr
            assert done.stderr.count("\n") == 1
            assert "root" in done.stderr and "sudo" in done.stderr
    finally:
        program.unlink()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(axe, verb):
    done = subprocess.run([BIN / "axe", verb, "--help"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0
    assert f"usage: axe {verb}" in done.stdout
    assert subprocess.run([BIN / "axe", "help", verb], capture_output=True, text=True,
                          check=False).stdout == done.stdout


def test_help_lists_the_result_codes():
    done = subprocess.run([BIN / "axe", "help", "codes"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0
    assert re.search(r"^0x80041013  AXE_E_JOB_CANCELED +published ", done.stdout, re.M)
    assert re.search(r"^0x80049000  AXE_E_NO_JOB_RUNNING +ours ", done.stdout, re.M)


def test_overview_names_every_verb():
    done = subprocess.run([BIN / "axe", "help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for verb in VERBS:
        assert re.search(rf"^  {verb} +\w", done.stdout, re.M)
    version = subprocess.run([BIN / "axe", "--version"], capture_output=True, text=True,
                             check=False)
    assert re.fullmatch(r"axe \d+\.\d+\.\d+\n", version.stdout)


@pytest.mark.parametrize("words, named", [
    (["rnu"], "axe run"), (["lst"], "axe list"), (["run", "--timeot", "5s"], "--timeout"),
    (["run"], "expected a manifest"), (["run", "a", "b"], "expected one manifest"),
    (["run", "--"], "expected a command"), (["run", "m", "--", "true"], "before `--`"),
    (["run", "--leaks", "never", "--", "true"], "fail, warn, allow"),
    (["show"], "expected one job"), (["show", "x"], "12/3.2"),
    (["list", "--output", "xml"], "table, json, ndjson"),
])
def test_wrong_words_are_exit_code_2_with_advice(words, named):
    done = subprocess.run([BIN / "axe", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stdout == ""
