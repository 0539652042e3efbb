"""The stories of an effect: it is told and put back, and who did not do it is not blamed for it."""

import contextlib
import json
import pathlib
import shutil
import subprocess

from axe import until
from effects import NAME, make_folder, scene_of
from test_interrupted import WHOLE_PICTURE, terminate
from test_residue import about, repair

# Beside whoever does it, from before it is begun until it is done.
NEIGHBOUR = "until [ -e $FOLDER/done ]; do sleep 0.01; done"


@contextlib.contextmanager
def folder_for_effects():
    path = pathlib.Path("/var/tmp") / NAME
    mounted = make_folder(path)
    yield path
    if mounted:
        # Who looks around in it at this moment, on a host of many, keeps nobody.
        subprocess.run(["umount", "--lazy", path / "bpf"], check=True)
    shutil.rmtree(path)


@contextlib.contextmanager
def running(axe, scene, commands):
    """A job that has done that and goes on; what it printed first."""
    client = axe.start("run", *WHOLE_PICTURE, "--", "sh", "-c",
                       f"{commands}\necho ready; exec sleep 999", prefix=scene.prefix,
                       env={**axe.environment(), "FOLDER": str(scene.folder)})
    try:
        yield until(lambda: read_lines(client), "it is ready")
    finally:
        client.communicate(timeout=60)


def read_lines(client):
    lines = []
    for line in client.stdout:
        if line == "ready\n":
            return [*lines, ""]
        lines.append(line.strip())
    raise AssertionError(f"it ended before it was ready: {lines}, {client.stderr.read()}")


def told_and_put_back_once(axe, folder, effect):
    with scene_of(effect, folder) as (scene, objects):
        with running(axe, scene, effect.commands) as lines:
            objects.append(lines[0])
            job, receipt = terminate(axe)
        told = about(receipt["warnings"], lines[0])
        assert [(each["kind"], each["certainty"]) for each in told] == [
            (effect.kind, effect.certainty)], receipt["warnings"]
        # Once it is as it was there is nothing more to do, and the next job is told of nothing.
        done = ("repaired", "changed") if effect.is_safe() else ("unsafe", "repaired")
        for options, outcome in zip((["--yes"], ["--yes", "--all"], ["--yes", "--all"]),
                                    (*done, "changed") if effect.has_remedy else ()):
            _, rows = repair(axe, *options, job.id, prefix=scene.prefix)
            assert [each["outcome"] for each in about(rows, lines[0])] == [outcome], rows
        with running(axe, scene, ":"):
            _, receipt = terminate(axe)
        assert about(receipt["warnings"], lines[0]) == []
    axe.assert_nothing_left()


def innocent_job_is_not_blamed(axe, folder, effect):
    with scene_of(effect, folder) as (scene, objects):
        with running(axe, scene, ":"):
            objects.append(scene.does_it())
            _, receipt = terminate(axe)
        told = about(receipt["warnings"], objects[0])
        assert [each["certainty"] for each in told] in ([], ["unattributed"])
    axe.assert_nothing_left()


def innocent_neighbour_is_not_blamed(axe, folder, effect):
    place = {"environment": {"FOLDER": str(folder)}}
    manifest = axe.manifest(json.dumps({"name": "two", "parallel": 2, "assessments": [
        {"name": "does", "command": f"{effect.commands}\n: >$FOLDER/done", **place},
        {"name": "beside", "command": NEIGHBOUR, **place}]}), "manifest.json")
    with scene_of(effect, folder) as (scene, objects):
        assert axe("run", *WHOLE_PICTURE, manifest, prefix=scene.prefix).returncode == 0
        objects.append(axe.job().output().decode("utf-8").splitlines()[0])
        does, beside = sorted(axe.job()["assessments"], key=lambda each: each["index"])
        assert [each["certainty"] for each in about(does["warnings"], objects[0])] == [
            effect.certainty], does["warnings"]
        assert [each["certainty"] for each in about(beside["warnings"], objects[0])] in (
            [], ["unattributed"])
    axe.assert_nothing_left()


def ready(job, index):
    return "ready\n" in job.output(index=index).decode("utf-8")


def kill_both(axe, command):
    """The results of what does something and of an idle neighbour, ended when both are ready."""
    manifest = axe.manifest(json.dumps({"name": "two", "parallel": 2, "assessments": [
        {"name": "does", "command": [str(word) for word in command]},
        {"name": "beside", "command": "echo ready; exec sleep 999"}]}), "manifest.json")
    client = axe.start("run", *WHOLE_PICTURE, manifest)
    until(lambda: axe.jobs() and len(axe.job().trace("assessment.begin")) == 2 and
          ready(axe.job(), 0) and ready(axe.job(), 1), "both are ready")
    job, receipt = terminate(axe)
    assert client.wait(timeout=60) == 5
    assert receipt["frozen"]["partial"] is False
    return sorted(job["assessments"], key=lambda each: each["index"])


def attributed(result, *objects):
    """What is held against it of these: [(kind, certainty)]."""
    return sorted((each["kind"], each["certainty"]) for each in about(result["warnings"], *objects)
                  if each["certainty"] != "unattributed")
