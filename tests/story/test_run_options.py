"""`axe run` with a choice that makes no sense: one line that says what would, and nothing begins."""

import pytest

MANIFEST = """
name: options
parameters: {board: {value: rk3399}, lab: {value: north, read_only: true}}
assessments:
  - {name: alpha, command: ["true"], timeout: 20s}
  - {name: beta, command: ["true"], timeout: 20s}
"""


@pytest.mark.parametrize("words, said", [
    (["--only", "alhpa"], "alpha"),
    (["--only", ""], "`alpha`, `beta`"),
    (["--skip", "*"], "alpha"),
    (["--only", "alpha", "--skip", "a*"], "alpha"),
    (["--fail-fast=maybe"], "`--fail-fast` takes no value"),
    (["--parallel", "0"], "from 1 to 256"),
    (["--parallel", "257"], "from 1 to 256"),
    (["--parallel", "many"], "from 1 to 256"),
    (["--timeout-scale", "0"], "factor from 0.001 to 1000"),
    (["--timeout-scale", "-1"], "factor from 0.001 to 1000"),
    (["--timeout-scale", "twice"], "factor from 0.001 to 1000"),
    (["--timeout-scale", "nan"], "factor from 0.001 to 1000"),
    (["--failed-of", "99"], "99"),
    (["--failed-of", "last"], "last"),
    (["--parameter", "board"], "NAME=VALUE"),
    (["--parameter", "bord=x"], "board"),
    (["--parameter", "lab=south"], "read"),
])
def test_wrong_choice_is_refused_and_nothing_begins(axe, words, said):
    refused = axe("run", *words, axe.manifest(MANIFEST))
    assert refused.returncode == 2, refused.stderr
    assert refused.stdout == ""
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1 or "usage: axe run" in refused.stderr
    assert axe.jobs() == []
    axe.assert_nothing_left()


def test_job_without_a_failure_leaves_nothing_to_run_again(axe):
    path = axe.manifest(MANIFEST)
    assert axe("run", path).returncode == 0
    refused = axe("run", "--failed-of", "1", path)
    assert refused.returncode == 2
    assert "failed" in refused.stderr
    assert len(axe.jobs()) == 1


@pytest.mark.parametrize("words", [
    ["--only", "a"], ["--skip", "a"], ["--fail-fast"], ["--parallel", "2"], ["--failed-of", "1"],
    ["--timeout-scale", "2"], ["--parameter", "a=b"]])
def test_choice_needs_a_manifest(axe, words):
    refused = axe("run", *words, "--", "true")
    assert refused.returncode == 2
    assert words[0] in refused.stderr
    assert axe.jobs() == []
