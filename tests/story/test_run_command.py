"""`axe run -- CMD`: the command as it would be without axe, and nothing of it left."""

import json
import os
import pty
import re
import signal
import subprocess

import pytest
from axe import until
from console import end, latest, read_until


def test_leak_is_named_killed_and_fails(axe):
    done = axe("run", "--", "sh", "-c", "setsid sleep 999 & exit 0")
    assert done.returncode == 7
    # On a host that is busy enough it is a copy of its shell yet.
    assert re.fullmatch(r"axe: passed, but 1 process leaked: `(sh -c '.*'|(setsid )?sleep 999)` "
                        r"\(pid \d+, forked by `sh` at \+\d+ ms\); killed\n", done.stderr)
    pid = int(re.search(r"pid (\d+)", done.stderr)[1])
    assert not os.path.exists(f"/proc/{pid}")
    axe.assert_nothing_left()


def test_allowed_leak_is_killed_and_passes(axe):
    done = axe("run", "--leaks", "warn", "--", "sh", "-c", "sleep 999 & exit 0")
    assert done.returncode == 0
    assert "1 process leaked" in done.stderr
    axe.assert_nothing_left()


@pytest.mark.parametrize("script, status", [
    ("exit 0", 0), ("exit 1", 1), ("exit 5", 5), ("exit 77", 77), ("exit 255", 255),
    ("kill -SEGV $$", 128 + signal.SIGSEGV), ("kill -KILL $$", 128 + signal.SIGKILL),
])
def test_own_status_passes_through(axe, script, status):
    assert axe("run", "--", "sh", "-c", script).returncode == status


def test_crash_says_who_sent_the_signal(axe):
    done = axe("run", "--", "sh", "-c", "kill -SEGV $$")
    assert done.stderr == "axe: crashed: SIGSEGV from itself\n"


@pytest.mark.parametrize("command, status", [
    (["/nonexistent/program"], 127), (["no-such-program-in-path"], 127), (["/etc/passwd"], 126),
    (["/etc"], 126),
])
def test_command_that_cannot_start(axe, command, status):
    done = axe("run", "--", *command)
    assert done.returncode == status
    assert command[0] in done.stderr
    assert done.stdout == ""


def test_success_says_nothing(axe):
    done = axe("run", "--", "true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_both_outputs_come_out_apart(axe):
    done = axe("run", "--", "sh", "-c", "echo out; echo err >&2")
    assert (done.stdout, done.stderr) == ("out\n", "err\n")


def test_outputs_come_as_they_are_written(axe):
    running = axe.start("run", "--", "sh", "-c", "echo first; read line; echo got $line",
                        stdin=subprocess.PIPE)
    read_until(running.stdout, "first\n")
    running.stdin.write("second\n")
    running.stdin.flush()
    read_until(running.stdout, "got second\n")
    assert end(running)[0] == 0


def test_large_output_is_whole(axe):
    done = axe("run", "--", "sh", "-c", "seq 1 300000")
    assert done.stdout == "".join(f"{n}\n" for n in range(1, 300001))


def test_reader_that_keeps_up_misses_nothing(axe):
    """Far over the bounds of what is kept on disk: each piece is awaited before the next."""
    piece = 2_000_000
    running = axe.start("run", "--", "sh", "-c",
                        f"while read line; do head -c {piece} /dev/zero | tr '\\0' x; done",
                        stdin=subprocess.PIPE)
    for _ in range(10):
        os.write(running.stdin.fileno(), b"more\n")
        got = 0
        while got < piece:
            got += len(os.read(running.stdout.fileno(), piece - got))
    code, rest, stderr = end(running)
    assert (code, rest, stderr) == (0, "", "")


def is_cut(path):
    """What is over its bounds is taken from a file while its program runs."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return status.st_size == 60000000 and status.st_blocks * 512 < status.st_size // 2


def test_reader_that_is_too_slow_is_told_and_it_is_no_success(axe):
    enough = axe.state.parent / "enough"
    running = axe.start("run", "--", "sh", "-c", "head -c 60000000 /dev/zero; "
                        f"until [ -e {enough} ]; do sleep 0.02; done")
    until(lambda: axe.jobs() and is_cut(latest(axe).folder / "1" / "0.1" / "stdout"),
          "the output is cut, and nobody has read it")
    enough.touch()
    code, stdout, stderr = end(running)
    assert code == 3
    assert "cut from the middle" in stderr
    assert len(stdout) < 60000000


def test_person_who_waits_no_longer_for_the_output_may_go(axe):
    """The job is over, but whoever reads its output has stopped."""
    running = axe.start("run", "--", "head", "-c", "4000000", "/dev/zero")
    until(lambda: axe.jobs() and latest(axe).folder.joinpath("results.json").exists(),
          "the command is over")
    until(lambda: running.poll() is not None or running.send_signal(signal.SIGINT), "axe ends")
    assert end(running)[0] == 4


def test_bytes_are_not_touched(axe):
    done = subprocess.run(axe.words("run", "--", "printf", r"\377\000\033[2J"),
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.stdout == b"\xff\x00\x1b[2J"


def test_stdin_reaches_the_command(axe):
    text = "line\n" * 100000
    assert axe("run", "--", "cat", input=text).stdout == text


def test_stdin_that_is_closed_is_no_harm(axe):
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh",
                           *axe.words("run", "--", "echo", "fine")],
                          capture_output=True, text=True, check=False, env=axe.environment())
    assert (done.returncode, done.stdout) == (0, "fine\n")


def test_environment_and_directory_are_the_callers(axe):
    done = axe("run", "--", "sh", "-c", "pwd; echo $STORY",
               env={**axe.environment(), "STORY": "tëst"}, cwd=axe.state.parent)
    assert done.stdout == f"{axe.state.parent}\ntëst\n"


def test_terminal_input_is_relayed(axe):
    person, terminal = pty.openpty()
    running = axe.start("run", "--", "sh", "-c", "read line; echo got $line; cat",
                        stdin=terminal)
    os.close(terminal)
    os.write(person, b"typed\n")
    read_until(running.stdout, "got typed\n")
    os.write(person, b"\x04")
    assert end(running)[0] == 0
    os.close(person)


def test_timeout_ends_it_all(axe):
    done = axe("run", "--timeout", "300ms", "--timeout-grace", "50ms", "--",
               "sh", "-c", "trap '' TERM; sleep 999 & wait; sleep 999")
    assert done.returncode == 124
    assert "timeout" in done.stderr
    axe.assert_nothing_left()


def test_child_that_holds_the_output_does_not_hold_us(axe):
    """The classic hang of a runner that waits for the end of a pipe."""
    done = axe("run", "--leaks", "allow", "--", "sh", "-c", "echo said; setsid sleep 999 &")
    assert (done.returncode, done.stdout) == (0, "said\n")


def test_reader_that_goes_ends_the_job(axe):
    running = axe.start("run", "--", "yes")
    read_until(running.stdout, "y\n")
    running.stdout.close()
    running.stdout = None
    code, _, stderr = end(running)
    assert code == 5
    assert "nobody reads" in stderr
    axe.assert_nothing_left()


def test_output_that_cannot_be_written_is_no_success(axe):
    with open("/dev/full", "w", encoding="ascii") as full:
        running = subprocess.Popen(axe.words("run", "--", "echo", "x"), stdin=subprocess.DEVNULL,
                                   stdout=full, stderr=subprocess.PIPE, text=True,
                                   env=axe.environment())
    code, _, stderr = end(running)
    assert code in (3, 5)  # echo had ended when it was noticed, or had not
    assert "No space left on device" in stderr


def test_json_carries_both_the_status_and_the_verdict(axe):
    done = axe("run", "-o", "json", "--", "sh", "-c", "echo out; exit 3")
    summary = json.loads(done.stdout)
    assert done.returncode == 3
    assert done.stderr == "out\n"
    assert summary["outcome"] == "failed"
    assert summary["assessments"][0]["verdict"] == "failed"
    assert summary["assessments"][0]["exit"] == {"status": 3}


def test_ndjson_streams_the_events(axe):
    done = axe("run", "-o", "ndjson", "--", "true")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["type"] for line in lines] == [
        "job.begin", "assessment.begin", "assessment.end", "job.end", "summary"]
    assert lines[-1]["data"]["outcome"] == "finished"


def test_command_may_look_like_our_options(axe):
    assert axe("run", "--", "echo", "--help", "--", "-q").stdout == "--help -- -q\n"
