"""A daemon among others and under a service manager: its places, its socket, its word, its group."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import uuid

import pytest
from axe import BIN, PATIENCE_S, is_removed, start_ticks, until, v2_mount

# What systemd-socket-activate does: listen, wait for somebody, become the daemon.
ACTIVATOR = """
import os, select, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
select.select([listener], [], [])
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""


@pytest.fixture
def start(axe):
    """Start axed, in the foreground unless told otherwise; gone at the end, and all of its jobs."""
    started = []

    def start_one(*options, prefix=(), **keywords):
        command = [*prefix, BIN / "axed", "--foreground", "--cgroup-root", axe.cgroup_root,
                   "--on-stop", "terminate", *options]
        started.append(subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True,
                                        **keywords))
        return started[-1]

    yield start_one
    for daemon in started:
        stop(daemon)
    axe.assert_nothing_left()


def stop(daemon):
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.communicate(timeout=PATIENCE_S)
    return daemon.returncode, stderr


def is_served(path):
    with socket.socket(socket.AF_UNIX) as client:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            client.connect(str(path))
            return True
    return False


def run(axe, path, *words):
    """Without the story's own state directory, which the daemon does not have to know."""
    return subprocess.run([BIN / "axe", "run", "--socket", path, "--", *words], env=axe.environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)


def test_instances_live_side_by_side(axe, start):
    names = [f"story-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    sockets = [pathlib.Path(f"/run/axe/{name}.sock") for name in names]
    states = [pathlib.Path(f"/var/lib/axe-{name}") for name in names]
    try:
        daemons = [start("--instance", name) for name in names]
        for path, daemon in zip(sockets, daemons):
            until(lambda path=path: is_served(path), "the instance serves")
            assert run(axe, path, "true").returncode == 0
        for state in states:
            assert (state / "jobs" / "1" / "results.json").is_file()
        # Each goes on without the other.
        assert stop(daemons[0])[0] == 0
        assert not sockets[0].exists()
        assert run(axe, sockets[1], "true").returncode == 0
        assert stop(daemons[1])[0] == 0
    finally:
        for state in states:
            shutil.rmtree(state, ignore_errors=True)


def activators(path):
    """Each way to pass a socket that there is here."""
    systemd = shutil.which("systemd-socket-activate")
    if systemd:
        yield [systemd, "-l", path]
    yield [sys.executable, "-c", ACTIVATOR, path]


@pytest.mark.parametrize("way", [0, 1])
def test_socket_is_passed_by_who_listened_before(axe, start, tmp_path, way):
    path = tmp_path / "passed.sock"
    ways = list(activators(path))
    if way >= len(ways):
        pytest.skip("systemd-socket-activate is not installed")
    daemon = start("--state-dir", axe.state, prefix=ways[way])
    until(lambda: is_served(path), "somebody listens")
    done = run(axe, path, "echo", "activated")
    assert (done.returncode, done.stdout) == (0, "activated\n"), done.stderr
    assert stop(daemon)[0] == 0
    # The name belongs to who made it.
    assert path.exists()


def test_manager_hears_when_it_is_ready_busy_alive_and_leaving(axe, start, tmp_path):
    path = tmp_path / "axed.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify.sock"))
        manager.settimeout(PATIENCE_S)
        # The watchdog's environment names its process, which exec makes the daemon's.
        daemon = start("--socket", path, "--state-dir", axe.state,
                       prefix=["sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "sh"],
                       env={**axe.environment(), "NOTIFY_SOCKET": str(tmp_path / "notify.sock"),
                            "WATCHDOG_USEC": "400000"})

        def hear(wanted):
            while wanted not in (lines := manager.recv(4096).decode().splitlines()):
                assert lines
        hear("READY=1")
        hear("WATCHDOG=1")
        assert run(axe, path, "true").returncode == 0
        hear("STATUS=1 running, 0 pending")
        hear("STATUS=no job")
        daemon.send_signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert daemon.wait(PATIENCE_S) == 0


def test_private_supervisor_leaves_the_callers_manager_alone(axe, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify.sock"))
        manager.setblocking(False)
        done = axe("run", "--", "true",
                   env={**axe.environment(), "NOTIFY_SOCKET": str(tmp_path / "notify.sock")})
        assert done.returncode == 0
        with pytest.raises(BlockingIOError):
            manager.recv(4096)


def test_daemon_in_the_background_serves_when_its_starter_returns(axe, tmp_path):
    path = tmp_path / "axed.sock"
    done = subprocess.run([BIN / "axed", "--socket", path, "--state-dir", axe.state,
                           "--cgroup-root", axe.cgroup_root], timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr
    pid = int((axe.state / "axe.lock").read_text(encoding="ascii"))
    try:
        assert run(axe, path, "true").returncode == 0
    finally:
        os.kill(pid, signal.SIGTERM)
        until(lambda: start_ticks(pid) is None, "the daemon has ended")
    axe.assert_nothing_left()


@pytest.fixture
def unit(axe):
    """A group like that of a service: empty, and marked as systemd marks what it gives away."""
    group = v2_mount() / f"axe-unit-{uuid.uuid4().hex[:8]}"
    group.mkdir()
    yield group
    for inner in [group / "supervisor", group]:
        until(lambda inner=inner: is_removed(inner), f"{inner} is empty")


def start_in(axe, group, path, manager=True):
    """axed as the main process of a unit: born in its group, with its own pid in the environment."""
    marks = {"INVOCATION_ID": uuid.uuid4().hex} if manager else {}
    script = f'echo $$ > {group}/cgroup.procs && SYSTEMD_EXEC_PID=$$ exec "$@"'
    return subprocess.Popen(
        ["sh", "-c", script, "sh", str(BIN / "axed"), "--foreground", "--socket", str(path),
         "--state-dir", str(axe.state), "--on-stop", "terminate"],
        env={**axe.environment(), **marks},
        stderr=subprocess.PIPE, text=True)


def job_group(axe, path):
    until(lambda: is_served(path), "the daemon serves")
    done = run(axe, path, "sh", "-c", "grep ^0:: /proc/self/cgroup")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().removeprefix("0::")


def test_delegated_unit_holds_all_groups(axe, unit, tmp_path):
    os.setxattr(unit, "trusted.delegate", b"1")
    daemon = start_in(axe, unit, tmp_path / "axed.sock")
    try:
        inside = job_group(axe, tmp_path / "axed.sock")
        leaf = (unit / "supervisor" / "cgroup.procs").read_text(encoding="ascii").split()
        assert leaf == [str(daemon.pid)]
        assert (unit / "cgroup.procs").read_text(encoding="ascii") == ""
    finally:
        code, stderr = stop(daemon)
    assert code == 0, stderr
    assert inside.startswith(f"/{unit.name}/axe/daemon-")
    assert not (unit / "axe").exists()


@pytest.mark.parametrize("manager", [True, False])
def test_group_that_nobody_gave_away_is_left_alone(axe, unit, tmp_path, manager):
    if not manager:
        os.setxattr(unit, "trusted.delegate", b"1")
    daemon = start_in(axe, unit, tmp_path / "axed.sock", manager)
    try:
        inside = job_group(axe, tmp_path / "axed.sock")
        assert (unit / "cgroup.procs").read_text(encoding="ascii").split() == [str(daemon.pid)]
    finally:
        code, stderr = stop(daemon)
    assert code == 0
    assert inside.startswith("/axe/daemon-")
    assert ("Delegate=yes" in stderr) == manager


def test_installed_units_are_accepted_by_systemd(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not installed")
    subprocess.run(["cmake", "--install", str(BIN.parent), "--prefix", str(tmp_path)], check=True,
                   capture_output=True, timeout=PATIENCE_S)
    units = tmp_path / "lib/systemd/system"
    verified = subprocess.run([analyze, "verify", units / "axed.service", units / "axed.socket"],
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert f"ExecStart={tmp_path}/sbin/axed " in (units / "axed.service").read_text()


def test_installed_group_and_places_are_made(tmp_path):
    if not shutil.which("systemd-sysusers") or not shutil.which("systemd-tmpfiles"):
        pytest.skip("systemd-sysusers or systemd-tmpfiles is not installed")
    if os.geteuid() != 0:
        pytest.skip("needs root")
    subprocess.run(["cmake", "--install", str(BIN.parent), "--prefix", str(tmp_path / "usr")],
                   check=True, capture_output=True, timeout=PATIENCE_S)
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    subprocess.run(["systemd-sysusers", f"--root={root}", tmp_path / "usr/lib/sysusers.d/axe.conf"],
                   check=True, capture_output=True, timeout=PATIENCE_S)
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={root}",
                    tmp_path / "usr/lib/tmpfiles.d/axe.conf"], check=True, capture_output=True,
                   timeout=PATIENCE_S)
    assert "axe-admin:" in (root / "etc/group").read_text(encoding="ascii")
    for place in ("run/axe", "run/axe/run", "var/lib/axe"):
        assert (root / place).is_dir()
