"""Manifests, programs and words that are wrong: one line, the fitting exit code, nothing half made."""

import re
import subprocess

import pytest

from axe import BIN, until

GOOD = "name: n\nassessments:\n  - {name: a, command: [\"true\"]}\n"
TOO_LARGE = 8 * 1024 * 1024 + 1

# name: (content, suffix, where it is wrong, what is said)
MANIFESTS = {
    "malformed": ("name: [\n", "yaml", "2:1", "name"),
    "malformed JSON": ('{"name": "n", "assessments": [}', "json", "1:31", "well-formed JSON"),
    "cut off": ('{"name": "n", "assessments": [', "json", "1:30", "end of"),
    "empty": ("", "yaml", "1:1", "empty"),
    "two documents": (GOOD + "---\n" + GOOD, "yaml", "4:1", "one document"),
    "more behind the end": ('{"name": "n"} {}', "json", "1:15", "end of file"),
    "deep": ("name: " + "[" * 5000 + "]" * 5000, "yaml", "1:22", "16 levels"),
    "deep JSON": ('{"name":' + "[" * 500000 + "]" * 500000 + "}", "json", "1:24", "16 levels"),
    "cyclic": ("name: n\nassessments: &a\n  - *a\n", "yaml", "2:14", "aliases"),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nname: n\n", "yaml", "1:4", "aliases"),
    "merge key": ("name: n\n<<: {name: m}\nassessments: []\n", "yaml", "2:1", "<<"),
    "tag": ("name: !!python/object:os.system n\n", "yaml", "1:7", "tag"),
    "duplicate key": ("name: n\n" + GOOD, "yaml", "2:1", "second `name`"),
    "duplicate JSON key": ('{"name":"n",\n"name":"m"}', "json", "2:1", "duplicate"),
    "duplicate name": (GOOD + "  - {name: a, command: [\"true\"]}\n", "yaml", "4:12", "`a`"),
    "not UTF-8": (b"name: n\nassessments:\n  - name: caf\xe9\n", "yaml", "3:14", "0xe9"),
    "not UTF-8 JSON": (b'{"name": "caf\xe9"}', "json", "1:14", "0xe9"),
    "over-long UTF-8": (b"name: \xc0\xaf\n", "yaml", "1:7", "0xc0"),
    "UTF-16": ("name: n\n".encode("utf-16"), "yaml", "1:1", "iconv"),
    "half a surrogate": ('{"name":"\\ud800"}', "json", "1:9", "Unicode"),
    "NUL": ("name: n\0m\n", "yaml", "1:8", "0x00"),
    "escaped NUL": ('{"name":"n\\u0000m"}', "json", "1:9", "0000"),
    "unknown key": (GOOD.replace("command", "comand"), "yaml", "3:15", "command"),
    "wrong type": (GOOD.replace("name: n", "name: {n: m}"), "yaml", "1:7", "name"),
    "nothing to do": ("name: n\nassessments: []\n", "yaml", "2:14", "at least one"),
    "empty program": (GOOD.replace('"true"', '""'), "yaml", "3:", "program"),
    "bad duration": (GOOD + "defaults: {timeout: 3parsecs}\n", "yaml", "4:21", "3parsecs"),
}


def write(tmp_path, content, suffix):
    path = tmp_path / f"manifest.{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def assert_nothing_begun(axe):
    """Not even the state directory was made."""
    assert not axe.state.exists()
    axe.assert_nothing_left()


@pytest.mark.parametrize("name", MANIFESTS)
def test_bad_manifest_is_refused_at_its_place(axe, tmp_path, name):
    content, suffix, place, said = MANIFESTS[name]
    path = write(tmp_path, content, suffix)
    for verb in ("run", "validate"):
        refused = axe(verb, path)
        assert refused.returncode == 2
        assert refused.stdout == ""
        line, = refused.stderr.splitlines()
        assert f"{path}:{place}" in line
        assert said in line
    assert_nothing_begun(axe)


@pytest.mark.parametrize("suffix, begin, end", [
    ("yaml", GOOD + "#", "\n"),
    ("json", '{"name":"', '"}')])
def test_huge_manifest_is_refused_by_name_of_the_bound(axe, tmp_path, suffix, begin, end):
    path = write(tmp_path, begin + "n" * TOO_LARGE + end, suffix)
    run = axe("run", path)
    assert run.returncode == 2
    line, = run.stderr.splitlines()
    assert str(path) in line and "8 MiB" in line
    assert_nothing_begun(axe)


def test_manifest_without_an_end_is_refused(axe):
    with open("/dev/zero", "rb") as endless:
        run = axe("run", "-", stdin=endless)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert_nothing_begun(axe)


def test_many_assessments_are_refused_by_name_of_the_bound(axe, tmp_path):
    each = "".join(f"  - {{name: a{i}, command: [x]}}\n" for i in range(100001))
    run = axe("run", write(tmp_path, "name: n\nassessments:\n" + each, "yaml"))
    assert run.returncode == 2
    line, = run.stderr.splitlines()
    assert re.search(r"at most [\d,]+", line)
    assert_nothing_begun(axe)


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_manifest_that_cannot_be_read_is_named(axe, tmp_path, name):
    (tmp_path / "folder").mkdir()
    run = axe("run", tmp_path / name)
    assert run.returncode == 2
    assert run.stdout == ""
    assert str(tmp_path / name) in run.stderr.splitlines()[0]
    assert_nothing_begun(axe)


@pytest.mark.parametrize("command, code, said", [
    (["/nonexistent/program"], 127, "No such file"),
    (["no-such-program-anywhere"], 127, "No such file"),
    (["/etc/passwd"], 126, "Permission denied"),
    (["/"], 126, "Permission denied")])
def test_program_that_cannot_start_is_named(axe, command, code, said):
    for _ in range(5):
        run = axe("run", "--", *command)
        assert run.returncode == code
        assert run.stdout == ""
        line, = run.stderr.splitlines()
        assert f"`{command[0]}`" in line and said in line
        axe.assert_nothing_left()
    for job in axe.jobs():
        result = job.only()
        assert result["verdict"] == "error"
        assert result["error"]["name"] == "AXE_E_ASSESSMENT_COULD_NOT_START"
        assert result["error"]["stage"] == "exec"


@pytest.mark.parametrize("change, said", [
    ("command: [/nonexistent/program]", "/nonexistent/program"),
    ("command: [\"true\"], workdir: /nonexistent/folder", "/nonexistent/folder"),
    ("command: [\"true\"], user: no-such-user-here", "no-such-user-here"),
    ("command: [\"true\"], stdin: /nonexistent/input", "/nonexistent/input")])
def test_what_a_manifest_names_and_is_not_there_fails_that_assessment_only(axe, change, said):
    run = axe("run", axe.manifest(f"""
name: n
assessments:
  - {{name: first, {change}}}
  - {{name: second, command: ["true"]}}
"""))
    assert run.returncode == 3
    assert said in run.stdout
    first, second = axe.job()["assessments"]
    assert first["verdict"] == "error"
    assert second["verdict"] == "passed"
    axe.assert_nothing_left()


def test_user_that_is_not_there_is_said_in_one_line(axe):
    run = axe("run", "--user", "no-such-user-here", "--", "true")
    assert run.returncode == 126
    line, = run.stderr.splitlines()
    assert "no-such-user-here" in line
    axe.assert_nothing_left()


@pytest.mark.parametrize("words, said", [
    (["rnu"], "axe run"),
    (["run", "--tiemout", "1s", "--", "true"], "--timeout"),
    (["run", "--timeout", "3parsecs", "--", "true"], "3parsecs"),
    (["run", "--timeout", "-1s", "--", "true"], "-1s"),
    (["run", "--timeout"], "needs a value"),
    (["run", "--leaks", "maybe", "--", "true"], "fail, warn"),
    (["run", "--state-dir", "", "--", "true"], "--state-dir"),
    (["run"], "expected a manifest"),
    (["run", "--"], "expected a command"),
    (["terminate", "--yes", "0"], "0"),
    (["show", "1/x"], "1/x"),
    (["show", "99999999999999999999"], "99999999999999999999")])
def test_wrong_words_are_refused_with_what_is_right(axe, tmp_path, words, said):
    run = subprocess.run([BIN / "axe", *words], cwd=tmp_path, env=axe.environment(),
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stdout == ""
    assert said in run.stderr.splitlines()[0]
    assert_nothing_begun(axe)


@pytest.mark.parametrize("words, said", [
    (["--bogus"], "--bogus"),
    (["--socket", "relative.sock"], "absolute"),
    (["--private", "77777777"], "77777777"),
    (["--private", "3", "--foreground"], "--foreground")])
def test_wrong_words_to_the_supervisor_are_refused(axe, words, said):
    run = subprocess.run([BIN / "axed", *words], env=axe.environment(),
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    line, = run.stderr.splitlines()
    assert said in line
    assert_nothing_begun(axe)


def test_numbers_of_jobs_that_are_not_there(axe):
    assert axe("run", "--", "true").returncode == 0
    for verb in ("show", "log", "trace"):
        run = axe(verb, 7)
        assert run.returncode == 2
        assert "no job 7" in run.stderr
    for words in (("terminate", "--yes", 1), ("cancel", "--soft", 1)):
        run = axe(*words)
        assert run.returncode == 2
        assert "does not run" in run.stderr
    until(lambda: not axe.marked(), "nothing was started for that")
