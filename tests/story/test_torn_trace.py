"""A daemon that is killed in the middle of a line: its trace is read, mended and said."""

import json
import signal

import pytest
from axe import until
from bad_disk import BadDisk
from daemon import Daemon, replies, send

# It forks until it is killed, so there is always something to write.
BUSY = "while :; do /bin/true; done"


@pytest.fixture
def disk(tmp_path):
    disk = BadDisk(tmp_path)
    yield disk
    disk.close()


@pytest.fixture
def start(axe):
    daemons = []

    def start_one():
        daemons.append(Daemon(axe, "--cgroup-root", str(axe.cgroup_root)))
        return daemons[-1]

    yield start_one
    for daemon in daemons:
        if daemon.process.returncode is None:
            daemon.stop()
    axe.assert_nothing_left(at_once=False)


@pytest.fixture
def torn(axe, disk, start, monkeypatch):
    """The trace of a job whose daemon died in the middle of a line of it."""
    with monkeypatch.context() as patch:
        for name, value in disk.environment().items():
            patch.setenv(name, value)
        daemon = start()
    with daemon.connect() as client:
        send(client, "io.axe.Engine.ExecuteJob", {"manifest": {
            "name": "torn", "assessments": [{"name": "busy", "command": BUSY, "timeout": "60s"}]}},
             True)
        told = replies(client)
        # The store knows of it: what is not there is nobody's to mend.
        until(lambda: "job.begin" in json.dumps(next(told)), "it has begun")
        path = until(lambda: list(axe.state.glob("jobs/1/trace.ndjson")), "the job has a trace")[0]
        until(lambda: path.stat().st_size > 4096, "it grows")
        disk["tear"] = 1
        assert daemon.process.wait(60) == -signal.SIGKILL
    daemon.process.stderr.close()
    text = path.read_bytes()
    assert not text.endswith(b"\n")
    return path, text, text.rindex(b"\n") + 1


def test_readers_leave_the_torn_line_out_and_say_so(axe, start, torn):
    path, text, whole = torn
    said = f"the last line of `{path}` is torn and left out ({len(text) - whole} bytes)"
    for words in (("trace", 1), ("trace", 1, "-o", "json"), ("show", 1), ("show", 1, "-o", "json"),
                  ("log", 1)):
        run = axe(*words)
        assert said in run.stderr, words
        # There is no output to print; that is not because of the trace.
        assert run.returncode == (2 if words[0] == "log" else 0), run.stderr
    raw = axe("trace", 1, "-o", "ndjson")
    assert raw.stdout.encode() == text[:whole]
    start()


def test_next_daemon_cuts_the_torn_line_and_says_so_once(axe, start, torn):
    path, text, whole = torn
    second = start()
    second.process.terminate()
    _, logged = second.process.communicate(timeout=60)
    assert f"{len(text) - whole} bytes of a torn line at offset {whole} are cut" in logged
    mended = path.read_bytes()
    assert mended.startswith(text[:whole])
    lines = axe.job().trace()
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    added = lines[text.count(b"\n"):]
    assert (added[0]["type"], added[0]["job"], added[0]["data"]) == (
        "trace.torn", 1, {"offset": whole, "bytes": len(text) - whole})
    # And, as the job went on until it was stopped with its daemon, its ends.
    told = [line["type"] for line in added[1:] if not line["type"].startswith("process.")]
    assert told[-2:] == ["assessment.end", "job.end"]

    third = start()
    third.process.terminate()
    assert "torn" not in third.process.communicate(timeout=60)[1]
    assert path.read_bytes() == mended
    shown = axe("trace", 1)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "bytes of a torn line are cut" in shown.stdout
    assert json.loads(axe("show", 1, "-o", "json").stdout)["state"] == "Canceled"
