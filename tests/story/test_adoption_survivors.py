"""What cannot be killed outlives its supervisor: the next one knows it, waits for it, clears it away."""

import json
import pathlib

import pytest
from axe import until, v1_mounts
from daemon import Daemon
from mute_fuse import MuteFuse


@pytest.fixture
def fuse(axe, tmp_path):
    try:
        fuse = MuteFuse(tmp_path / "mute")
    except OSError as problem:
        pytest.skip(f"needs /dev/fuse: {problem}")
    yield fuse
    fuse.close()


@pytest.fixture
def daemon(axe, fuse):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    fuse.release()
    until(lambda: not axe.inhabitants(), "what was stuck has died")
    daemon.stop()
    axe.assert_nothing_left()


def start_stuck(axe, fuse, daemon, *options):
    client = axe.start("run", "--socket", daemon.socket, "--kill-deadline", "300ms", *options, "--",
                       "stat", fuse.mount / "x")
    fuse.take()
    return client


def limit_groups(axe, group):
    """Those of the same path in other hierarchies."""
    path = pathlib.Path(group).relative_to(axe.cgroup_root)
    return [root / path for root in v1_mounts() if (root / path).exists()]


def residue(daemon):
    return daemon.call("io.axe.Engine.Diagnose")["parameters"]["report"]["residue"]


def test_what_was_given_up_is_residue_of_the_successor(axe, fuse, daemon):
    # By then it is stuck, however slow the host is.
    client = start_stuck(axe, fuse, daemon, "--timeout", "5s", "--grace", "0s",
                         "--abandon-after", "800ms")
    client.communicate(timeout=60)
    assert axe.job().only()["verdict"] == "abandoned"
    before, = residue(daemon)
    for _ in range(2):
        daemon.kill()
        daemon.start()
        after, = residue(daemon)
        assert [after[key] for key in ("job", "assessment", "group")] == [
            before[key] for key in ("job", "assessment", "group")]
    assert len(axe.inhabitants()) == 1
    fuse.release()
    until(lambda: residue(daemon) == [], "the residue is cleared")
    assert not axe.inhabitants()


def test_what_was_given_up_outlives_a_stop_with_all_its_groups(axe, fuse, daemon, tmp_path):
    manifest = tmp_path / "limited.json"
    manifest.write_text(json.dumps({"name": "given-up", "limits_optional": True, "assessments": [{
        "name": "stuck", "command": ["stat", str(fuse.mount / "x")], "timeout": "300ms",
        "timeout_grace": "0s", "limits": {"pids": 50}}]}))
    client = axe.start("run", "--socket", daemon.socket, "--kill-deadline", "300ms",
                       "--abandon-after", "800ms", manifest)
    fuse.take()
    client.communicate(timeout=60)
    before, = residue(daemon)
    had_limits = limit_groups(axe, before["group"])
    assert had_limits or not v1_mounts()
    assert daemon.stop() == 0
    daemon.start()
    after, = residue(daemon)
    assert after["group"] == before["group"]
    assert limit_groups(axe, before["group"]) == had_limits
    fuse.release()
    until(lambda: residue(daemon) == [], "the residue is cleared")
    until(lambda: not limit_groups(axe, before["group"]), "its groups of the limits are removed")


def test_deadlines_of_a_kill_go_on(axe, fuse, daemon):
    client = start_stuck(axe, fuse, daemon, "--abandon-after", "3s")
    with daemon.connect() as caller:
        call = {"method": "io.axe.Engine.TerminateJob", "parameters": {"job": 1}}
        caller.sendall(json.dumps(call).encode() + b"\0")
        until(lambda: axe.job().trace("assessment.survivor"), "it has survived")
        begun, = axe.job().trace("job.terminate")
        daemon.kill()
    client.communicate(timeout=60)
    # Each of them would begin anew: it would never be given up.
    for _ in range(4):
        daemon.start()
        daemon.kill()
    daemon.start()
    until(lambda: axe.job().trace("job.end"), "it is given up")
    end, = axe.job().trace("job.end")
    assert axe.job().only()["verdict"] == "abandoned"
    assert end["mono_ns"] - begun["mono_ns"] >= 3_000_000_000
