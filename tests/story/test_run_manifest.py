"""`axe run MANIFEST`: every assessment judged, told and counted."""

import json
import os
import pty
import re
import subprocess

import pytest
from console import end, latest, manifest, read_screen, read_until

TRUE = {"name": "good", "command": ["true"], "timeout": "20s"}
FALSE = {"name": "bad", "command": ["sh", "-c", "echo seen; echo why >&2; exit 3"],
         "timeout": "20s"}
LEAK = {"name": "leaky", "command": "sleep 999 & exit 0", "timeout": "20s"}
LATE = {"name": "late", "command": ["sleep", "999"], "timeout": "200ms",
        "timeout_grace": "50ms"}
SKIP = {"name": "skipped", "command": ["sh", "-c", "exit 77"], "exit_codes": "automake",
        "timeout": "20s"}
LOST = {"name": "lost", "command": ["/nonexistent"], "timeout": "20s"}


@pytest.mark.parametrize("assessments, code", [
    ([TRUE], 0),
    ([TRUE, SKIP], 0),
    ([SKIP, SKIP], 77),
    ([TRUE, LEAK], 7),
    ([TRUE, LEAK, LATE], 124),
    ([LATE, FALSE, LEAK], 1),
    ([FALSE, LOST, LATE], 3),
])
def test_exit_code_is_that_of_the_gravest(axe, assessments, code):
    assert axe("run", manifest(axe, *assessments)).returncode == code
    axe.assert_nothing_left()


def test_summary_counts_and_names(axe):
    done = axe("run", manifest(axe, TRUE, FALSE, LEAK, TRUE))
    assert re.search(r"story: failed after .*: 1 leaked, 2 passed, 1 failed", done.stdout)
    assert re.search(r"failed +1 bad  exit status 3", done.stdout)
    assert re.search(r"leaked +2 leaky  1 process leaked", done.stdout)
    assert "leaks: 1 process, killed" in done.stdout
    assert f"results: {latest(axe).folder}" in done.stdout


def test_failure_shows_its_last_lines(axe):
    noisy = {"name": "noisy", "command": ["sh", "-c", "seq 100 150; printf 'x\\033[2J'; exit 1"],
             "timeout": "20s"}
    stderr = axe("run", manifest(axe, FALSE, noisy)).stderr
    assert "  | seen\n" in stderr and "  | why\n" in stderr
    assert "  | 150\n" in stderr and "  | 132\n" in stderr
    assert "  | 131\n" not in stderr
    assert "\033" not in stderr and r"x\x1b[2J" in stderr


def test_plain_progress_has_a_line_for_start_and_end(axe):
    stderr = axe("run", manifest(axe, TRUE)).stderr
    assert "START 0 good\n" in stderr
    assert re.search(r"^END   0 good  passed  ", stderr, re.M)
    assert "\033" not in stderr


def test_quiet_says_only_what_went_wrong(axe):
    assert axe("run", "-q", manifest(axe, TRUE)).stderr == ""
    stderr = axe("run", "-q", manifest(axe, TRUE, FALSE)).stderr
    assert "bad" in stderr and "good" not in stderr


def test_missing_timeout_is_said_once(axe):
    endless = {"name": "endless", "command": ["true"]}
    stderr = axe("run", manifest(axe, TRUE, endless, endless)).stderr
    assert stderr.count("no timeout for 2 of 3 assessments") == 1
    assert "no timeout" not in axe("run", "--timeout", "9s", manifest(axe, endless)).stderr


def test_command_line_overrides_the_manifest(axe):
    done = axe("run", "--timeout", "200ms", "--timeout-grace", "0", "--leaks", "allow",
               "--name", "mine", manifest(axe, {**LATE, "timeout": "1h"}, LEAK))
    assert done.returncode == 124
    results = latest(axe).results()
    assert results["name"] == "mine"
    assert [a["verdict"] for a in results["assessments"]] == ["timeout", "passed"]


def test_yaml_is_understood(axe):
    path = axe.manifest("name: y\nassessments:\n  - {name: a, command: [\"true\"], timeout: 5s}\n")
    assert axe("run", path).returncode == 0


@pytest.mark.parametrize("text, named", [
    ("assessments: [", "manifest.yaml:2:"),
    ("assessments:\n  - {name: a, comand: [x]}\n", "command"),
    ("assessments:\n  - {name: a, command: [x], timeout: soon}\n", "manifest.yaml:2:"),
    ("", "manifest.yaml"),
])
def test_bad_manifest_is_refused_with_its_place(axe, text, named):
    path = axe.manifest(text)
    done = axe("run", path)
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stdout == ""
    assert not axe.state.exists()


def test_missing_manifest_shows_how_a_command_is_run(axe):
    done = axe("run", "make")
    assert done.returncode == 2
    assert "axe run -- make" in done.stderr


def test_json_holds_all_results(axe):
    done = axe("run", "-o", "json", manifest(axe, TRUE, FALSE))
    summary = json.loads(done.stdout)
    assert [a["verdict"] for a in summary["assessments"]] == ["passed", "failed"]
    assert summary["counts"] == {"passed": 1, "failed": 1}


def on_terminal(axe, *words, **variables):
    """Start axe with a terminal as its standard error; returns it and the person's end."""
    person, terminal = pty.openpty()
    environment = {**axe.environment(), "TERM": "xterm", **variables}
    # `start` keeps stderr for itself.
    client = subprocess.Popen(axe.words(*words), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=terminal, text=True,
                              env=environment)
    axe.clients.append(client)
    os.close(terminal)
    return client, person


def test_live_line_on_a_terminal(axe):
    """A person sees what runs; when it is over the line is gone and failures stay."""
    fifo = axe.state.parent / "fifo"
    os.mkfifo(fifo)
    sleeper = {"name": "sleeper", "command": ["sh", "-c", f"read line < {fifo}"],
               "timeout": "60s"}
    client, person = on_terminal(axe, "run", manifest(axe, TRUE, sleeper, FALSE))
    writer = os.open(fifo, os.O_WRONLY)
    # Of what runs before it there may be lines, too, where that takes long.
    screen = read_until(person, "/ 1 min 0 s")
    os.write(writer, b"\n")
    os.close(writer)
    code = end(client)[0]
    screen += read_screen(person)
    os.close(person)
    assert code == 1
    assert "[2/3] sleeper" in screen and "/ 1 min 0 s" in screen
    assert "END   2 bad" in screen
    assert "START" not in screen


@pytest.mark.parametrize("variables, coloured", [
    ({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_only_on_a_terminal_and_not_against_the_will(axe, variables, coloured):
    client, person = on_terminal(axe, "run", manifest(axe, FALSE), **variables)
    _, stdout, _ = end(client)
    screen = read_screen(person)
    os.close(person)
    assert ("\033[31m" in screen) == coloured
    assert "\033" not in stdout
