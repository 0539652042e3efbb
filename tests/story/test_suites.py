"""Real suites as one job each: every verdict is the program's own, every process is in the trace."""

import json
import os
import pathlib

import pytest

import plain

SYSTEMD = pathlib.Path("/usr/lib/systemd/tests")
INSTALLED = pathlib.Path("/usr/share/installed-tests/glib")
SAMPLE = 40


def imported(axe, *words):
    run = axe("import", *words)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def environment_of_programs(axe):
    """What axe gives to a program of a manifest."""
    run = axe("run", axe.manifest("name: e\nassessments: [{name: e, command: [env, '-0']}]\n"))
    assert run.returncode == 0, run.stderr
    words = axe.job().output().decode().split("\0")[:-1]
    return dict(word.split("=", 1) for word in words)


def run_supervised(axe, manifest):
    path = axe.manifest(json.dumps(manifest), "suite.json")
    run = axe("run", "--quiet", path, timeout=800)
    job = axe.jobs()[-1]
    begin, = job.trace("job.begin")
    plain.remove_shadows(pathlib.Path(begin["data"]["group"]).parent.name)
    return run, job


def exit_of(result):
    """As subprocess says it."""
    return {key: value for key, value in result["exit"].items() if key in ("status", "signal")}


def assert_true_to_the_programs(axe, manifest, tmp_path):
    """Plain before and after: what differs between those two says nothing about axe."""
    environment = environment_of_programs(axe)
    with plain.host_put_back():
        before = plain.run_all(axe.groups, manifest, environment, tmp_path / "output")
        run, job = run_supervised(axe, manifest)
        after = plain.run_all(axe.groups, manifest, environment, tmp_path / "output")
    steady = {name for name, end in before.items() if end == after[name]}
    assert len(steady) >= len(before) * 0.95, sorted(set(before) - steady)

    results = {each["name"]: each for each in job["assessments"]}
    assert results.keys() == before.keys()
    differing = {name: (exit_of(results[name]), before[name]) for name in steady
                 if exit_of(results[name]) != before[name]}
    assert differing == {}
    for name in steady:
        assert results[name]["verdict"] == plain.verdict_of(before[name]), name
    failed = any(each["verdict"] not in ("passed", "skipped") for each in results.values())
    assert run.returncode == (1 if failed else 0), run.stderr

    job.assert_all_accounted_for()
    trace = job.trace()
    assert [line["seq"] for line in trace] == list(range(1, len(trace) + 1))
    axe.assert_nothing_left()


def test_systemd_tests_say_what_they_say_without_axe(axe, tmp_path):
    if not SYSTEMD.is_dir():
        pytest.skip("the package systemd-tests is not installed")
    manifest = imported(axe, "systemd-tests")
    assert len(manifest["assessments"]) > 200
    assert_true_to_the_programs(axe, manifest, tmp_path)


def test_installed_tests_say_what_they_say_without_axe(axe, tmp_path):
    if not INSTALLED.is_dir():
        pytest.skip("the package libglib2.0-tests is not installed")
    manifest = imported(axe, "installed-tests", INSTALLED)
    step = max(1, len(manifest["assessments"]) // SAMPLE)
    manifest["assessments"] = manifest["assessments"][::step][:SAMPLE]
    assert_true_to_the_programs(axe, manifest, tmp_path)


def test_sample_is_not_empty():
    """A directory without tests would prove nothing."""
    if INSTALLED.is_dir():
        assert len(os.listdir(INSTALLED)) >= SAMPLE
