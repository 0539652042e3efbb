"""Each key of a manifest: what it changes in a real job, and where it is refused when it is wrong."""

import json
import os
import pathlib
import signal

import pytest
from axe import until
from console import end, manifest
from daemon import Daemon

GOOD = {"name": "a", "command": ["true"], "timeout": "60s"}


def run(axe, keys, code=0, **job_keys):
    """A job of one assessment; returns its result."""
    done = axe("run", manifest(axe, {**GOOD, **keys}, **job_keys))
    assert done.returncode == code, done.stdout + done.stderr
    axe.assert_nothing_left()
    return axe.jobs()[-1].only()


def printed(axe, keys, **job_keys):
    run(axe, keys, **job_keys)
    return axe.jobs()[-1].output().decode()


def test_names_are_those_of_the_results(axe):
    assert run(axe, {"name": "née 1"}, name="the job")["name"] == "née 1"
    assert axe.jobs()[-1].results()["name"] == "the job"


def test_command_is_a_list_of_words_or_a_line_for_the_shell(axe):
    assert printed(axe, {"command": ["printf", "%s.", "a b", "$HOME"]}) == "a b.$HOME."
    assert printed(axe, {"command": "printf '%s.' a b \"$AXE_TRY\""}) == "a.b.1."


def test_stdin_is_nothing_unless_it_is_named(axe):
    assert printed(axe, {"command": ["cat"]}) == ""
    given = axe.state.parent / "given"
    given.write_text("some text", encoding="ascii")
    assert printed(axe, {"command": ["cat"], "stdin": str(given)}) == "some text"


def test_environment_has_any_name_that_a_shell_knows(axe):
    variables = {"HTTP2_PORT": "80", "http_proxy": "no one", "_x": "", "LANG": "C"}
    text = printed(axe, {"command": ["env"], "environment": variables})
    assert {f"{name}={value}" for name, value in variables.items()} <= set(text.splitlines())


def test_workdir_is_where_it_starts(axe):
    assert printed(axe, {"command": ["pwd"]}) == "/\n"
    assert printed(axe, {"command": ["pwd"], "workdir": "/usr/lib"}) == "/usr/lib\n"


def test_temporary_folder_is_kept_where_that_is_asked_for(axe):
    keys = {"command": "echo kept > $AXE_TEMP/file; printf %s $AXE_TEMP"}
    post = {**keys, "timeout": "60s", "keep_temp": True}
    run(axe, keys, post=post)
    job = axe.jobs()[-1]
    assert not os.path.exists(job.output().decode())
    assert pathlib.Path(job.output(index=1).decode(), "file").read_text() == "kept\n"
    kept = printed(axe, {**keys, "keep_temp": True})
    assert pathlib.Path(kept, "file").read_text(encoding="ascii") == "kept\n"


def test_user_is_whom_it_runs_as_with_his_groups_and_no_others(axe):
    assert printed(axe, {"command": "id -un; id -Gn", "user": "nobody"}) == "nobody\nnogroup\n"


@pytest.mark.parametrize("meaning, status, verdict", [
    ("plain", 4, "failed"), ("plain", 77, "failed"),
    ("kselftest", 4, "skipped"), ("kselftest", 1, "failed"),
    ("ltp", 32, "skipped"), ("ltp", 2, "broken"),
    ("automake", 77, "skipped"), ("automake", 99, "broken"),
    ({"pass": [4]}, 4, "passed"), ({"pass": [4]}, 0, "failed"),
    ({"fail": [0]}, 0, "failed"), ({"skip": [5]}, 5, "skipped"), ({"broken": [6]}, 6, "broken")])
def test_exit_codes_mean_what_is_said(axe, meaning, status, verdict):
    code = {"passed": 0, "skipped": 77}.get(verdict, 1)
    keys = {"command": f"exit {status}", "exit_codes": meaning}
    assert run(axe, keys, code)["verdict"] == verdict


def test_cancel_signal_is_sent_to_who_is_asked_to_stop(axe):
    keys = {"command": "echo up; exec sleep 999", "cancel_signal": "USR1"}
    client = axe.start("run", manifest(axe, {**GOOD, **keys}))
    until(lambda: axe.jobs() and axe.jobs()[-1].trace("process.exec"), "it runs")
    assert axe("cancel", "--soft", "1/0").returncode == 0
    assert end(client)[0] == 4
    result = axe.job().only()
    assert (result["verdict"], result["exit"]["signal"]) == ("canceled", signal.SIGUSR1)


def test_timeout_signal_is_the_first_to_come(axe):
    result = run(axe, {"command": ["sleep", "999"], "timeout": "50ms", "timeout_signal": "HUP"},
                 124)
    assert (result["verdict"], result["exit"]["signal"]) == ("timeout", signal.SIGHUP)


def test_defaults_hold_until_an_assessment_says_otherwise(axe):
    path = manifest(axe, {"name": "a", "command": ["pwd"]},
                    {"name": "b", "command": ["pwd"], "workdir": "/usr"},
                    defaults={"workdir": "/var", "timeout": "60s", "repeat": 2})
    assert axe("run", path).returncode == 0
    job = axe.job()
    assert [job.output(index=index) for index in range(4)] == 2 * [b"/var\n"] + 2 * [b"/usr\n"]


def test_post_has_surroundings_of_its_own(axe):
    post = {"name": "collect", "command": "id -un; pwd; echo $MARK; exec sleep 999",
            "user": "nobody", "workdir": "/usr", "environment": {"MARK": "here"},
            "timeout": "2s", "timeout_grace": "20s"}
    done = axe("run", manifest(axe, GOOD, post=post, defaults={"workdir": "/var"}))
    result = axe.job().results()["post"]
    assert done.returncode == 1, done.stderr
    assert (result["name"], result["verdict"]) == ("collect", "timeout")
    assert result["exit"]["signal"] == signal.SIGTERM
    assert axe.job().output(index=1) == b"nobody\n/usr\nhere\n"


# The key of an assessment, or of the job where it begins with `/`: what is wrong, and what is said.
WRONG = {
    "/$schema": ("[]", "address"),
    "/schema": ("[]", "address"),
    "/name": ("''", "a name"),
    "/parallel": ("257", "from 1 to 256"),
    "/runtime": ("9000h", "8784h"),
    "/stop_on_failure": ("2", "`true` or `false`"),
    "/on_reboot": ("again", "`requeue`"),
    "/on_supervisor_stop": ("pause", "`keep`"),
    "/parameters": ("{p-q: v}", "parameter's name"),
    "/defaults": ("{name: x}", "belongs in an assessment"),
    "/limits_optional": ("maybe", "`true` or `false`"),
    "/assessments": ("{}", "at least one"),
    "/post": ("{timeout: 1s}", "command"),
    "/post.timeout": ("soon", "duration"),
    "name": ("''", "a name"),
    "command": ("[]", "a list of words"),
    "stdin": ("null", "absolute path"),
    "stdin_inherited": ("x", "`true` or `false`"),
    "environment_inherited": ("x", "`true` or `false`"),
    "environment": ("{2X: y}", "no digit first"),
    "workdir": ("here", "absolute path"),
    "keep_temp": ("x", "`true` or `false`"),
    "user": ("''", "user's name"),
    "limits": ("7", "an object"),
    "limits_optional": ("x", "`true` or `false`"),
    "seccomp": ("strict", "does not build yet"),
    "isolate": ("[mount]", "does not build yet"),
    "exit_codes": ("kselftets", "did you mean `kselftest`"),
    "exit_codes.skip": ("[256]", "from 0 to 255"),
    "cancel_signal": ("TREM", "did you mean `TERM`"),
    "timeout": ("5", "add a unit"),
    "timeout_signal": ("SIGNONE", "a signal"),
    "timeout_grace": ("-1s", "duration"),
    "leaks": ("warm", "did you mean `warn`"),
    "leak_grace": ("1x", "duration"),
    "residue": ("ignroe", "did you mean `ignore`"),
    "depends": ("[nobody]", "nobody"),
    "repeat": ("0", "from 1 to"),
    "retry": ("101", "from 0 to 100"),
    "retry.on": ("[canceled]", "one of"),
    "rerunnable": ("x", "`true` or `false`"),
    "limits.memory": ("1K", "from 256"),
    "limits.swap": ("-1", "a size"),
    "limits.pids": ("0", "from 1"),
    "limits.cpu": ("0%", "from 1%"),
    "limits.cpus": ("1-0", "a list of cpus"),
    "limits.io": ("{}", "an object of rates"),
    "limits.io.wbps": ("1", "from 4"),
    "limits.files": ("3", "from 4"),
    "limits.core": ("-1", "a size"),
}


def write_wrong(folder, key, value):
    """A manifest with the wrong value in a line of its own; returns its path and that line."""
    of_job, names = key.startswith("/"), key.strip("/").split(".")
    lines = []
    if not of_job:
        lines += ["assessments:", "  - command: [x]" if key != "command" else "  - name: x"]
    for depth, name in enumerate(names):
        lines.append("  " * (depth + (0 if of_job else 2)) + f"{name}:")
    if key == "retry.on":
        lines.insert(-1, "      times: 1")
    if key == "/post.timeout":
        lines.append("  command: [x]")
        lines[-2:] = reversed(lines[-2:])
    lines[-1] += f" {value}"
    wrong = len(lines)
    if of_job and key != "/assessments":
        lines += ["assessments:", "  - command: [x]"]
    path = folder / f"wrong{key.replace('/', '-')}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, wrong


def test_every_wrong_key_is_refused_at_its_line_and_column(axe, tmp_path):
    written = {key: write_wrong(tmp_path, key, value) for key, (value, _) in WRONG.items()}
    done = axe("validate", "-o", "json", *(path for path, _ in written.values()))
    assert done.returncode == 2
    answers = {each["file"]: each for each in json.loads(done.stdout)["files"]}
    for key, (path, line) in written.items():
        error = answers[str(path)]["error"]
        text = path.read_text(encoding="utf-8").splitlines()[line - 1]
        place = text.index(":") + 3
        assert error["line"] == line, (key, error)
        # The value itself, or the member of it that is wrong.
        assert error["column"] >= place or key == "isolate", (key, error)
        assert WRONG[key][1] in json.dumps(error), (key, error)


def test_run_and_plan_refuse_what_validate_refuses_and_begin_nothing(axe, tmp_path):
    path, line = write_wrong(tmp_path, "limits.io.wbps", "1")
    for verb in ("run", "plan", "validate"):
        refused = axe(verb, path)
        assert refused.returncode == 2
        assert f"{path}:{line}:" in refused.stderr
    assert not axe.state.exists()


def test_what_only_a_queue_keeps_is_promised_by_nobody_else(axe, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text("on_reboot: requeue\nassessments: [{command: 'true', timeout: 10s}]\n")

    def refuses(*words):
        refused = axe(*words, path)
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1
        assert "on_reboot" in refused.stderr and "axe submit" in refused.stderr
        assert not axe.jobs()

    refuses("run")
    refuses("plan")
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    refuses("run", "--socket", daemon.socket)
    # The manifest is a good one: of a job of the queue.
    assert axe("plan", "--socket", daemon.socket, path).returncode == 0
    daemon.stop()
