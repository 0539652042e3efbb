"""A supervisor that dies, refuses, or has terrible news: what the client makes of it."""

import json
import pathlib

import pytest

FAKE = pathlib.Path(__file__).resolve().parents[1] / "support" / "fake_supervisor.py"
ASSESSMENT = {"index": 0, "name": "x", "try": 1, "verdict": "passed", "exit": {"status": 0}}


def run(axe, *script, words=("--", "true")):
    environment = {**axe.environment(), "AXE_AXED": str(FAKE), "AXE_FAKE": json.dumps(script)}
    return axe("run", *words, env=environment)


def first(axe):
    return {"parameters": {"job": 1, "directory": str(axe.state)}, "continues": True}


def last(axe, outcome, assessment, **keys):
    summary = {"v": 1, "job": 1, "name": "x", "outcome": outcome,
               "counts": {assessment["verdict"]: 1}, "assessments": [assessment],
               "directory": str(axe.state), "duration_ms": 1, **keys}
    return {"parameters": {"outcome": outcome, "code": 0, "summary": summary}}


def event(kind, data):
    return {"parameters": {"event": {"type": kind, "data": data}}, "continues": True}


def test_supervisor_that_is_missing(axe):
    done = axe("run", "--", "true", env={**axe.environment(), "AXE_AXED": "/nonexistent"})
    assert done.returncode == 3
    assert "/nonexistent" in done.stderr and "AXE_AXED" in done.stderr


@pytest.mark.parametrize("script", [["die"], [{"parameters": {}, "continues": True}, "die"]])
def test_supervisor_that_dies_early(axe, script):
    done = run(axe, *script)
    assert done.returncode == 3
    assert "supervisor" in done.stderr


@pytest.mark.parametrize("garbage", ["garbage", "[1]", "{\"parameters\": 7}"])
def test_supervisor_that_talks_nonsense(axe, garbage):
    assert run(axe, first(axe), garbage).returncode == 3


@pytest.mark.parametrize("error, parameters, code, named", [
    ("io.axe.Engine.JobFailed", {"code": 1, "text": "no BTF: use another kernel"}, 3, "no BTF"),
    ("io.axe.Engine.JobRunning", {"job": 7}, 3, "job 7 runs"),
    ("io.axe.Engine.BadManifest", {"path": "name", "line": 0, "column": 0, "expected": "a",
                                   "found": "b", "advice": ""}, 2, "expected a, found b"),
    ("org.varlink.service.PermissionDenied", {}, 9, "root"),
])
def test_refusal_is_passed_on(axe, error, parameters, code, named):
    done = run(axe, {"error": error, "parameters": parameters})
    assert done.returncode == code
    assert named in done.stderr


def test_survivors_are_the_gravest_end(axe):
    survivor = {"pid": 7, "comm": "fused", "reason": "waits uninterruptibly in the kernel"}
    done = run(axe, first(axe), last(axe, "abandoned", {
        **ASSESSMENT, "verdict": "abandoned", "survivors": [survivor]}))
    assert done.returncode == 6
    assert "fused" in done.stderr and "waits uninterruptibly" in done.stderr


def test_results_that_could_not_be_written_are_no_success(axe):
    done = run(axe, first(axe), last(axe, "error", ASSESSMENT,
                                     results_error="write `results.json`: disk full"))
    assert done.returncode == 3


def test_results_of_the_events_do_where_none_are_written(axe):
    """The last answer need not repeat them."""
    end = last(axe, "failed", {**ASSESSMENT, "verdict": "failed"})
    del end["parameters"]["summary"]["assessments"]
    done = run(axe, first(axe), event("assessment.end", {
        **ASSESSMENT, "verdict": "failed", "exit": {"status": 9}}), end)
    assert done.returncode == 9


def test_answer_without_a_summary_is_no_success(axe):
    assert run(axe, first(axe), {"parameters": {}}).returncode == 3


def test_incomplete_record_is_said(axe):
    done = run(axe, first(axe), last(axe, "finished", {
        **ASSESSMENT, "integrity": {"complete": False, "reason": "3 events lost"}}))
    assert "3 events lost" in done.stderr
