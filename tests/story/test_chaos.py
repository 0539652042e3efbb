"""Supervisors that are killed at any moment, and a system that fails below them."""

import errno
import os
import pathlib
import subprocess
import sys

import pytest
from axe import BIN, SLOWNESS

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "chaos"))

import bad_calls  # noqa: E402  pylint: disable=wrong-import-position
import faults  # noqa: E402  pylint: disable=wrong-import-position
import sweep  # noqa: E402  pylint: disable=wrong-import-position

ROUNDS = int(os.environ.get("AXE_ROUNDS", "50"))
# Always the same here, so that a change is judged by itself; tools/dev/chaos draws another each time.
SEED = int(os.environ.get("AXE_SEED", "8"))
# Of the calls that may fail, so many are drawn; tools/dev/sweep is for each of them.
STEPS = int(os.environ.get("AXE_STEPS", "8"))
# A sanitizer has an allocator of its own, and does not start with ours before it.
SANITIZED = b"__asan_init" in (BIN / "axed").read_bytes()


@pytest.mark.parametrize("rounds, options", [(ROUNDS, []), (ROUNDS // 2, ["--narrow"])],
                         ids=["usual", "narrow"])
def test_killed_supervisors_lose_nothing_and_tell_nothing_wrong(rounds, options):
    done = subprocess.run(
        [sys.executable, TESTS.parent / "tools/dev/chaos", str(rounds), "--seed", str(SEED),
         "--build", BIN.parent, *options], capture_output=True, text=True, timeout=800 * SLOWNESS,
        check=False)
    if done.returncode == 77:
        pytest.skip(done.stderr)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


# With a trace that has room for all, and with one that is full of the first thousands.
@pytest.mark.parametrize("options", [[], ["--trace-limit", str(1 << 20)]], ids=["usual", "full"])
def test_every_death_of_a_storm_of_forks_is_counted_over_killed_supervisors(options):
    done = subprocess.run(
        [sys.executable, TESTS.parent / "tools/dev/chaos", "--storm", "5", "--seed", str(SEED),
         "--build", BIN.parent, *options], capture_output=True, text=True, timeout=800 * SLOWNESS,
        check=False)
    if done.returncode == 77:
        pytest.skip(done.stderr)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def require_allocator(name):
    if SANITIZED and faults.FAULTS[name].preload == "bad_memory":
        pytest.skip("memory cannot fail below a sanitizer; run it on a build without")


def test_half_a_secret_that_stays_on_a_broken_disk_goes_with_the_next_job(axe, tmp_path):
    sufferer = faults.OfJob(tmp_path / "h", "broken-for-a-while")
    try:
        calls = sufferer.instance.calls
        calls.arm(bad_calls.WRITE | bad_calls.NAME, 2, errno.EIO, 12, ".supervisor.json")
        reply = sufferer.execute()
        assert calls["hits"] >= 2, reply
        secrets = list(sufferer.instance.place.state.glob("jobs/*/.supervisor.json"))
        assert len(secrets) == 1 and str(secrets[0]) in sufferer.instance.said()
        sufferer.disarm()
        assert not sufferer.finish()
        assert not secrets[0].exists()
    finally:
        sufferer.close()


@pytest.mark.parametrize("which", sweep.SWEEPS, ids="-".join)
def test_call_that_fails_costs_one_job_or_start_at_most(axe, tmp_path, which):
    require_allocator(which[0])
    # What comes again and again is suffered for seconds.
    swept = sweep.run(which, tmp_path / "f", SEED, STEPS // 2 if which[2] == "periodic" else STEPS)
    assert not swept.failed, (f"seed {SEED}", swept.failed)
    assert swept.hits, "nothing failed"
