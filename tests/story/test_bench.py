"""The bench measures what it says, beside a reference of the same run; how fast is no matter here."""

import json
import subprocess

from axe import BIN


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
    assert {row["reference_name"] for row in rows} == {"bare freeze + kill"}
    assert all(row["reference"] > 0 and row["axe"] > 0 for row in rows)


def test_unknown_words_are_a_usage_error(axe):
    done = bench(axe, "--fast")
    assert done.returncode == 2
    assert "usage: axe-bench" in done.stderr
