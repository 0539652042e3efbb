"""The example manifests: all of them are valid, and each ends with the exit code that it promises."""

import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest

AXE = os.path.join(os.environ["AXE_BIN"], "axe")
JOBS = pathlib.Path(__file__).resolve().parents[1] / "jobs"
EXAMPLES = sorted(JOBS.glob("*.yaml"))
NEEDS = re.compile(r"^# Needs the package (\S+)\.$", re.M)
PROMISE = re.compile(r"^#   sudo axe run (.*?) +ends with exit code (\d+)", re.M)


def axe(*words, **options):
    return subprocess.run([AXE, *words], capture_output=True, text=True, timeout=120, **options)


def require_package(text):
    """Skip where a package is missing that an example says it needs."""
    needs = NEEDS.search(text)
    if not needs:
        return
    query = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", needs.group(1)],
                           capture_output=True, text=True, timeout=60)
    if query.stdout != "installed":
        pytest.skip(f"the package {needs.group(1)} is not installed")


def test_there_are_examples():
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_valid(path):
    run = axe("validate", str(path))
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(re.escape(str(path)) + r": ok, \d+ assessments?\n", run.stdout)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_ends_as_it_promises(path, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    text = path.read_text(encoding="utf-8")
    require_package(text)
    promise = PROMISE.search(text)
    assert promise
    # As a person who stands beside it would type it.
    *options, name = shlex.split(promise.group(1).replace("$PWD", str(JOBS)))
    assert name == path.name
    run = axe("run", "--state-dir", str(tmp_path), *options, name, cwd=JOBS,
              stdin=subprocess.DEVNULL)
    assert run.returncode == int(promise.group(2)), run.stdout + run.stderr
    results = json.loads((tmp_path / "jobs" / "1" / "results.json").read_text(encoding="utf-8"))
    for result in results["assessments"]:
        integrity = result["integrity"]
        assert integrity["complete"] and integrity["lost_events"] == 0, (result["name"], integrity)
        assert integrity["forks"] == integrity["exits"] == result["processes"]["seen"], result


def test_bad_manifest_is_refused_at_its_line(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: n\nassessments:\n  - name: a\n    comand: [b]\n", encoding="utf-8")
    good = JOBS / "hello.yaml"

    run = axe("validate", str(bad), str(good))
    assert run.returncode == 2
    assert run.stderr.startswith(f"{bad}:4:5: ")
    assert "command" in run.stderr
    assert str(good) in run.stdout


def test_validate_tells_json(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: n\na: *b\n", encoding="utf-8")

    run = axe("validate", "-o", "json", str(bad), str(JOBS / "hello.yaml"))
    assert run.returncode == 2
    answer = json.loads(run.stdout)
    assert answer["version"] == 1
    assert [each["ok"] for each in answer["files"]] == [False, True]
    assert (answer["files"][0]["error"]["line"], answer["files"][0]["error"]["column"]) == (2, 4)
    assert answer["files"][1]["assessments"] == 2

    run = axe("validate", "-o", "ndjson", str(bad), str(JOBS / "hello.yaml"))
    assert [json.loads(line)["ok"] for line in run.stdout.splitlines()] == [False, True]


def test_manifest_may_come_from_standard_input():
    text = (JOBS / "hello.yaml").read_text(encoding="utf-8")
    assert axe("validate", "-", input=text).returncode == 0
    run = axe("validate", "-", input="name: [\n")
    assert run.returncode == 2
    assert run.stderr.startswith("-:2:1: ")


def test_missing_manifest_is_named(tmp_path):
    run = axe("validate", str(tmp_path / "none.yaml"))
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "none.yaml" in run.stderr and "No such file" in run.stderr


def test_first_example_of_the_readme_tells_apart_what_it_says(tmp_path):
    """Passes, failures, a timeout and a leak."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    run = axe("run", "--state-dir", str(tmp_path), str(JOBS / "mixed.yaml"))
    results = json.loads((tmp_path / "jobs" / "1" / "results.json").read_text(encoding="utf-8"))
    verdicts = {each["name"]: each["verdict"] for each in results["assessments"]}
    others = {"skips": "skipped", "fails": "failed", "hangs": "timeout", "leaks": "leaked"}
    assert verdicts == {**dict.fromkeys(verdicts, "passed"), **others}, run.stdout
    assert all(f"{name} " in run.stdout for name in ("fails", "hangs", "leaks"))
