"""The installed units under a real systemd, on cgroup v2: only in the machine of tools/dev/vm.

    tools/dev/build release && sudo tools/dev/vm python3 -m pytest -q tests/vm
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AXE_BUILD", PROJECT / "build/release"))
SOCKET = "/run/axe/axed.sock"
SERVICE = "axed.service"
UNIT = pathlib.Path("/sys/fs/cgroup/system.slice/axed.service")
DROP_IN = pathlib.Path(f"/run/systemd/system/{SERVICE}.d/story.conf")
PATIENCE_S = 120
LOOK_S = 0.05


def run(*words, check=True, **options):
    options = {"stdin": subprocess.DEVNULL, "timeout": PATIENCE_S, **options}
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False,
                          **options)
    assert done.returncode == 0 or not check, (words, done.returncode, done.stdout, done.stderr)
    return done


def systemctl(*words):
    return run("systemctl", *words).stdout.strip()


def shown(name, unit=SERVICE):
    return systemctl("show", "--value", "-p", name, unit)


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {what}"
        time.sleep(LOOK_S)
    return answer


def axe_run(*words, check=True):
    return run("axe", "run", "--socket", SOCKET, *words, check=check)


def groups_of_jobs():
    return [path for path in UNIT.glob("axe/*/*") if path.is_dir()]


def processes_below(group):
    return [int(pid) for path in group.rglob("cgroup.procs")
            for pid in path.read_text(encoding="ascii").split()]


def is_running(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").exists()


@pytest.fixture(scope="module", autouse=True)
def installed():
    """axe as `cmake --install` leaves it, and its snippets applied."""
    if not pathlib.Path("/axe-vm-command").exists():
        pytest.skip("only in the machine of tools/dev/vm: it installs below /usr")
    run("cmake", "--install", BUILD, "--prefix", "/usr")
    run("systemctl", "daemon-reload")
    run("systemd-sysusers")
    run("systemd-tmpfiles", "--create", "axe.conf")


@pytest.fixture
def unit():
    """The socket open and the service asleep, as after a boot."""
    systemctl("start", "axed.socket")
    yield
    log = run("journalctl", "-b", "-u", "axed.service", "-n", "40", "--no-pager").stdout
    print(log)
    systemctl("stop", "axed.socket", SERVICE)
    DROP_IN.unlink(missing_ok=True)
    systemctl("daemon-reload")
    run("systemctl", "reset-failed", SERVICE, check=False)
    assert not UNIT.exists() or processes_below(UNIT) == []


class Sleeper:
    """A job, with limits so that controllers are handed down, that does not end by itself."""

    def __init__(self, tmp_path):
        manifest = tmp_path / "sleeper.yaml"
        manifest.write_text("name: sleeper\nassessments:\n  - command: sleep 998 & sleep 999\n"
                            "    limits: {memory: 64M, pids: 16, cpu: 150%}\n", encoding="utf-8")
        self.client = subprocess.Popen(["axe", "run", "--socket", SOCKET, manifest],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
        self.pids = until(self.look, "the job runs")

    @staticmethod
    def look():
        pids = [pid for group in groups_of_jobs() for pid in processes_below(group)]
        return pids if len(pids) == 3 else None

    def end(self):
        output, _ = self.client.communicate(timeout=PATIENCE_S)
        assert not any(map(is_running, self.pids)), output
        return self.client.returncode, output


def test_group_and_places_are_there():
    run("getent", "group", "axe-admin")
    for place in ("/run/axe", "/run/axe/run", "/var/lib/axe"):
        assert pathlib.Path(place).is_dir()


def test_first_connection_starts_the_service(unit):
    assert run("stat", "-c", "%U:%G %a", SOCKET).stdout == "root:axe-admin 660\n"
    assert shown("ActiveState") == "inactive"
    group = axe_run("--", "cat", "/proc/self/cgroup").stdout.strip()
    assert (shown("Type"), shown("SubState")) == ("notify", "running")
    assert shown("StatusText") == "no job"
    # In the part of the tree that systemd has given to the service, and nowhere else.
    assert group.startswith("0::/system.slice/axed.service/axe/daemon-")
    assert (UNIT / "cgroup.procs").read_text(encoding="ascii") == ""
    leaf = (UNIT / "supervisor/cgroup.procs").read_text(encoding="ascii").split()
    assert leaf == [shown("MainPID")]


def test_started_service_has_said_that_it_is_ready(unit):
    systemctl("start", SERVICE)
    assert shown("ActiveState") == "active"
    assert run("axe", "doctor", "--socket", SOCKET).returncode == 0


@pytest.mark.parametrize("manifest", ["limits.yaml", "everything.yaml", "mixed.yaml"])
def test_example_ends_as_it_says(unit, manifest):
    wanted = {"mixed.yaml": 1}.get(manifest, 0)
    done = axe_run(PROJECT / "tests/jobs" / manifest, check=False)
    assert done.returncode == wanted, done.stdout + done.stderr
    assert "cannot" not in done.stderr
    assert groups_of_jobs() == []


def test_limits_are_those_of_v2_below_the_unit(unit):
    script = ("cd /sys/fs/cgroup$(sed s/^0::// /proc/self/cgroup); cat memory.max memory.swap.max "
              "pids.max cpu.max cpuset.cpus")
    manifest = {"name": "limits", "assessments": [
        {"name": "a", "command": script,
         "limits": {"memory": "64M", "swap": "1M", "pids": 12, "cpu": "150%", "cpus": "0"}}]}
    path = pathlib.Path("/tmp/limits.json")
    path.write_text(json.dumps(manifest), encoding="utf-8")
    axe_run(path)
    outputs = sorted(pathlib.Path("/var/lib/axe/jobs").glob("*/1/0.1/stdout"),
                     key=lambda output: int(output.parts[-4]))
    assert outputs[-1].read_text(encoding="ascii").split("\n") == [
        "67108864", "1048576", "12", "150000 100000", "0", ""]


def test_service_is_alive_to_its_watchdog(unit):
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text("[Service]\nWatchdogSec=6s\n", encoding="ascii")
    systemctl("daemon-reload")
    systemctl("start", SERVICE)
    pid = shown("MainPID")
    pings = {shown("WatchdogTimestampMonotonic")}
    until(lambda: pings.add(shown("WatchdogTimestampMonotonic")) or len(pings) > 5, "five pings")
    assert (shown("NRestarts"), shown("MainPID")) == ("0", pid)

    # One that answers no more is ended and started again, by the same timer.
    os.kill(int(pid), signal.SIGSTOP)
    until(lambda: shown("NRestarts") == "1" and shown("ActiveState") == "active", "another one")
    assert shown("MainPID") != pid
    assert axe_run("--", "echo", "again").stdout == "again\n"


def test_stop_keeps_the_running_job_for_the_next_start(unit, tmp_path):
    systemctl("start", SERVICE)
    job = Sleeper(tmp_path)
    systemctl("stop", SERVICE)
    output, _ = job.client.communicate(timeout=PATIENCE_S)
    assert all(map(is_running, job.pids)), output
    systemctl("start", SERVICE)
    number, = [each["job"] for each in json.loads(
        run("axe", "list", "-o", "json", "--socket", SOCKET).stdout)["jobs"]
        if each["state"] == "Running"]
    run("axe", "terminate", "--yes", "--socket", SOCKET, str(number))
    assert not any(map(is_running, job.pids))
    until(lambda: groups_of_jobs() == [], "its groups are gone")


def test_stop_ends_the_running_job_and_leaves_nothing_where_that_is_asked_for(unit, tmp_path):
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text("[Service]\nExecStart=\n"
                       "ExecStart=/usr/sbin/axed --foreground --on-stop terminate\n",
                       encoding="ascii")
    systemctl("daemon-reload")
    systemctl("start", SERVICE)
    job = Sleeper(tmp_path)
    assert shown("StatusText") == "1 running, 0 pending"
    systemctl("stop", SERVICE)
    code, output = job.end()
    assert code == 5, output
    assert shown("Result") == "success"
    assert not UNIT.exists()
    # The socket stays open, so the next client starts it again.
    assert axe_run("--", "echo", "again").stdout == "again\n"


def kill_service(whom):
    """Until there is another one."""
    pid = shown("MainPID")
    systemctl("kill", "-s", "KILL", f"--kill-whom={whom}", SERVICE)
    until(lambda: shown("ActiveState") == "active" and shown("MainPID") not in ("0", pid),
          "another one")


def test_killed_service_comes_back_and_goes_on_with_its_job(unit, tmp_path):
    systemctl("start", SERVICE)
    job = Sleeper(tmp_path)
    kill_service("main")
    output, _ = job.client.communicate(timeout=PATIENCE_S)
    number = re.search(r"goes on with job (\d+)", output).group(1)
    assert all(map(is_running, job.pids)), output
    run("axe", "terminate", "--yes", "--socket", SOCKET, number)
    assert not any(map(is_running, job.pids))
    until(lambda: groups_of_jobs() == [], "its groups are gone")
    assert axe_run("--", "echo", "again").stdout == "again\n"


def test_service_killed_with_its_job_comes_back_and_nothing_stays(unit, tmp_path):
    systemctl("start", SERVICE)
    job = Sleeper(tmp_path)
    kill_service("all")
    code, output = job.end()
    assert code not in (0, 1), output
    until(lambda: groups_of_jobs() == [], "its groups are gone")
    assert axe_run("--", "echo", "again").stdout == "again\n"


def test_host_is_told_as_it_is():
    report = json.loads(run("axe", "doctor", "-o", "json").stdout)
    print(json.dumps(report, indent=1))
    assert report["works"] is True
    assert report["cgroup"]["layout"] == "pure v2"
    assert all(tier["loaded"] for tier in report["tiers"])


def test_private_run_beside_the_service(unit):
    systemctl("start", SERVICE)
    done = run("axe", "run", "--", "cat", "/proc/self/cgroup")
    assert done.stdout.startswith("0::/axe/run-")
    assert not pathlib.Path("/sys/fs/cgroup/axe").exists()
