"""What a program leaves behind is named and ended."""

import pathlib
import re

from axe import v2_mount

LEAK = "setsid sleep 999 & exit 0"
# It ends once what it leaves is the program that it is to be named by, however busy the host is.
NAMED_LEAK = ("setsid sleep 999 & until read name </proc/$!/comm && [ $name = sleep ]; do :; done; "
              "exit 0")
SENTENCE = re.compile(r"axe: passed, but 1 process leaked: `sleep 999` "
                      r"\(pid (\d+), forked by `sh` at \+\d+ ms\); killed\n")


def test_leaked_process_is_named_with_its_parent_and_ended(axe):
    run = axe("run", "--", "sh", "-c", NAMED_LEAK)
    assert run.returncode == 7
    assert run.stdout == ""
    sentence = SENTENCE.fullmatch(run.stderr)
    assert sentence, run.stderr

    result = axe.job().only()
    assert result["verdict"] == "leaked"
    assert result["exit"] == {"status": 0}
    leak, = result["leaks"]
    assert leak["pid"] == int(sentence.group(1))
    assert leak["argv"] == ["sleep", "999"]
    # The trace knows the same parent at the same moment.
    begin, = axe.job().trace("assessment.begin")
    birth, = [each for each in axe.job().trace("process.fork")
              if each["data"]["pid"] == leak["pid"]]
    assert birth["data"]["parent"] == {key: leak["parent"][key] for key in ("pid", "start_ns")}
    assert leak["parent"]["pid"] == begin["data"]["pid"]
    assert 0 <= leak["forked_ms"] <= result["duration_ms"]
    axe.job().assert_all_accounted_for()
    axe.assert_nothing_left()


def test_leak_policy_decides_whether_it_fails(axe):
    for policy, code, verdict in (("warn", 0, "passed"), ("allow", 0, "passed"),
                                  ("fail", 7, "leaked")):
        run = axe("run", "--leaks", policy, "--", "sh", "-c", LEAK)
        assert run.returncode == code, (policy, run.stderr)
        assert axe.jobs()[-1].only()["verdict"] == verdict
        axe.assert_nothing_left()


def test_failure_of_the_program_is_not_hidden_by_its_leak(axe):
    run = axe("run", "--", "sh", "-c", "setsid sleep 999 & exit 3")
    assert run.returncode == 3
    result = axe.job().only()
    assert result["verdict"] == "failed"
    assert len(result["leaks"]) == 1
    assert "sleep 999" in run.stderr
    axe.assert_nothing_left()


def test_leftover_that_ends_by_itself_within_its_grace_is_no_leak(axe):
    """More than the usual grace, which a busy machine may need for the shortest sleep."""
    run = axe("run", axe.manifest("""
        name: own
        assessments:
          - {name: a, command: [sh, -c, "setsid sleep 0.1 & exit 0"], leak_grace: 30s}
        """))
    assert run.returncode == 0, run.stderr
    result = axe.job().only()
    assert result["verdict"] == "passed"
    assert result["leaks"] == []
    axe.job().assert_all_accounted_for()
    axe.assert_nothing_left()


def test_nothing_is_left_in_the_tree_of_the_host(axe):
    axe.cgroup_root = None
    assert axe("run", "--", "sh", "-c", LEAK).returncode == 7
    begin, = axe.job().trace("job.begin")
    own = pathlib.Path(begin["data"]["group"]).parent
    assert own.parent == v2_mount() / "axe"
    assert not own.exists()
    axe.assert_nothing_left()
