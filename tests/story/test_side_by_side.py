"""Jobs at the same time: they share nothing but the kernel."""

import os

import pytest

from axe import Place

AT_ONCE = 6


def finish(clients, code):
    for client in clients:
        output, errors = client.communicate(timeout=120)
        assert client.returncode == code, output + errors


def test_jobs_of_one_state_directory_get_numbers_of_their_own(axe):
    script = "echo $1; setsid sleep 999 & exit 0"
    finish([axe.start("run", "--", "sh", "-c", script, "sh", word) for word in range(AT_ONCE)], 7)
    jobs = axe.jobs()
    assert [job.id for job in jobs] == list(range(1, AT_ONCE + 1))
    # Each has its own output, process and trace, and none of another's.
    assert sorted(int(job.output()) for job in jobs) == list(range(AT_ONCE))
    leaks = [leak["pid"] for job in jobs for leak in job.only()["leaks"]]
    assert len(set(leaks)) == AT_ONCE
    for job in jobs:
        assert job.only()["processes"]["seen"] == 2
        job.assert_all_accounted_for()
    axe.assert_nothing_left()


def test_ending_one_job_leaves_the_other_alone(axe):
    script = "echo ready; read go; setsid true; exit 0"
    clients = []
    for _ in range(2):
        reader, writer = os.pipe()
        client = axe.start("run", "--", "sh", "-c", script, stdin=reader)
        os.close(reader)
        clients.append((client, writer))
        assert client.stdout.readline() == "ready\n"
    (ended, ended_writer), (other, other_writer) = clients

    assert axe("terminate", "--yes", 1).returncode == 0
    finish([ended], 5)
    assert other.poll() is None
    os.write(other_writer, b"go\n")
    finish([other], 0)
    os.close(ended_writer)
    os.close(other_writer)
    assert [job.only()["verdict"] for job in axe.jobs()] == ["terminated", "passed"]
    for job in axe.jobs():
        job.assert_all_accounted_for()
    axe.assert_nothing_left()


@pytest.mark.parametrize("shared_root", [False, True], ids=["own groups", "one cgroup root"])
def test_jobs_of_two_state_directories_do_not_meet(axe, tmp_path, shared_root):
    (tmp_path / "other").mkdir()
    other = Place(tmp_path / "other")
    if shared_root:
        other.cgroup_root = axe.cgroup_root
    try:
        clients = [place.start("run", "--leaks", "warn", "--", "sh", "-c",
                               "for i in 1 2 3 4 5 6 7 8; do true & done; wait; setsid sleep 99 &")
                   for place in (axe, other) for _ in range(2)]
        finish(clients, 0)
        for place in (axe, other):
            assert [job.id for job in place.jobs()] == [1, 2]
            for job in place.jobs():
                job.assert_all_accounted_for()
                assert len(job.only()["leaks"]) == 1
        other.assert_nothing_left()
    finally:
        other.close()
    axe.assert_nothing_left()
