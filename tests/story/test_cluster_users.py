"""The verbs as two users who are nobody to each other, and as root."""

import json
import os
import shutil
import subprocess

import pytest
from axe import BIN, until, v2_mount
from users import ALICE, BOB, daemon_of_all


@pytest.fixture
def run():
    """Run a verb as a user: (uid, verb, words...)."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    if not v2_mount():
        pytest.skip("needs a mounted cgroup v2 tree")
    with daemon_of_all() as daemon:
        # Others may not be let into the build tree.
        program = shutil.copy(BIN / "axe", os.path.dirname(daemon.socket))

        def run_as(uid, verb, *words):
            environment = {**os.environ, "AXE_SOCKET": daemon.socket,
                           "ASAN_OPTIONS": "detect_leaks=0"}
            return subprocess.run([program, verb, *map(str, words)], capture_output=True,
                                  text=True, timeout=60, check=False, user=uid, group=uid,
                                  extra_groups=[], env=environment, cwd="/",
                                  stdin=subprocess.DEVNULL)
        yield run_as
        for job in json.loads(run_as(0, "list", "--all", "-o", "json").stdout)["jobs"]:
            run_as(0, "cancel", job["job"])


def numbers(listing):
    return [job["job"] for job in json.loads(listing.stdout)["jobs"]]


def test_a_users_job_runs_as_the_user_who_sees_all_of_it(run):
    job = int(run(ALICE, "submit", "--", "id", "-u").stdout)
    assert run(ALICE, "wait", job).returncode == 0
    assert run(ALICE, "log", job).stdout == f"{ALICE}\n"
    shown = json.loads(run(ALICE, "show", job, "-o", "json").stdout)
    assert (shown["owner"], shown["state"]) == (ALICE, "Finished")
    assert [each["verdict"] for each in shown["assessments"]] == ["passed"]
    assert run(ALICE, "trace", job).returncode == 0
    assert run(ALICE, "purge", job).returncode == 0


def test_what_a_user_has_written_bounds_what_comes_next(run):
    first = int(run(ALICE, "submit", "--", "echo", "0123456789").stdout)
    assert run(ALICE, "wait", first).returncode == 0
    assert run(0, "config", "UserOutputBytes=11").returncode == 0
    refused = run(ALICE, "submit", "--", "true")
    assert refused.returncode != 0
    assert "UserOutputBytes" in refused.stderr
    assert run(BOB, "submit", "--hold", "--", "true").returncode == 0
    assert run(0, "submit", "--hold", "--", "true").returncode == 0
    assert run(ALICE, "purge", first).returncode == 0
    until(lambda: run(ALICE, "submit", "--hold", "--", "true").returncode == 0, "there is room")


def test_one_user_neither_sees_nor_steers_what_is_anothers(run):
    job = int(run(ALICE, "submit", "--hold", "--", "true").stdout)
    assert numbers(run(BOB, "list", "-o", "json")) == []
    assert numbers(run(ALICE, "list", "-o", "json")) == [job]
    assert numbers(run(0, "list", "-o", "json")) == [job]
    for words in (["show", job], ["log", job], ["wait", job], ["watch", job], ["trace", job],
                  ["submit", job], ["cancel", "--soft", f"{job}/0"],
                  ["cancel", job, "--message", "mine"], ["cancel", f"{job}/0"],
                  ["cancel", "--soft", job], ["terminate", "--yes", job], ["requeue", job],
                  ["requeue", f"{job}/0"], ["hold", job], ["release", job], ["purge", job]):
        done = run(BOB, *words)
        assert done.returncode == 9, (words, done)
        assert done.stdout == "" and "another user" in done.stderr, (words, done)
    shown = json.loads(run(ALICE, "show", job, "-o", "json").stdout)
    assert (shown["state"], shown["held"], shown["message"]) == ("Queued", True, None)


def test_root_steers_every_job_and_its_owner_reads_why(run):
    job = int(run(ALICE, "submit", "--", "sleep", "999").stdout)
    assert run(0, "cancel", job, "--message", "the lab closes").returncode == 0
    shown = json.loads(run(ALICE, "show", job, "-o", "json").stdout)
    assert (shown["state"], shown["message"]) == ("Canceled", "the lab closes")


def test_parameters_are_roots_to_set_and_anybodys_to_read(run):
    assert run(BOB, "config", "Slots=2").returncode == 9
    assert run(BOB, "config", "Slots").stdout == "1\n"
    assert run(0, "config", "Slots=2").returncode == 0
    assert run(BOB, "config", "slots").stdout == "2\n"


def test_a_user_cannot_name_another(run):
    done = run(ALICE, "submit", "--user", "root", "--", "true")
    assert done.returncode != 0 and done.stdout == ""
    assert numbers(run(0, "list", "-o", "json")) == []
