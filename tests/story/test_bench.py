"""The bench measures what it says, beside a reference of the same run; how fast is no matter here."""

import contextlib
import json
import pathlib
import signal
import subprocess

import pytest

from axe import BIN, PATIENCE_S, children, start_ticks, until, v2_mount


def bench(axe, *words):
    environment = {**axe.environment(), "AXE_AXED": str(BIN / "axed")}
    return subprocess.run([BIN / "axe-bench", *words], capture_output=True, text=True, check=False,
                          env=environment, timeout=500)


def test_each_row_has_its_figure_and_its_reference(axe):
    done = bench(axe, "--quick", "--json", "--only", "dfg")
    # Goals are for quiet machines: 1 says that one was missed.
    assert done.returncode in (0, 1), done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    measured = {name: row for name, row in rows.items() if "axe" in row}
    assert measured["d  exits lost in 5000"]["axe"] == 0
    assert measured["g  trace, for each process"]["axe"] > 100
    assert 0 < measured["f  axe run -- true, private"]["axe"] < 60_000
    assert all(row["met"] in (True, False) for row in measured.values())


def test_termination_is_held_against_the_bare_kernel(axe):
    done = bench(axe, "--quick", "--json", "--only", "a")
    assert done.returncode in (0, 1), done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert {row["reference_name"] for row in rows} == {"bare freeze + kill", "bare kill"}
    assert len({row["name"] for row in rows}) == len(rows)
    assert all(row["reference"] > 0 and row["axe"] > 0 for row in rows)


@pytest.mark.parametrize("letters", ["z", "az", ""])
def test_what_it_does_not_know_is_no_goal_that_was_met(axe, letters):
    done = bench(axe, "--only", letters)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`{letters}`" in done.stderr and "usage:" in done.stderr


def test_help_names_every_letter(axe):
    done = bench(axe, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ")] == [
        *"abcdefghij"]


def statistics_are_on():
    return pathlib.Path("/proc/sys/kernel/bpf_stats_enabled").read_text(encoding="ascii") != "0\n"


def test_programs_are_timed_by_the_kernel_too(axe):
    if statistics_are_on():
        pytest.skip("somebody has the kernel's BPF statistics switched on for good")
    done = bench(axe, "--quick", "--json", "--only", "c")
    assert done.returncode in (0, 1), done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    supervised, inside = rows["c  a loop of forks, supervised"], rows["c  of it in BPF programs"]
    beside = rows["c  in BPF programs, beside"]
    assert 0 < beside["minimum"] and beside["axe"] < inside["axe"] < supervised["axe"]
    assert not statistics_are_on()


def test_a_long_queue_is_filled_looked_at_and_started_again(axe):
    done = bench(axe, "--quick", "--json", "--only", "i")
    assert done.returncode in (0, 1), done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["i  2000 jobs queued, 100 at once"]["axe"] > 10
    assert rows["i  CancelJob of one that waits"]["reference"] > 0
    assert all(row["axe"] > 0 for row in rows.values()) and len(rows) == 6


def own_supervisor(bench):
    """The pid and the folder of what a bench has started, once it works."""
    # A process that is looked at may end.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for child in [child for worker in children(bench.pid) for child in children(worker)]:
            words = pathlib.Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0")
            if "--state-dir" in words:
                folder = pathlib.Path(words[words.index("--state-dir") + 1])
                return (child, folder) if (folder / "axe.db").exists() else None
    return None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_bench_that_is_ended_leaves_nothing(axe, number):
    environment = {**axe.environment(), "AXE_AXED": str(BIN / "axed")}
    running = subprocess.Popen([BIN / "axe-bench", "--only", "i"], env=environment, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    group = v2_mount() / f"axe-bench-{running.pid}"
    pid, folder = until(lambda: own_supervisor(running), "its supervisor works")
    assert group.exists()
    running.send_signal(number)
    assert "ended before" in running.communicate(timeout=PATIENCE_S)[1]
    assert running.returncode == -number
    assert start_ticks(pid) is None and not folder.exists() and not group.exists()


def test_unknown_words_are_a_usage_error(axe):
    done = bench(axe, "--fast")
    assert done.returncode == 2
    assert "usage: axe-bench" in done.stderr


def test_dead_supervisor_is_measured_until_its_successor_goes_on(axe):
    done = bench(axe, "--quick", "--json", "--only", "j")
    assert done.returncode in (0, 1), done.stderr
    adopted, events = json.loads(done.stdout)["rows"]
    assert "1000 processes" in adopted["name"] and adopted["axe"] > 0
    # The figure means nothing without what was synced for it.
    assert "trace (no sync) and store (fdatasync a group)" in events["name"]
    assert (events["unit"], events["axe"] > 1) == ("events/s", True)
