"""Assessments that cooperate: they report, learn that they shall stop, and have folders to write to."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from axe import BIN, PATIENCE_S, Place, until, v2_mount
from console import end, latest, manifest, wait_for_output

SUPPORT = pathlib.Path("/run/axe/run/support")
JOBS = pathlib.Path(__file__).resolve().parents[1] / "jobs"
EXAMPLE = ["--parameter", f"axe={BIN / 'axe'}", "--parameter", f"script={JOBS / 'cooperates.sh'}",
           JOBS / "cooperates.yaml"]
AXE = f"{BIN / 'axe'} support"
NOBODY = 65534


@pytest.fixture
def public(request):
    """axe in a place that every user can come into, with a program of its own there."""
    if os.geteuid() != 0 or not v2_mount():
        pytest.skip("needs root and a mounted cgroup v2 tree")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="axe-story-", dir="/var/tmp"))
    folder.chmod(0o755)
    shutil.copy(BIN / "axe", folder / "axe")
    place = Place(folder)
    yield place
    place.close()
    shutil.rmtree(folder)


def cancels(job):
    return [line["data"]["state"] for line in job.trace("assessment.cancel")]


def progress(job):
    return [line["data"] for line in job.trace("assessment.progress")]


def cancel(axe):
    run = axe("cancel", "--soft", f"{latest(axe).id}/0")
    assert run.returncode == 0, run.stderr


def test_an_assessment_that_acknowledges_a_cancel_is_canceled(axe):
    script = (f"{AXE} progress 40 'half way'; echo ready; {AXE} wait-cancel && {AXE} canceled &&"
              f" {AXE} cancelling 'tidying up'; exit 5")
    path = manifest(axe, {"name": "a", "command": script}, {"name": "b", "command": "exit 0"})
    client = axe.start("run", path)
    wait_for_output(axe, "ready")
    cancel(axe)
    code, _, errors = end(client)
    first, second = axe.job()["assessments"]
    assert (code, first["verdict"], second["verdict"]) == (4, "canceled", "passed"), errors
    assert first["exit"]["status"] == 5
    assert cancels(axe.job()) == ["requested", "acknowledged"]
    assert progress(axe.job()) == [
        {"type": "percent", "value": 40, "message": "half way"},
        {"type": "cancelling", "value": None, "message": "tidying up"}]
    axe.assert_nothing_left()


def test_a_cancel_that_nobody_acknowledges_is_ignored(axe):
    script = f"echo ready; {AXE} wait-cancel; exit 1"
    client = axe.start("run", manifest(axe, {"name": "a", "command": script}))
    wait_for_output(axe, "ready")
    cancel(axe)
    assert end(client)[0] == 1
    assert axe.job().only()["verdict"] == "failed"
    assert cancels(axe.job()) == ["requested", "ignored"]
    kinds = [line["type"] for line in axe.job().trace()]
    assert kinds.index("assessment.end") > len(kinds) - kinds[::-1].index("assessment.cancel") - 1


def test_a_timeout_is_a_request_to_stop(axe):
    script = f"trap '' TERM; {AXE} wait-cancel; echo told=$?; {AXE} cancelling; exit 0"
    path = manifest(axe, {"name": "a", "command": script, "timeout": "500ms",
                          "timeout_grace": "30s"})
    assert axe("run", path).returncode == 124
    assert axe.job().only()["verdict"] == "timeout"
    assert b"told=0" in axe.job().output()
    assert cancels(axe.job()) == ["acknowledged"]


def test_what_is_reported_is_counted_in_the_result(axe):
    script = "; ".join(f"{AXE} {word}" for word in (
        "progress 10", "increment", "increment", "warning old", "error broken", "heartbeat",
        "test-case one pass", "test-case two fail", "waiting 'press it'", "remaining 30"))
    # What others change of the host meanwhile would be among its errors, as warnings.
    axe("run", manifest(axe, {"name": "a", "command": script + "; exit 0", "residue": "ignore"}))
    result = axe.job().only()
    assert result["verdict"] == "passed"
    reported = result["reported"]
    assert {key: reported[key] for key in ("reports", "percent", "warnings", "errors", "passed",
                                           "failed", "dropped")} == {
        "reports": 10, "percent": 12, "warnings": 1, "errors": 1, "passed": 1, "failed": 1,
        "dropped": 0}
    assert [each["message"] for each in reported["notes"]] == ["old", "broken", "two"]
    assert ([(each["kind"], each["text"]) for each in result["errors"]] ==
            [("warning", "old"), ("error", "broken"), ("error", "test case failed: two")])


def test_wrong_reports_are_refused_by_the_supervisor_too(axe, tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text(CLIENT + """
for wrong in ({"type": "percent", "value": 101}, {"type": "percent"}, {"type": "soon"},
              {"type": "message"}, {"type": "message", "message": "x" * 1025},
              {"type": "heartbeat", "value": 1}, {"type": "cancelling"}):
    print(call("io.axe.Support.ReportProgress", wrong)["error"])
for wrong in ({"type": 7}, {"value": 1}, {"type": "percent", "value": "40"}, {"kind": "percent"},
              {"type": "message", "message": 1}):
    print(call("io.axe.Support.ReportProgress", wrong)["error"])
print(call("io.axe.Support.Report", {})["error"])
print(call("io.axe.Engine.TerminateJob", {})["error"])
""", encoding="utf-8")
    axe("run", manifest(axe, {"name": "a", "command": ["/usr/bin/python3", str(path)]}))
    assert axe.job().only()["verdict"] == "passed", axe.job().output("stderr")
    assert axe.job().output().decode().split() == (
        ["io.axe.Support.BadProgress"] * 7 + ["org.varlink.service.InvalidParameter"] * 5 +
        ["org.varlink.service.MethodNotFound", "org.varlink.service.InterfaceNotFound"])
    assert progress(axe.job()) == []


def test_the_socket_describes_itself(axe, tmp_path):
    path = tmp_path / "look.py"
    path.write_text(CLIENT + """
info = call("org.varlink.service.GetInfo", {})["parameters"]
print(*info["interfaces"])
for name in info["interfaces"]:
    text = call("org.varlink.service.GetInterfaceDescription", {"interface": name})
    print(f"interface {name}" in text["parameters"]["description"])
print(call("org.varlink.service.GetInterfaceDescription", {"interface": "io.axe.Engine"})["error"])
""", encoding="utf-8")
    axe("run", manifest(axe, {"name": "a", "command": ["/usr/bin/python3", str(path)]}))
    assert axe.job().output().decode().split() == [
        "io.axe.Support", "org.varlink.service", "True", "True",
        "org.varlink.service.InterfaceNotFound"]


def test_a_user_reaches_its_own_socket_and_its_folders(public):
    script = (f"{public.state.parent}/axe support progress 1 && echo \"$AXE_SUPPORT\" &&"
              " touch \"$AXE_TEMP/t\" \"$AXE_RESULTS/r\" && ! ls \"$AXE_JOB_DIR\" &&"
              " stat -c '%u %a' \"$AXE_SUPPORT\" \"$AXE_TEMP\" \"$AXE_RESULTS\"")
    public("run", manifest(public, {"name": "a", "user": "nobody", "command": script}))
    job = public.job()
    assert job.only()["verdict"] == "passed", job.output("stderr")
    assert job.output().decode().splitlines()[1:] == ["65534 600", "65534 700", "65534 750"]
    assert job.only()["reported"]["reports"] == 1
    assert (job.folder / "1" / "0.1" / "results" / "r").stat().st_uid == NOBODY
    assert not (job.folder / "1" / "0.1" / "temp").exists()
    public.assert_nothing_left()


def test_another_user_does_not_reach_it(public):
    client = public.start("run", manifest(public, {
        "name": "a", "user": "nobody", "command": "echo \"$AXE_SUPPORT\"; sleep 999"}))
    wait_for_output(public, "/")
    path = latest(public).output().decode().strip()
    knock = f"import socket; socket.socket(socket.AF_UNIX).connect({path!r})"
    for uid, code in ((NOBODY, 0), (12345, 1)):
        run = subprocess.run(["/usr/bin/python3", "-c", knock], capture_output=True, text=True,
                             user=uid, group=uid, extra_groups=[], check=False, timeout=PATIENCE_S)
        assert run.returncode == code, run.stderr
    assert "Permission" in run.stderr
    client.send_signal(signal.SIGTERM)
    end(client)


def test_temporary_folders_go_and_results_stay(axe):
    script = ("mkdir -p \"$AXE_TEMP/a/b\" && echo x >\"$AXE_TEMP/a/b/c\" &&"
              " ln -s / \"$AXE_TEMP/root\" && ln -s \"$PRECIOUS\" \"$AXE_TEMP/a/link\" &&"
              " echo r >\"$AXE_RESULTS/r\" && echo \"$AXE_ATTEMPT $AXE_ASSESSMENT $AXE_TRY\"")
    precious = axe.state.parent / "precious"
    precious.mkdir()
    (precious / "file").write_text("stays", encoding="utf-8")
    each = {"command": script, "environment": {"PRECIOUS": str(precious)}}
    axe("run", manifest(axe, {"name": "a", **each}, {"name": "b", **each, "keep_temp": True}))
    tries = axe.job().folder / "1"
    assert not (tries / "0.1" / "temp").exists()
    until(lambda: sorted(path.name for path in (tries / "0.1").iterdir()) ==
          ["results", "stderr", "stdout"], "the content of the temporary folder is gone")
    assert (tries / "1.1" / "temp" / "a" / "b" / "c").read_text(encoding="utf-8") == "x\n"
    assert [(tries / name / "results" / "r").exists() for name in ("0.1", "1.1")] == [True, True]
    assert (precious / "file").exists()
    assert axe.job().output(index=1) == b"1 1 1\n"


@pytest.mark.parametrize("parallel", (1, 3))
def test_each_try_has_folders_as_new_whatever_the_one_before_did(public, parallel):
    look = ("stat -c '%u %a' \"$AXE_TEMP\" \"$AXE_RESULTS\"; cd \"$AXE_TEMP/..\" && pwd; "
            "ls -A \"$AXE_TEMP\"; ls -A \"$AXE_RESULTS\"; ")
    deeds = ("true", "true", "chmod 777 \"$AXE_TEMP\" \"$AXE_RESULTS\"",
             "touch \"$AXE_TEMP/t\" \"$AXE_RESULTS/r\"",
             "rmdir \"$AXE_TEMP\" && mkdir \"$AXE_TEMP\"; true",
             "touch \"$AXE_TEMP/t\"; rm \"$AXE_TEMP/t\"", "test $AXE_TRY = 3", "true")
    retry = {"times": 2, "on": ["failed"]}
    each = [{"name": f"{user}-{number}", "user": user, "command": look + deed, "retry": retry}
            for number, deed in enumerate(deeds) for user in ("root", "nobody")]
    public("run", manifest(public, *each, parallel=parallel))
    job = public.job()
    assert {result["verdict"] for result in job["assessments"]} == {"passed"}
    for index, result in enumerate(job["assessments"]):
        folder = job.folder / "1" / f"{index}.{result['try']}"
        left = ["results"] if "AXE_RESULTS/r" in each[index]["command"] else []
        uid = (0, NOBODY)[index % 2]
        assert (folder / "stdout").read_text(encoding="utf-8").splitlines() == [
            f"{uid} 700", f"{uid} 750", str(folder)]
        until(lambda: sorted(path.name for path in folder.iterdir()) ==
              left + ["stderr", "stdout"], "what is empty or temporary has gone")
    public.assert_nothing_left()


def test_sockets_go_with_their_supervisors_and_dead_ones_are_swept(axe):
    dead = SUPPORT / "feedfacefeedface"
    dead.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead / "1"))
    client = axe.start("run", manifest(axe, {
        "name": "a", "command": "echo \"$AXE_SUPPORT\"; sleep 999"}))
    wait_for_output(axe, "/")
    path = pathlib.Path(latest(axe).output().decode().strip())
    assert path.is_socket() and not dead.exists()
    client.send_signal(signal.SIGTERM)
    end(client)
    assert not path.parent.exists()


@pytest.mark.parametrize("words,code", [
    (["progress", "40", "half way"], 0), (["message", "x"], 0), (["heartbeat"], 0),
    (["test-case", "n", "fail"], 0), (["cancelling"], 0), (["canceled"], 1),
    (["parameter", "x"], 1), (["wait-cancel", "--timeout", "10ms"], 1),
    ([], 2), (["progress"], 2), (["progress", "101"], 2), (["progress", "x"], 2),
    (["message"], 2), (["message", ""], 2), (["message", "x" * 1025], 2), (["heartbeat", "a", "b"], 2),
    (["test-case", "n"], 2), (["test-case", "n", "maybe"], 2), (["remaining", "-1"], 2),
    (["canceled", "now"], 2), (["canceled", "--timeout", "1s"], 2), (["soon"], 2)])
def test_outside_an_assessment_nothing_happens(words, code):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AXE_")}
    for support in ({}, {"AXE_SUPPORT": ""}):
        run = subprocess.run([BIN / "axe", "support", *words], capture_output=True, text=True,
                             env={**environment, **support}, check=False, timeout=PATIENCE_S)
        assert run.returncode == code, (words, run.stderr)
        assert bool(run.stderr) == (code == 2)


def test_a_supervisor_that_has_gone_is_said(tmp_path):
    environment = {**os.environ, "AXE_SUPPORT": str(tmp_path / "gone")}
    for words, code in ((["wait-cancel"], 8), (["canceled"], 1), (["progress", "1"], 0)):
        run = subprocess.run([BIN / "axe", "support", *words], env=environment, check=False,
                             timeout=PATIENCE_S)
        assert run.returncode == code


CLIENT = """
import json, os, socket
def connect():
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(os.environ["AXE_SUPPORT"])
    return peer
def send(peer, method, parameters, **more):
    peer.sendall(json.dumps({"method": method, "parameters": parameters, **more}).encode() + b"\\0")
def read(peer):
    got = b""
    while not got.endswith(b"\\0"):
        piece = peer.recv(65536)
        assert piece, "the supervisor hung up"
        got += piece
    return json.loads(got[:-1])
peer = connect()
def call(method, parameters):
    send(peer, method, parameters)
    return read(peer)
"""


def test_what_is_said_without_waiting_for_an_answer_counts(axe, tmp_path):
    path = tmp_path / "hasty.py"
    path.write_text(CLIENT + """
for count in range(20):
    send(peer, "io.axe.Support.ReportProgress", {"type": "heartbeat"}, oneway=bool(count % 2))
other = connect()
send(other, "io.axe.Support.ReportProgress", {"type": "percent", "value": 100}, oneway=True)
os._exit(0)
""", encoding="utf-8")
    axe("run", manifest(axe, {"name": "a", "command": ["/usr/bin/python3", str(path)]}))
    reported = axe.job().only()["reported"]
    assert (reported["reports"], reported["percent"]) == (21, 100)


def memory_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError(f"no memory of {pid}")


def test_garbage_crowds_and_floods_leave_the_supervisor_responsive(axe, tmp_path):
    path = tmp_path / "flood.py"
    path.write_text(CLIENT + """
import contextlib
for garbage in (b"\\0", b"x" * 100000, b"{\\0", b"[]\\0", b"{}\\0", b'{"method": 7}\\0',
                b"[" * 8000 + b"\\0", os.urandom(5000), b'{"method": "' + b"m" * 9000 + b'"}\\0'):
    with contextlib.suppress(OSError):
        other = connect()
        other.sendall(garbage)
        while other.recv(65536):
            pass
crowd = []
for count in range(1000):
    with contextlib.suppress(OSError):
        crowd.append(connect())
        crowd[-1].sendall(b'{"method": "io.axe.Support.AwaitCancel"}\\0{"half": ')
for each in crowd:
    each.close()
print("flooding", flush=True)
report = json.dumps({"method": "io.axe.Support.ReportProgress", "oneway": True,
                     "parameters": {"type": "message", "message": "m" * 1000}}).encode() + b"\\0"
for count in range(100000):
    peer.sendall(report)
print(call("io.axe.Support.GetState", {})["parameters"]["canceled"], flush=True)
send(peer, "io.axe.Support.AwaitCancel", {})
read(peer)
print(call("io.axe.Support.ReportProgress", {"type": "cancelling"})["parameters"], flush=True)
""", encoding="utf-8")
    # A sanitizer keeps what was freed, by default for a quarter of a gigabyte.
    environment = {**axe.environment(), "ASAN_OPTIONS": "quarantine_size_mb=4"}
    client = axe.start("run", manifest(axe, {
        "name": "a", "command": ["/usr/bin/python3", str(path)]}), env=environment)
    wait_for_output(axe, "flooding")
    supervisor = axe.supervisor(client)
    before = memory_kib(supervisor)
    shown = axe("show", "-o", "json", latest(axe).id, timeout=10)
    assert shown.returncode == 0, shown.stderr
    wait_for_output(axe, "False")
    assert memory_kib(supervisor) < before + 64 * 1024
    cancel(axe)
    assert end(client)[0] == 4
    result = axe.job().only()
    assert result["verdict"] == "canceled"
    reported = result["reported"]
    assert reported["reports"] + reported["dropped"] == 100001
    assert reported["reports"] >= 1000 and reported["dropped"] > 10000
    assert len(progress(axe.job())) == reported["reports"]
    axe.assert_nothing_left()


def test_the_example_counts_and_keeps_its_result(axe):
    run = axe("run", *EXAMPLE)
    assert run.returncode == 0, run.stderr
    assert [each["value"] for each in progress(axe.job())] == [33, 66, 100, 1]
    rounds = axe.job().folder / "1" / "0.1" / "results" / "rounds"
    assert rounds.read_text(encoding="utf-8") == "round 1\nround 2\nround 3\n"


def test_the_example_needs_no_axe(tmp_path):
    done = subprocess.run([JOBS / "cooperates.sh"], cwd=tmp_path, capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path),
                               "AXE_PARAMETER_axe": str(BIN / "axe"), "AXE_PARAMETER_pause": "1ms"},
                          check=True, timeout=PATIENCE_S)
    assert (done.stdout, done.stderr) == ("done after 3 rounds\n", "")
    assert (tmp_path / "rounds").read_text(encoding="utf-8").count("round") == 3


def test_the_example_stops_when_it_is_asked_to(axe):
    client = axe.start("run", "--parameter", "pause=60s", *EXAMPLE)
    until(lambda: axe.jobs() and progress(latest(axe)), "it has begun")
    cancel(axe)
    assert end(client)[0] == 4
    assert axe.job().only()["verdict"] == "canceled"
    assert json.dumps(progress(axe.job())[-1]["message"]) == '"after 1 of 3 rounds"'
