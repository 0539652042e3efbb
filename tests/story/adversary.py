"""Adversaries under axe: run to their end, or ended by TerminateJob once all is in place."""

import json
import pathlib

import pytest
from axe import ADVERSARIES, PATIENCE_S, SLOWNESS, until
from record import family, record

# What `axe run MANIFEST` exits with.
EXIT_CODES = {"passed": 0, "failed": 1, "crashed": 1, "oom": 1, "terminated": 5, "abandoned": 6,
              "leaked": 7, "timeout": 124}


def manifest(axe, name, words, keys):
    # Nothing else is handed down to it, and it lives as much longer.
    assessment = {"name": name, "command": [str(ADVERSARIES / name), *map(str, words)],
                  "environment": {"AXE_SLOWNESS": str(SLOWNESS)}, **keys}
    return axe.manifest(json.dumps({"name": name, "assessments": [assessment]}), "manifest.json")


def judge_only_if_it_fitted(axe, integrity):
    """How much a ring of a page holds depends on how soon it is read; what it lost must be said."""
    if integrity["lost_events"] == 0:
        return
    assert not integrity["complete"] and integrity["reason"]
    axe.assert_nothing_left()
    pytest.skip(f"did not fit into a ring of a page, which was said: {integrity['reason']}")


def assert_recorded(axe, verdict, expected=None):
    """The end of the one job: how it is judged, the exact record, all counted, nothing left."""
    job = axe.job()
    assert job.only()["verdict"] == verdict, job.only()
    if axe.narrow:
        judge_only_if_it_fitted(axe, job.only()["integrity"])
    if expected is not None:
        assert record(job) == family(expected)
    job.assert_all_accounted_for()
    axe.assert_nothing_left()
    return job


def run_through(axe, name, verdict, expected=None, words=(), options=(), **keys):
    """Until it ends, or axe ends it; `keys` are those of its assessment."""
    run = axe("run", *options, manifest(axe, name, words, keys))
    assert run.returncode == EXIT_CODES[verdict], run.stdout + run.stderr
    return assert_recorded(axe, verdict, expected)


def is_ready(axe):
    jobs = axe.jobs()
    return jobs and (jobs[0].folder / "1/0.1/stdout").exists() and b"ready\n" in jobs[0].output()


def start(axe, name, *words, options=(), **keys):
    """The client of a job whose program says that all is in place."""
    client = axe.start("run", *options, manifest(axe, name, words, keys))
    until(lambda: is_ready(axe) or client.poll() is not None, f"{name} is ready")
    assert client.poll() is None, client.communicate()
    return client


def call_terminate(axe):
    """The exit code of the call, and its receipt."""
    killer = axe("terminate", "--yes", "-o", "json", axe.job().id)
    assert killer.stdout, killer.stderr
    return killer.returncode, json.loads(killer.stdout)["receipt"]


def end(client):
    output, errors = client.communicate(timeout=PATIENCE_S)
    return client.returncode, output + errors


PF_EXITING = 0x4


def is_ending(pid):
    """It executes nothing any more. Of who escaped the kernel tells so before it leaves its group."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return bool(int(stat.rpartition(")")[2].split()[6]) & PF_EXITING)


def terminate(axe, client):
    """All are dead when the call returns, and it says so; the receipt."""
    code, receipt = call_terminate(axe)
    assert [pid for pid in axe.inhabitants() if not is_ending(pid)] == []
    assert (code, receipt["survivors"]) == (0, [])
    code, text = end(client)
    assert code == 5, text
    return receipt


def stand_and_fall(axe, name, expected, words=(), **keys):
    """From all in place to TerminateJob; the receipt."""
    client = start(axe, name, *words, **keys)
    receipt = terminate(axe, client)
    assert_recorded(axe, "terminated", expected)
    assert receipt["unseen"] == 0
    return receipt
