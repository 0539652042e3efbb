"""axe import, on the suites that Debian installs."""

import json
import os
import pathlib
import subprocess

import pytest

AXE = os.path.join(os.environ["AXE_BIN"], "axe")
SYSTEMD = pathlib.Path("/usr/lib/systemd/tests")
INSTALLED = pathlib.Path("/usr/share/installed-tests")


def axe(*words, **options):
    return subprocess.run([AXE, *words], capture_output=True, text=True, timeout=60, **options)


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


def test_full_disk_is_not_a_success():
    if not SYSTEMD.is_dir():
        pytest.skip("the package systemd-tests is not installed")
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = subprocess.run([AXE, "import", "systemd-tests"], stdout=full,
                             stderr=subprocess.PIPE, text=True, timeout=60)
    assert run.returncode == 3
    assert "No space left" in run.stderr
