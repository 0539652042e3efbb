"""Two unprivileged users, whom no passwd file names, try all that they must not."""

import os
import stat

import pytest
from axe import v2_mount
from daemon import replies, send
from users import ALICE, BOB, User, daemon_of_all, folder, manifest, output, results

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not v2_mount(),
                                reason="needs root and a cgroup v2 tree")

ENDED = ("Finished", "Failed", "Canceled")


@pytest.fixture(name="daemon", scope="module")
def fixture_daemon():
    with daemon_of_all("--slots", "4") as daemon:
        yield daemon


@pytest.fixture(name="alice")
def fixture_alice(daemon):
    return User(daemon, ALICE, [65521])


@pytest.fixture(name="bob")
def fixture_bob(daemon):
    return User(daemon, BOB)


@pytest.fixture(name="root")
def fixture_root(daemon):
    return User(daemon, 0)


def test_job_runs_as_its_owner_with_all_its_groups(daemon, alice):
    job = alice.queue(["sh", "-c", "id -u; id -g; id -G; echo $USER $HOME"])
    alice.wait(job, *ENDED)
    assert output(daemon, job).split("\n")[:3] == ["65533", "65533", "65533 65521"]
    assert output(daemon, job).split("\n")[3] == "65533 /"
    told = alice.cluster("GetJob", job=job)["job"]
    assert told["owner"] == ALICE
    assert told.get("owner_name") is None


def test_execute_job_runs_as_who_calls(daemon, alice):
    reply = alice.call("io.axe.Engine.ExecuteJob", manifest=manifest("id -u"))
    assert reply["parameters"]["outcome"] == "finished"
    job = max(int(each.name) for each in (daemon.state / "jobs").iterdir())
    assert output(daemon, job) == "65533\n"
    assert alice.cluster("GetJob", job=job)["job"]["owner"] == ALICE


@pytest.mark.parametrize("user", ["root", "0", str(BOB), "nobody", "no-such-user", "../root", ""])
def test_naming_another_user_is_refused_in_one_line(alice, user):
    bad = manifest("id", user=user)
    queued = alice.call("io.axe.Cluster.QueueJob", jobs=[{"manifest": bad}])
    assert queued["error"] == "io.axe.Cluster.BadManifest", queued
    assert queued["parameters"]["path"].endswith("user")
    for method in ("ExecuteJob", "PlanJob"):
        assert alice.refused(f"io.axe.Engine.{method}", manifest=bad) == "BadManifest"
    post = {**manifest("id"), "post": {"command": ["id"], "user": user}}
    assert alice.refused("io.axe.Cluster.AddJob", jobs=[{"manifest": post}]) == "BadManifest"


CALLS = [
    ("SubmitJob", lambda job: {"jobs": [job]}),
    ("ModifyJob", lambda job: {"job": job, "options": {"priority": 4}}),
    ("HoldJob", lambda job: {"job": job}),
    ("ReleaseJob", lambda job: {"job": job}),
    ("CancelJob", lambda job: {"job": job}),
    ("CancelJob", lambda job: {"job": job, "asynchronous": True}),
    ("CancelTask", lambda job: {"job": job, "index": 0}),
    ("RequeueJob", lambda job: {"job": job}),
    ("RequeueTask", lambda job: {"job": job, "index": 0}),
    ("PurgeJob", lambda job: {"job": job}),
    ("GetJob", lambda job: {"job": job}),
    ("ListTasks", lambda job: {"job": job}),
]


def refuse_all(user, job):
    for method, parameters in CALLS:
        assert user.refused(f"io.axe.Cluster.{method}", **parameters(job)) == "NotAuthorised", method
    for method in ("CancelJobs", "RequeueJobs"):
        reply = user.call(f"io.axe.Cluster.{method}", jobs=[job])
        assert reply["error"] == "io.axe.Cluster.BatchStopped", reply
        assert reply["parameters"]["done"] == 0
        assert reply["parameters"]["error"].endswith("NotAuthorised")


def test_no_call_reaches_anothers_job_in_any_state(alice, bob):
    """Held in NotSubmitted and Queued, running, and each way to have ended."""
    added = alice.cluster("AddJob", jobs=[{"manifest": manifest("true")}])["jobs"][0]
    refuse_all(bob, added)
    assert alice.state(added) == "NotSubmitted"
    held = alice.cluster("QueueJob", jobs=[{"manifest": manifest("true"),
                                            "options": {"hold": True}}])["jobs"][0]
    refuse_all(bob, held)
    assert alice.state(held) == "Queued"
    running = alice.queue(["sleep", "60"])
    alice.wait(running, "Running")
    refuse_all(bob, running)
    for method, parameters in (("CancelJob", {}), ("TerminateJob", {}), ("GetStatus", {}),
                               ("GetJob", {}), ("CancelAssessment", {"index": 0})):
        assert bob.refused(f"io.axe.Engine.{method}", job=running, **parameters) == "NotAuthorised"
    assert alice.state(running) == "Running"
    alice.cluster("CancelJob", job=running, message="mine")
    refuse_all(bob, running)
    finished = alice.queue(["true"])
    alice.wait(finished, "Finished")
    refuse_all(bob, finished)
    assert alice.state(finished) == "Finished"
    for job in (added, held):
        alice.cluster("CancelJob", job=job)


def test_lists_counters_and_events_have_own_jobs_only(daemon, alice, bob, root):
    job = alice.queue(["true"], name="secret-task")
    alice.wait(job, "Finished")
    assert bob.cluster("ListJobs")["jobs"] == []
    assert bob.refused("io.axe.Cluster.ListJobs", owner=ALICE) == "NotAuthorised"
    assert sum(bob.cluster("GetJobCounter")["counts"].values()) == 0
    assert bob.refused("io.axe.Cluster.GetJobCounter", owner=ALICE) == "NotAuthorised"
    assert bob.call("io.axe.Engine.ListJobs")["parameters"] == {"jobs": []}
    assert job in [each["job"] for each in alice.cluster("ListJobs")["jobs"]]
    assert job in [each["job"] for each in root.cluster("ListJobs", owner=ALICE)["jobs"]]

    def told(user):
        return user.call("io.axe.Events.GetEvents")["parameters"]["events"]
    assert told(bob) == []
    assert {each["job"] for each in told(alice)} <= {
        each["job"] for each in alice.cluster("ListJobs", limit=1000)["jobs"]}
    assert bob.refused("io.axe.Events.GetEvents", job=job) == "NotAuthorised"
    with bob.connect() as client:
        send(client, "io.axe.Events.Subscribe", {"after": 0}, True)
        mine = bob.queue(["true"])
        first = next(replies(client))["parameters"]["event"]
        assert first["job"] == mine
    bob.wait(mine, "Finished")


def test_files_of_a_job_are_read_by_its_owner_and_by_no_other_user(daemon, alice, bob):
    job = alice.queue(["sh", "-c", "echo secret; sleep 0; cat > $AXE_RESULTS/mine < /dev/null"])
    alice.wait(job, "Finished")
    place = folder(daemon, job)
    for name in ("trace.ndjson", "results.json", "manifest.json", "environment.json",
                 "1/0.1/stdout"):
        assert bob.run("cat", place / name).returncode != 0, name
        assert alice.run("cat", place / name).returncode == 0, name
    assert bob.run("ls", place).returncode != 0
    assert alice.run("ls", place).returncode == 0
    # Reading is all: the folder is root's.
    for words in (["rm", "-f", place / "results.json"], ["mv", place / "1", place / "2"],
                  ["ln", "-sf", "/etc/shadow", place / "results.json"],
                  ["touch", place / "new"], ["mkdir", place / "1" / "1.1"],
                  ["ln", "-s", "/etc/shadow", daemon.state / "jobs" / "999999"],
                  ["mkdir", daemon.state / "jobs" / "999999"], ["rmdir", place]):
        assert alice.run(*words).returncode != 0, words
        assert bob.run(*words).returncode != 0, words


def test_nothing_of_the_daemon_can_be_opened_that_would_hold_it_up(daemon, alice):
    """Whoever may open a lock may take it."""
    for path in (daemon.state / "axe.lock", daemon.state / "last-job", daemon.state / "axe.db",
                 daemon.state.parent / ".lock"):
        assert alice.run("cat", path).returncode != 0, path
    for path in daemon.state.parent.rglob("*"):
        found = path.lstat()
        if found.st_uid in (ALICE, BOB) or stat.S_ISSOCK(found.st_mode):
            continue
        assert not found.st_mode & 0o002, path


def test_host_paths_are_opened_with_the_owners_rights(daemon, alice):
    secret = daemon.state.parent / "secret"
    secret.write_text("root's", encoding="utf-8")
    secret.chmod(0o600)
    link = daemon.state.parent / "link"
    link.symlink_to(secret)
    os.lchown(link, ALICE, ALICE)
    for path in (secret, link, "/etc/shadow"):
        job = alice.queue(["cat"], stdin=str(path))
        alice.wait(job, *ENDED)
        assert results(daemon, job)["assessments"][0]["verdict"] == "error", path
        assert output(daemon, job) == ""
    job = alice.queue(["true"], workdir="/root")
    alice.wait(job, *ENDED)
    assert results(daemon, job)["assessments"][0]["verdict"] == "error"


def test_output_that_was_made_a_hard_link_gives_nothing_away(daemon, alice, bob):
    """The owner's own file may be linked by the owner; what axe does to its name is in its folder."""
    mine = daemon.state.parent / "alice"
    mine.mkdir()
    os.chown(mine, ALICE, ALICE)
    job = alice.queue(["sh", "-c", f"ln $AXE_JOB_DIR/1/0.1/stdout {mine}/linked; ln /etc/shadow "
                                   f"{mine}/shadow; ln -s /etc/shadow $AXE_RESULTS/link; "
                                   f"ln -s /etc/shadow $AXE_TEMP/link; yes | head -c 30000000"])
    alice.wait(job, *ENDED)
    before = os.stat("/etc/shadow")
    alice.cluster("PurgeJob", job=job)
    after = os.stat("/etc/shadow")
    assert not folder(daemon, job).exists()
    assert (before.st_ino, before.st_size, before.st_mode, before.st_uid) == (
        after.st_ino, after.st_size, after.st_mode, after.st_uid)
    assert bob.run("cat", mine / "linked").returncode != 0


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "a/../b", ".", "..",
                                  "x" * 128, "\x1b[2J\x1b]0;owned\x07", "\u202e\u0085"])
def test_name_is_never_a_path_and_never_reaches_a_terminal_raw(daemon, alice, name):
    for where in ("options", "manifest"):
        asked = {"manifest": manifest("true", name=name if where == "manifest" else "plain")}
        if where == "options":
            asked["options"] = {"name": name}
        reply = alice.call("io.axe.Cluster.QueueJob", jobs=[asked])
        if "error" in reply:
            assert reply["error"].rpartition(".")[2] in ("BadManifest", "OutOfRange"), reply
            continue
        job = reply["parameters"]["jobs"][0]
        alice.wait(job, "Finished")
        assert folder(daemon, job).is_dir()
        for words in (["show", str(job)], ["list"]):
            shown = alice.axe(*words)
            assert shown.returncode == 0, shown.stderr
            assert not set("\x1b\x07\u202e\u0085") & set(shown.stdout + shown.stderr), words


def test_message_is_shown_without_its_control_characters(alice):
    job = alice.queue(["sleep", "60"])
    alice.cluster("CancelJob", job=job, message="\x1b[31mred\x07\n\u202e")
    assert alice.cluster("GetJob", job=job)["job"]["message"] == "\x1b[31mred\x07\n\u202e"
    shown = alice.axe("show", str(job))
    assert shown.returncode == 0, shown.stderr
    assert "red" in shown.stdout
    assert not set("\x1b\x07\u202e") & set(shown.stdout)


def test_parameters_are_for_admins(alice, root):
    assert alice.refused("io.axe.Cluster.SetClusterParameter", name="Slots", value=1) \
        == "NotAuthorised"
    assert alice.cluster("Parameters")["parameters"] == root.cluster("Parameters")["parameters"]


def test_state_directory_of_anybody_else_is_not_looked_at(alice):
    for path in ("/tmp", "/nonexistent", "/root"):
        reply = alice.call("io.axe.Engine.ExecuteJob", manifest=manifest("true"),
                           options={"state_dir": path})
        assert reply["error"] == "org.varlink.service.InvalidParameter"
        assert reply["parameters"]["parameter"] == "options.state_dir"


def test_residue_and_places_of_others_are_not_told(alice):
    assert alice.call("io.axe.Engine.Diagnose")["parameters"]["report"]["residue"] == []
