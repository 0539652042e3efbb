"""`axe run` with a choice: which assessments, how many at once, with which parameters."""

MANIFEST = """
name: choice
parameters: {board: {value: rk3399}, lab: {value: north, read_only: true}}
assessments:
  - {name: alpha, command: ["true"], timeout: 20s}
  - {name: beta, command: ["false"], timeout: 20s}
  - {name: gamma, command: 'test "$AXE_PARAMETER_board" = rk3399', timeout: 20s}
  - {name: delta, command: ["sleep", "999"], timeout: 1h, timeout_grace: 0s, depends: [alpha]}
"""


def run(axe, *options):
    return axe("run", *options, axe.manifest(MANIFEST))


def verdicts(axe):
    return {each["name"]: each["verdict"] for each in axe.jobs()[-1].results()["assessments"]}


def test_only_and_skip_choose_by_name(axe):
    assert run(axe, "--only", "alpha", "--only", "g*").returncode == 0
    assert verdicts(axe) == {"alpha": "passed", "gamma": "passed"}
    assert run(axe, "--skip", "beta", "--skip", "delta").returncode == 0
    assert verdicts(axe) == {"alpha": "passed", "gamma": "passed"}


def test_a_choice_that_leaves_nothing_is_refused(axe):
    refused = run(axe, "--only", "alpah")
    assert refused.returncode == 2
    assert "alpha" in refused.stderr
    assert axe.jobs() == []


def test_what_failed_can_be_run_again(axe):
    assert run(axe, "--skip", "delta").returncode == 1
    failed = axe.job().results()["job"]
    assert run(axe, "--failed-of", str(failed)).returncode == 1
    assert verdicts(axe) == {"beta": "failed"}


def test_fail_fast_starts_no_more(axe):
    assert run(axe, "--fail-fast", "--skip", "delta").returncode == 1
    assert verdicts(axe) == {"alpha": "passed", "beta": "failed", "gamma": "not_run"}


def test_timeouts_are_scaled(axe):
    done = axe("run", "--only", "delta", "--timeout-scale", "0.001",
               axe.manifest(MANIFEST.replace("1h", "100s")))
    assert done.returncode == 124
    assert verdicts(axe) == {"delta": "timeout"}


def test_parameters_are_set_unless_read_only_or_unknown(axe):
    assert run(axe, "--only", "gamma", "--parameter", "board=rpi5").returncode == 1
    for assignment, word in (("lab=south", "read"), ("bord=x", "board")):
        refused = run(axe, "--only", "gamma", "--parameter", assignment)
        assert refused.returncode == 2
        assert word in refused.stderr
    axe.assert_nothing_left()


def test_parallel_runs_that_many_at_once(axe):
    meeting = """
name: meeting
assessments:
  - {name: a, timeout: 20s, command: 'touch "$AXE_JOB_DIR/a"; until test -e "$AXE_JOB_DIR/b"; do :; done'}
  - {name: b, timeout: 20s, command: 'touch "$AXE_JOB_DIR/b"; until test -e "$AXE_JOB_DIR/a"; do :; done'}
"""
    assert axe("run", "--parallel", "2", axe.manifest(meeting)).returncode == 0
    axe.assert_nothing_left()
