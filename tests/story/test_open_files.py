"""Few open files: the supervisor takes all that it may have, and its jobs get what there was before."""

import pytest
from console import manifest

GOOD = {"name": "a", "command": ["true"], "timeout": "60s"}


def limited(words):
    """In front of axe: with these limits of open files."""
    return ["sh", "-c", f"{words} && exec \"$@\"", "sh"]


def test_soft_limit_is_raised_for_the_supervisor_and_not_for_its_jobs(axe):
    many = [{**GOOD, "name": f"a{at}", "command": "ulimit -Sn; ulimit -Hn"} for at in range(40)]
    done = axe("run", manifest(axe, *many, parallel=40), prefix=limited("ulimit -Sn 64"))
    assert done.returncode == 0, done.stderr
    soft, hard = axe.job().output(index=39).split()
    assert soft == b"64" and (hard == b"unlimited" or int(hard) > 64)
    axe.assert_nothing_left()


def test_own_limit_of_a_job_comes_over_the_callers(axe):
    path = manifest(axe, {**GOOD, "command": "ulimit -Sn; ulimit -Hn", "limits": {"files": 50}})
    assert axe("run", path, prefix=limited("ulimit -Sn 64")).returncode == 0
    assert axe.job().output() == b"50\n50\n"


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_hard_limit_that_is_too_low_is_said_before_anything_begins(axe, verb):
    many = [{**GOOD, "name": f"a{at}"} for at in range(40)]
    path = manifest(axe, *many, parallel=40)
    refused = axe(verb, path, prefix=limited("ulimit -n 256"))
    assert refused.returncode == 3
    line, = refused.stderr.splitlines()
    assert "40 assessments at once need" in line and "may have 256" in line
    assert "ulimit -Hn" in line and "lower `parallel`" in line
    assert axe.jobs() == []
    axe.assert_nothing_left()
    assert axe("run", "--parallel", "3", path, prefix=limited("ulimit -n 256")).returncode == 0
