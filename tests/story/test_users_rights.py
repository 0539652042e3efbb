"""What a user may have is bounded, what belongs to one outlives the daemon, and who is of axe-admin steers all."""

import os
import pathlib
import shutil
import subprocess

import pytest
from axe import BIN, until, v2_mount
from daemon import Daemon
from users import ALICE, BOB, Place, User, daemon_of_all, folder, manifest, output

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not v2_mount(),
                                reason="needs root and a cgroup v2 tree")

ADMINS = 65520


class AdminDaemon(Daemon):
    """One that finds the group axe-admin in a group file of its own, in a mount namespace of its own."""

    def start(self):
        groups = pathlib.Path(self.socket).with_name("group")
        shutil.copy("/etc/group", groups)
        with groups.open("a", encoding="utf-8") as file:
            file.write(f"axe-admin:x:{ADMINS}:\n")
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount --bind "$0" /etc/group && exec "$@"', groups, BIN / "axed", "--foreground",
             "--socket", self.socket, "--state-dir", self.state, *self.on_stop],
            stderr=subprocess.PIPE, text=True)
        until(self.answers, "the daemon answers")


def can_bind():
    return subprocess.run(["unshare", "--mount", "--propagation", "private", "mount", "--bind",
                           "/etc/group", "/etc/group"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


@pytest.mark.skipif(not can_bind(), reason="needs to mount in a namespace of its own")
def test_members_of_axe_admin_steer_the_jobs_of_all_and_run_as_themselves():
    place = Place()
    daemon = AdminDaemon(place)
    try:
        alice, admin, bob = User(daemon, ALICE), User(daemon, 65525, [ADMINS]), User(daemon, BOB)
        job = alice.queue(["sleep", "60"])
        alice.wait(job, "Running")
        assert bob.refused("io.axe.Cluster.CancelJob", job=job) == "NotAuthorised"
        assert [each["job"] for each in admin.cluster("ListJobs")["jobs"]] == [job]
        admin.cluster("SetClusterParameter", name="slots", value=2)
        admin.cluster("CancelJob", job=job, message="by an admin")
        assert alice.cluster("GetJob", job=job)["job"]["message"] == "by an admin"
        own = admin.queue(["sh", "-c", "id -u; id -G"])
        admin.wait(own, "Finished")
        assert output(daemon, own).split() == ["65525", "65525", str(ADMINS)]
        # Nothing that an admin may do makes it root.
        bad = manifest("id", user="root")
        assert admin.refused("io.axe.Cluster.QueueJob", jobs=[{"manifest": bad}]) == "BadManifest"
    finally:
        daemon.stop()
        place.close()


def test_queued_job_runs_as_its_owner_under_the_next_daemon():
    with daemon_of_all() as daemon:
        alice, root = User(daemon, ALICE, [65521]), User(daemon, 0)
        held = {"manifest": manifest("id -u; id -g; id -G"), "options": {"hold": True}}
        job = alice.cluster("QueueJob", jobs=[held])["jobs"][0]
        daemon.kill()
        daemon.start()
        assert alice.cluster("GetJob", job=job)["job"]["owner"] == ALICE
        # Also when somebody else lets it go.
        root.cluster("ReleaseJob", job=job)
        alice.wait(job, "Finished")
        assert output(daemon, job).split() == ["65533", "65533", "65533", "65521"]
        assert User(daemon, BOB).refused("io.axe.Cluster.GetJob", job=job) == "NotAuthorised"


def test_requeued_job_runs_as_its_owner_whoever_asked():
    with daemon_of_all() as daemon:
        alice, root = User(daemon, ALICE), User(daemon, 0)
        job = alice.queue(["sh", "-c", "id -u; exit 1"])
        alice.wait(job, "Failed")
        root.cluster("RequeueJob", job=job)
        until(lambda: alice.cluster("GetJob", job=job)["job"]["attempt"] == 2, "it began again")
        alice.wait(job, "Failed")
        assert output(daemon, job, attempt=2) == "65533\n"


def test_user_has_no_more_jobs_in_the_queue_than_allowed_and_others_are_not_hindered():
    with daemon_of_all() as daemon:
        alice, bob, root = User(daemon, ALICE), User(daemon, BOB), User(daemon, 0)
        root.cluster("SetClusterParameter", name="UserQueuedJobs", value=3)
        held = {"manifest": manifest("true"), "options": {"hold": True}}
        first = alice.cluster("QueueJob", jobs=[held, held])["jobs"][0]
        before = len(list((daemon.state / "jobs").iterdir()))
        reply = alice.call("io.axe.Cluster.QueueJob", jobs=[held, held])
        assert reply["error"] == "io.axe.Cluster.LimitReached"
        assert reply["parameters"] == {"name": "UserQueuedJobs", "limit": 3}
        assert len(list((daemon.state / "jobs").iterdir())) == before
        alice.cluster("AddJob", jobs=[held])
        assert alice.refused("io.axe.Cluster.AddJob", jobs=[held]) == "LimitReached"
        bob.cluster("QueueJob", jobs=[held, held, held])
        root.cluster("QueueJob", jobs=[held] * 4)
        # What has ended makes place.
        alice.cluster("CancelJob", job=first)
        alice.cluster("QueueJob", jobs=[held])


def test_user_runs_no_more_jobs_at_once_than_allowed():
    with daemon_of_all("--slots", "4") as daemon:
        alice, bob, root = User(daemon, ALICE), User(daemon, BOB), User(daemon, 0)
        root.cluster("SetClusterParameter", name="UserRunningJobs", value=1)
        first, second = alice.queue(["sleep", "60"]), alice.queue(["sleep", "60"])
        other = bob.queue(["sleep", "60"])
        alice.wait(first, "Running")
        bob.wait(other, "Running")
        assert alice.state(second) == "Queued"
        alice.cluster("CancelJob", job=first)
        alice.wait(second, "Running")
        for user, job in ((alice, second), (bob, other)):
            user.cluster("CancelJob", job=job)


def test_state_directory_that_others_may_write_to_is_refused():
    place = Place()
    try:
        place.state.mkdir()
        for mode, uid in ((0o777, 0), (0o775, 0), (0o755, ALICE)):
            place.state.chmod(mode)
            os.chown(place.state, uid, 0)
            refused = subprocess.run(
                [BIN / "axed", "--foreground", "--socket", place.path / "s", "--state-dir",
                 place.state], check=False, capture_output=True, text=True, timeout=60)
            assert refused.returncode == 1
            assert "can be written to by others" in refused.stderr
            assert "chmod go-w" in refused.stderr
    finally:
        place.close()


def test_lock_that_a_user_could_take_is_closed_by_the_next_daemon():
    """Of a state directory that an older axed made."""
    with daemon_of_all() as daemon:
        locks = [daemon.state / "axe.lock", daemon.state / "last-job"]
        User(daemon, ALICE).wait(User(daemon, ALICE).queue("true"), "Finished")
        daemon.stop()
        for lock in locks:
            lock.chmod(0o644)
        daemon.start()
        User(daemon, ALICE).queue("true")
        assert [lock.stat().st_mode & 0o777 for lock in locks] == [0o600, 0o600]
        assert folder(daemon, 2).is_dir()
