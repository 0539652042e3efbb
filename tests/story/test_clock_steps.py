"""The host's clock is set by hours while jobs run and wait: no timeout is longer or shorter."""

import time

import pytest

from axe import PATIENCE_S, until
from console import end, read_until
from daemon import Daemon
from effects_machine import shared_with_others
from test_interrupted import WHOLE_PICTURE
from test_residue import about

HOURS_S = 2 * 3600
SOON_S = 5


@pytest.fixture(params=[HOURS_S, -HOURS_S], ids=["forward", "back"])
def step(request):
    """Sets the clock, which is put right again at the end."""
    if reason := shared_with_others():
        pytest.skip(reason)
    done = []

    def set_clock(seconds):
        time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME) + seconds)

    def step():
        set_clock(request.param)
        done.append(request.param)

    yield step
    set_clock(-sum(done))


def start(axe, *words):
    client = axe.start("run", *words, "--", "sh", "-c", "echo ready; exec sleep 999")
    until(lambda: client.stdout.readline() == "ready\n", "it is ready")
    return client


def test_timeout_is_as_long_as_it_was(axe, step):
    client = start(axe, *WHOLE_PICTURE, "--timeout", f"{SOON_S}s", "--timeout-grace", "0ms")
    step()
    assert client.wait(timeout=PATIENCE_S) == 124
    result = axe.job().only()
    assert result["verdict"] == "timeout"
    assert result["duration_ms"] >= SOON_S * 1000
    told, = about(result["warnings"], "CLOCK_REALTIME")
    assert (told["kind"], told["certainty"]) == ("clock", "unattributed")
    order = [line["seq"] for line in axe.job().trace()]
    assert order == list(range(1, len(order) + 1))
    axe.assert_nothing_left()


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


def test_job_waits_for_its_slot_as_long_as_it_was_asked_to(axe, daemon, step):
    start(axe, "--socket", daemon.socket)
    began = time.monotonic()
    waiting = axe.start("run", "--socket", daemon.socket, "--wait", f"{SOON_S}s", "--", "true")
    read_until(waiting.stderr, "waits for a slot")
    step()
    code, _, errors = end(waiting)
    assert code == 3 and "no slot was free in time" in errors
    assert time.monotonic() - began >= SOON_S
    assert axe("list").returncode == 0
    assert daemon.answers()
