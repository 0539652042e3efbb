"""axe import, on the suites that Debian installs, and on lists like those of LTP and kselftest."""

import json
import os
import pathlib
import subprocess

import pytest

AXE = os.path.join(os.environ["AXE_BIN"], "axe")
SYSTEMD = pathlib.Path("/usr/lib/systemd/tests")
INSTALLED = pathlib.Path("/usr/share/installed-tests")


def axe(*words, **options):
    return subprocess.run([AXE, *map(str, words)], capture_output=True, text=True, timeout=60, **options)


def imported(*words):
    """The manifest, twice the same and found valid by axe itself."""
    run = axe("import", *words)
    assert run.returncode == 0, run.stderr
    assert axe("import", *words).stdout == run.stdout
    assert axe("validate", "-", input=run.stdout).returncode == 0
    manifest = json.loads(run.stdout)
    assert f"{len(manifest['assessments'])} assessments" in run.stderr
    return manifest


def test_every_systemd_test_is_imported():
    if not SYSTEMD.is_dir():
        pytest.skip("the package systemd-tests is not installed")
    programs = sorted(str(path) for path in SYSTEMD.glob("test-*")
                      if path.is_file() and os.access(path, os.X_OK))
    manifest = imported("systemd-tests")
    assert [each["command"] for each in manifest["assessments"]] == [[path] for path in programs]


def test_every_installed_test_is_imported():
    if not INSTALLED.is_dir():
        pytest.skip("no package with installed-tests, for instance libglib2.0-tests")
    descriptions = [path for path in INSTALLED.rglob("*.test") if path.is_file()]
    manifest = imported("installed-tests")
    assert {each["name"] for each in manifest["assessments"]} == {
        str(path.relative_to(INSTALLED).with_suffix("")) for path in descriptions}


def test_missing_suite_names_its_package(tmp_path):
    run = axe("import", "systemd-tests", "--directory", str(tmp_path / "none"))
    assert run.returncode == 3
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert "apt-get install systemd-tests" in run.stderr


def test_unknown_suite_is_refused():
    run = axe("import", "systemd-test")
    assert run.returncode == 2
    assert "systemd-tests" in run.stderr


def programs(directory, **texts):
    """Shell scripts by these names."""
    directory.mkdir(parents=True)
    for name, text in texts.items():
        path = directory / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)


def verdicts(job):
    return {each["name"]: each["verdict"] for each in job.results()["assessments"]}


def test_runtest_file_runs_as_under_ltp(axe, tmp_path):
    root = tmp_path / "ltp"
    programs(root / "testcases" / "bin", passes='test "$1" = -i', fails="exit 1",
             breaks="exit 2", skips="exit 32", here='test -x ./passes -a -d "$TMPDIR"')
    runtest = root / "runtest"
    runtest.mkdir()
    (runtest / "mini").write_text(
        "#DESCRIPTION:a few\n\n"
        "pass01\tpasses -i\nfail01 fails\nbrok01   breaks\nconf01 skips\nhere01 here\n"
        f"shell01 test $LTPROOT = {root}; echo $TMPDIR | grep -q /\npass01 passes -i 2\n",
        encoding="utf-8")

    run = axe("import", "ltp", "--ltp-root", root, runtest / "mini")
    assert run.returncode == 0, run.stderr
    assert "note: another `pass01` is named `pass01-2`" in run.stderr
    assert axe("run", "-", input=run.stdout).returncode == 1
    assert verdicts(axe.job()) == {
        "pass01": "passed", "fail01": "failed", "brok01": "broken", "conf01": "skipped",
        "here01": "passed", "shell01": "passed", "pass01-2": "passed"}
    axe.assert_nothing_left()


def test_kselftest_list_runs_as_under_its_own_script(axe, tmp_path):
    root = tmp_path / "kselftest"
    programs(root / "timers", passes="test -x ./passes", skips="exit 4", fails="exit 1")
    programs(root / "net" / "lib", waits="sleep 99", leaks="setsid sleep 99 & exit 0")
    (root / "timers" / "script.sh").write_text("#!/bin/sh -u\nexit 0\n", encoding="utf-8")
    (root / "net" / "lib" / "settings").write_text("timeout=1\n", encoding="utf-8")
    names = ["timers:passes", "timers:skips", "timers:fails", "timers:script.sh", "timers:none",
             "net/lib:waits", "net/lib:leaks"]
    (root / "kselftest-list.txt").write_text("\n".join(names) + "\n", encoding="utf-8")

    run = axe("import", "kselftest", root)
    assert run.returncode == 0, run.stderr
    assert axe("import", "kselftest", root / "kselftest-list.txt").stdout == run.stdout
    assert axe("run", "-", input=run.stdout).returncode == 3
    assert verdicts(axe.job()) == dict(zip(names, [
        "passed", "skipped", "failed", "passed", "error", "timeout", "passed"]))
    axe.assert_nothing_left()


def test_timeout_of_a_suite_can_be_said(tmp_path):
    path = tmp_path / "mini"
    path.write_text("a true\n", encoding="utf-8")
    assert imported("ltp", path)["defaults"]["timeout"] == "300s"
    assert imported("ltp", path, "--timeout", "10m")["defaults"]["timeout"] == "10m"
    run = axe("import", "ltp", path, "--timeout", "10")
    assert run.returncode == 2
    assert "`10` is no duration" in run.stderr


def test_ltp_is_where_its_variable_says(tmp_path):
    path = tmp_path / "mini"
    path.write_text("a true\n", encoding="utf-8")
    environment = {**os.environ, "LTPROOT": "/srv/ltp"}
    run = axe("import", "ltp", path, env=environment)
    assert json.loads(run.stdout)["defaults"]["environment"]["LTPROOT"] == "/srv/ltp"
    run = axe("import", "ltp", path, "--ltp-root", "/srv/other", env=environment)
    assert json.loads(run.stdout)["defaults"]["environment"]["LTPROOT"] == "/srv/other"


def test_bad_list_is_refused_at_its_line(tmp_path):
    path = tmp_path / "list"
    path.write_text("# a\nonlyatag\n", encoding="utf-8")
    for suite in ("ltp", "kselftest"):
        run = axe("import", suite, path)
        assert run.returncode == 3
        assert run.stdout == ""
        assert run.stderr.startswith(f"axe import: {path}:2: ")
        assert run.stderr.count("\n") == 1


def test_list_must_be_named():
    run = axe("import", "ltp")
    assert run.returncode == 2
    assert "where is the list of `ltp`?" in run.stderr


def test_full_disk_is_not_a_success():
    if not SYSTEMD.is_dir():
        pytest.skip("the package systemd-tests is not installed")
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = subprocess.run([AXE, "import", "systemd-tests"], stdout=full,
                             stderr=subprocess.PIPE, text=True, timeout=60)
    assert run.returncode == 3
    assert "No space left" in run.stderr
