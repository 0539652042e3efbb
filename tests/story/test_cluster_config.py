"""Parameters, top, help, and nobody to ask: what the verbs of a queue say of them."""

import json
import subprocess

import pytest
from axe import BIN
from fake_queue import EVIL, fixture_queue, fixture_run, job  # noqa: F401

PARAMETERS = [
    {"name": "TTLCompletedJobs", "value": 432000 * 10**9, "default": 432000 * 10**9,
     "minimum": 0, "maximum": 10**18, "unit": "ns"},
    {"name": "Slots", "value": 2, "default": 1, "minimum": 1, "maximum": 64, "unit": ""},
    {"name": "UserOutputBytes", "value": 1 << 30, "default": 1 << 30, "minimum": 0,
     "maximum": 1 << 50, "unit": "bytes"}]


def test_config_shows_and_sets(queue, run):
    queue.answers.update(Parameters={"parameters": PARAMETERS}, SetClusterParameter={})
    lines = run("config").stdout.splitlines()
    assert lines[1].split()[:3] == ["TTLCompletedJobs", "120h", "120h"]
    assert lines[2].split() == ["Slots", "2", "1", "1", "64"]
    assert run("config", "ttlcompletedjobs").stdout == "120h\n"
    assert run("config", "useroutputbytes").stdout == "1G\n"
    assert run("config", "slots=4", "TTLCompletedJobs=48h", "UserOutputBytes=2G").returncode == 0
    assert queue.asked("SetClusterParameter") == [
        {"name": "Slots", "value": 4}, {"name": "TTLCompletedJobs", "value": 172800 * 10**9},
        {"name": "UserOutputBytes", "value": 2 << 30}]
    assert json.loads(run("config", "-o", "json").stdout) == {"v": 1, "parameters": PARAMETERS}


@pytest.mark.parametrize("word, part", [
    ("Slot=3", "did you mean `Slots`"), ("Slots=0", "from 1 to 64"), ("Slots=65", "from 1 to 64"),
    ("Slots=many", "expected a number"), ("TTLCompletedJobs=5", "expected a duration"),
    ("Slots=", "expected a number"), ("UserOutputBytes=2s", "expected a size"), ("=1", "no par")])
def test_config_refuses_what_is_none(queue, run, word, part):
    queue.answers.update(Parameters={"parameters": PARAMETERS}, SetClusterParameter={})
    done = run("config", word)
    assert done.returncode == 2
    assert part in done.stderr
    assert queue.asked("SetClusterParameter") == []


def test_top_looks_once_without_a_terminal(queue, run):
    queue.answers.update(
        GetJobCounter={"counts": {"Queued": 1, "Running": 1}},
        ListWaiting={"jobs": [job(5, name=EVIL), job(3)]},
        ListJobs=lambda parameters: {"jobs": [job(5), job(4, held=True), job(3)], "next": None}
        if "states" in parameters else {"jobs": [{"job": 2, "name": "busy", "running": [
            {"index": 1, "name": EVIL, "elapsed_ms": 1500, "processes": 7,
             "memory_bytes": 1 << 20}]}]})
    done = run("top")
    assert done.returncode == 0, done.stderr
    assert "Queued 1" in done.stdout and "busy" in done.stdout and "1 MiB" in done.stdout
    assert "\x1b" not in done.stdout
    view = json.loads(run("top", "-o", "json").stdout)
    assert view["counts"]["Running"] == 1
    # The next one first, and those that are held behind all others.
    assert [each["job"] for each in view["waiting"]] == [5, 3, 4]


def test_a_supervisor_without_a_queue_is_told_from_a_daemon(run):
    for words in (["submit", "--", "true"], ["hold", "1"], ["config"], ["top"], ["requeue", "1"]):
        done = run(*words)
        assert done.returncode == 3
        assert "keeps no queue" in done.stderr


@pytest.mark.parametrize("verb", ["submit", "requeue", "hold", "release", "purge", "config", "top",
                                  "cancel", "list"])
def test_nobody_there_is_said(tmp_path, verb):
    words = {"submit": ["--", "true"], "config": [], "top": [], "list": []}.get(verb, ["1"])
    done = subprocess.run([BIN / "axe", verb, "--socket", tmp_path / "none.sock", *words],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in ((8, 2) if verb == "cancel" else (8,)), done.stderr
    assert verb == "cancel" or "is axed running there?" in done.stderr


@pytest.mark.parametrize("verb", ["submit", "requeue", "hold", "release", "purge", "config", "top"])
def test_every_verb_has_help(verb):
    done = subprocess.run([BIN / "axe", verb, "--help"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(f"axe {verb} - ")
    assert "--socket PATH" in done.stdout
    overview = subprocess.run([BIN / "axe", "help"], capture_output=True, text=True, timeout=60,
                              check=False)
    assert f"\n  {verb} " in overview.stdout


def test_completion_of_an_unknown_shell_is_refused():
    done = subprocess.run([BIN / "axe", "completion", "tcsh"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 2
    assert "expected the name of a shell: bash" in done.stderr and not done.stdout
