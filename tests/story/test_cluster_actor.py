"""Who asked for the end of a job is told with it: by whichever call, whatever the job did."""

import os

import pytest
from cluster import Queue

MYSELF = {"uid": os.getuid(), "pid": os.getpid()}


@pytest.fixture
def queue(axe):
    queue = Queue(axe)
    yield queue
    queue.stop()
    axe.assert_nothing_left()


def actors(queue, job, kind):
    """Of the events of a job that are of a kind."""
    answer = queue.daemon.call("io.axe.Events.GetEvents", job=job, types=[kind])
    return [event.get("actor") for event in answer["parameters"]["events"]]


def running(queue):
    job = queue.submit("--", "sleep", "1000")
    queue.await_task(job, 0, "Running")
    return job


def test_who_cancels_a_job_that_runs_is_named(queue):
    job = running(queue)
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job, message="not needed")
    assert actors(queue, job, "job.terminate") == [MYSELF]
    # What the supervisor then did, it did by itself.
    assert actors(queue, job, "job.end") == [None]


def test_who_cancels_a_job_that_waits_is_named(queue):
    job = queue.hold()
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job, message="not needed")
    assert actors(queue, job, "job.end") == [MYSELF]


def test_who_queues_a_job_again_is_named(queue):
    job = running(queue)
    queue.daemon.call("io.axe.Cluster.RequeueJob", job=job)
    assert actors(queue, job, "job.terminate") == [MYSELF]
    assert actors(queue, job, "job.pending")[1] == MYSELF
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job)


@pytest.mark.parametrize("method, kind", [("TerminateJob", "job.terminate"),
                                          ("CancelJob", "job.cancel")])
def test_who_steers_a_job_of_the_engine_is_named(queue, method, kind):
    job = running(queue)
    queue.daemon.call(f"io.axe.Engine.{method}", job=job, **(
        {"grace_ns": 1} if method == "CancelJob" else {}))
    queue.await_state(job, "Canceled")
    assert actors(queue, job, kind) == [MYSELF]


def test_show_tells_who_canceled_a_job(queue):
    job = running(queue)
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job, message="not needed")
    asked, = queue.show(job)["asked"]
    assert (asked["type"], asked["uid"], asked["pid"]) == ("job.terminate", *MYSELF.values())
    told = queue("show", str(job)).stdout
    assert f"uid {MYSELF['uid']} [{MYSELF['pid']}] canceled attempt 1: not needed," in told


def test_show_keeps_the_message_of_each_attempt(queue):
    job = running(queue)
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job, message="wrong\tkernel")
    queue("wait", str(job))
    queue.daemon.call("io.axe.Cluster.RequeueJob", job=job)
    queue.await_task(job, 0, "Running")
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job, message="again")
    asked = [(each["attempt"], each["reason"], each["message"])
             for each in queue.show(job)["asked"]]
    assert asked == [(1, "job_canceled", "wrong\tkernel"), (2, "job_canceled", "again")]
    told = queue("show", str(job)).stdout
    assert "canceled attempt 1: wrong\\x09kernel," in told
    assert "canceled attempt 2: again," in told


def test_the_story_of_a_job_says_who_canceled_it(queue):
    job = running(queue)
    queue.daemon.call("io.axe.Cluster.CancelJob", job=job, message="not needed")
    told = queue.axe("trace", str(job)).stdout
    assert f"job is canceled: not needed, asked by uid {MYSELF['uid']} [{MYSELF['pid']}]" in told


@pytest.mark.parametrize("hold", [True, False])
def test_who_cancels_a_task_is_named(queue, hold):
    """One that runs, one that is to start in a job that runs, and one of a job that waits."""
    manifest = str(queue.manifest("sleep 999", "true", "true"))
    job = queue.submit(*(["--hold"] if hold else []), manifest)
    if not hold:
        queue.await_task(job, 0, "Running")
    for index in (1, 0):
        queue.daemon.call("io.axe.Cluster.CancelTask", job=job, index=index, message="too\tslow")
    assert actors(queue, job, "task.cancel") == [MYSELF, MYSELF]
    asked = [(each["type"], each["assessment"], each["name"], each["started"], each["message"])
             for each in queue.show(job)["asked"]]
    assert asked == [("task.cancel", 1, "b", False, "too\tslow"),
                     ("task.cancel", 0, "a", not hold, "too\tslow")]
    told = queue("show", str(job)).stdout
    assert f"uid {MYSELF['uid']} [{MYSELF['pid']}] canceled task 1 `b`: too\\x09slow" in told
    queue("release", str(job))
    queue("wait", str(job))
    assert queue.tasks(job) == ["Canceled", "Canceled", "Finished"]
    # A job that had not begun has no trace yet.
    trace = queue.axe("trace", str(job)).stdout
    assert trace.count("is canceled: too\\x09slow, asked by uid") == (0 if hold else 2)
