"""A daemon keeps its events: told from any number on, then followed."""

import pytest
from daemon import Daemon, environment, events

JOB = """
name: replayed
assessments: [{name: a, command: ["true"], timeout: 20s}, {name: b, command: ["false"], timeout: 20s}]
"""
TYPES = ["job.begin", "assessment.begin", "assessment.end", "assessment.begin", "assessment.end",
         "job.end"]


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe)
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


def run(axe, daemon, text=JOB):
    return axe("run", axe.manifest(text), env=environment(daemon))


def numbers(seen):
    return [each["seq"] for each in seen]


def test_past_events_are_told_again_from_any_number(axe, daemon):
    assert run(axe, daemon).returncode == 1
    with daemon.subscribe(after=0) as client:
        seen = events(client, "job.end")
    assert [each["type"] for each in seen] == TYPES
    assert numbers(seen) == [1, 2, 3, 4, 5, 6]
    with daemon.subscribe(after=4) as client:
        assert numbers(events(client, "job.end")) == [5, 6]


def test_a_follower_gets_what_comes_after(axe, daemon):
    assert run(axe, daemon).returncode == 1
    with daemon.subscribe() as client:
        assert run(axe, daemon).returncode == 1
        seen = events(client, "job.end")
    assert numbers(seen) == [7, 8, 9, 10, 11, 12]
    assert {each["job"] for each in seen} == {2}


def test_numbers_go_on_after_a_killed_daemon(axe, daemon):
    assert run(axe, daemon).returncode == 1
    daemon.kill()
    daemon.start()
    assert run(axe, daemon).returncode == 1
    with daemon.subscribe(after=0) as client:
        assert numbers(events(client, "job.end")) == [1, 2, 3, 4, 5, 6]
    with daemon.subscribe(after=6) as client:
        assert numbers(events(client, "job.end")) == [7, 8, 9, 10, 11, 12]


def test_a_reader_that_does_not_read_loses_nothing_and_holds_up_nobody(axe, daemon):
    assessments = ", ".join(f'{{name: n{i}, command: ["true"], timeout: 20s}}' for i in range(300))
    with daemon.subscribe(after=0) as client:
        assert run(axe, daemon, f"name: many\nassessments: [{assessments}]").returncode == 0
        seen = events(client, "job.end")
    assert numbers(seen) == list(range(1, 603))


def test_a_wrong_number_is_refused(daemon):
    for wrong in (-1, "x"):
        refused = daemon.call("io.axe.Events.Subscribe", after=wrong)
        assert "error" in refused
