"""What a job leaves on disk: exactly the promised files, each of them well-formed and in agreement."""

import json
import re
import stat
import xml.etree.ElementTree as ElementTree

import pytest

from axe import until

FILES = {"manifest.json", "environment.json", "trace.ndjson", "results.ndjson", "results.json",
         "junit.xml", "results.tap"}
# Names and outputs that each format has to escape in its own way.
MIXED = r"""
name: "mixed <&>\"' ünïcode ]]>"
defaults: {timeout: 30s}
assessments:
  - {name: "passes <&>", command: [echo, "<b>&]]>"]}
  - {name: "fails \"'\\", command: [sh, -c, "printf 'a\\033[31m\\001\\377b\\n' >&2; exit 3"]}
  - {name: "# skips", command: [sh, -c, "exit 77"], exit_codes: automake}
  - {name: "leaks ✓ %s", command: [sh, -c, "setsid sleep 999 & exit 0"]}
  - {name: "crashes", command: [sh, -c, "kill -SEGV $$"]}
  - {name: "times out", command: [sleep, "999"], timeout: 100ms, timeout_grace: 0s}
  - {name: "cannot start", command: [/nonexistent/program]}
"""
VERDICTS = ["passed", "failed", "skipped", "leaked", "crashed", "timeout", "error"]


@pytest.fixture
def job(axe):
    run = axe("run", axe.manifest(MIXED))
    assert run.returncode == 3, run.stderr
    axe.assert_nothing_left()
    return axe.job()


def test_folder_has_the_promised_files_and_no_others(job):
    assert [each["verdict"] for each in job["assessments"]] == VERDICTS
    found = {str(path.relative_to(job.folder)) for path in job.folder.rglob("*") if path.is_file()}
    tries = {f"1/{index}.1/{name}" for index in range(len(VERDICTS))
             for name in ("stdout", "stderr")}
    assert found == FILES | tries


def test_files_are_no_business_of_others(job):
    for path in [job.folder, *job.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o027 == 0, path
        assert path.stat().st_uid == 0


def test_each_json_file_is_well_formed(job):
    for name in FILES:
        text = (job.folder / name).read_text(encoding="utf-8")
        if name.endswith(".json"):
            assert isinstance(json.loads(text), dict), name
        elif name.endswith(".ndjson"):
            assert text.endswith("\n")
            assert all(isinstance(json.loads(line), dict) for line in text.splitlines()), name
    manifest = json.loads((job.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["name"] == "mixed <&>\"' ünïcode ]]>"
    environment = json.loads((job.folder / "environment.json").read_text(encoding="utf-8"))
    assert environment["before"]["boot_id"] == environment["after"]["boot_id"]


def test_both_results_say_the_same(job):
    lines = (job.folder / "results.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == job["assessments"]


def test_junit_agrees_with_the_results(job):
    suites = ElementTree.parse(job.folder / "junit.xml").getroot()
    cases = list(suites.iter("testcase"))
    assert [case.get("name") for case in cases] == [each["name"] for each in job["assessments"]]

    def kind(case):
        return next((tag for tag in ("error", "failure", "skipped")
                     if case.find(tag) is not None), "passed")

    assert [kind(case) for case in cases] == [
        "passed", "failure", "skipped", "failure", "error", "error", "error"]
    for suite in suites.iter("testsuite"):
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == 2
        assert int(suite.get("errors")) == 3
        assert int(suite.get("skipped")) == 1
    assert any("sleep 999" in (case.findtext("system-err") or "") for case in cases)


def test_tap_agrees_with_the_results(job):
    lines = (job.folder / "results.tap").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "TAP version 13"
    assert lines[1] == f"1..{len(VERDICTS)}"
    points = [line for line in lines if re.match(r"(not )?ok\b", line)]
    for number, (point, each) in enumerate(zip(points, job["assessments"], strict=True), 1):
        good = each["verdict"] in ("passed", "skipped")
        assert re.match(rf"{'ok' if good else 'not ok'} {number}\b", point), point
        # A directive is nothing that a name can make.
        assert bool(re.search(r"(?<!\\)# SKIP", point)) == (each["verdict"] == "skipped"), point
    # All else is the diagnosis of the point before it, between its two marks.
    inside = False
    for line in lines[2:]:
        if line in ("  ---", "  ..."):
            assert inside == (line == "  ...")
            inside = not inside
        else:
            assert inside == line.startswith("  "), line
    assert not inside


def test_trace_has_no_gap_and_tells_each_event_once(job):
    trace = job.trace()
    assert [line["seq"] for line in trace] == list(range(1, len(trace) + 1))
    assert len({line["boot_id"] for line in trace}) == 1
    assert {(line["v"], line["job"], line["attempt"]) for line in trace} == {(1, job.id, 1)}
    assert trace[0]["type"] == "job.begin"
    assert trace[-1]["type"] == "job.end"
    for index in range(len(VERDICTS)):
        own = [line["type"] for line in trace if line.get("assessment") == index]
        assert own.count("assessment.begin") == own.count("assessment.end") == 1
        assert own[-1] == "assessment.end"
    job.assert_all_accounted_for()


def test_output_is_kept_byte_by_byte(job):
    assert job.output("stdout", 0) == b"<b>&]]>\n"
    assert job.output("stderr", 1) == b"a\033[31m\001\377b\n"


def test_long_output_keeps_head_and_tail_and_says_so(axe):
    run = axe("run", axe.manifest("""
name: long
assessments:
  - {name: long, command: "seq 4000000", timeout: 60s}
"""))
    assert run.returncode == 0
    output = axe.job().only()["output"]["stdout"]
    written = len("".join(f"{number}\n" for number in range(1, 4000001)))
    assert output == {"bytes": written, "kept": output["kept"], "truncated": True}
    lines = axe.job().output().decode().splitlines()
    assert (lines[0], lines[-1]) == ("1", "4000000")
    assert f"[axe: {written - output['kept']} bytes cut]" in lines
    assert len(axe.job().output()) < written / 2


def test_interrupted_job_still_has_the_results_of_what_ended(axe):
    client = axe.start("run", axe.manifest("""
name: two
assessments:
  - {name: first, command: ["true"]}
  - {name: second, command: [sleep, "999"]}
"""))
    until(lambda: axe.jobs() and len(axe.job().trace("assessment.begin")) == 2, "the second began")
    line, = (axe.job().folder / "results.ndjson").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["verdict"] == "passed"
    assert not (axe.job().folder / "results.json").exists()
    client.terminate()
    client.communicate(timeout=60)
    assert client.returncode == 5


def test_secrets_are_not_on_the_disk(axe):
    secret = "s3cr3t-value"
    environment = {**axe.environment(), "MY_TOKEN": secret}
    assert axe("run", "--", "sh", "-c", "test $MY_TOKEN", env=environment).returncode == 0
    assert axe("run", axe.manifest(f"""
name: secrets
assessments:
  - {{name: a, command: "test $DB_PASSWORD", environment: {{DB_PASSWORD: {secret}}}}}
""")).returncode == 0
    for path in axe.state.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
