"""A system below the supervisor that fails at the n-th call: one job may suffer, never the daemon."""

import contextlib
import errno
import json
import random
import time

import account
import bad_calls
import programs
from axe import until
from daemon import replies, send
from instance import Instance

STATE = "/state"
EVERYWHERE = ""

# name: (what is preloaded, calls, where, what they answer, how many)
FAULTS = {
    "full": ("bad_calls", bad_calls.CHANGES | bad_calls.OPEN, STATE, errno.ENOSPC, 1),
    "full-for-a-while": ("bad_calls", bad_calls.CHANGES, STATE, errno.ENOSPC, 12),
    "broken": ("bad_calls", bad_calls.DISK, STATE, errno.EIO, 1),
    "broken-for-a-while": ("bad_calls", bad_calls.DISK, STATE, errno.EIO, 12),
    "read-only": ("bad_calls", bad_calls.CHANGES | bad_calls.OPEN, STATE, errno.EROFS, 3),
    "no-descriptors": ("bad_calls", bad_calls.OPEN, EVERYWHERE, errno.EMFILE, 1),
    "no-groups": ("bad_calls", bad_calls.NAME, "cgroup", errno.EAGAIN, 1),
    "no-memory": ("bad_memory", bad_calls.MEMORY, EVERYWHERE, errno.ENOMEM, 1),
    "no-memory-for-a-while": ("bad_memory", bad_calls.MEMORY, EVERYWHERE, errno.ENOMEM, 20),
}
PROGRAMS = (
    programs.Program("forks", "(exit 3) & wait; " + programs.ends(5), "failed", processes=2),
    programs.Program("dies", programs.dies(10), "crashed", processes=1),
    programs.Program("leaks", "sleep 999 & " + programs.ends(0), "leaked",
                     {"leak_grace": "1ms"}),
    programs.Program("late", "sleep 999", "timeout",
                     {"timeout": "50ms", "timeout_grace": "0s"}),
)
# What may be said of one that suffered, besides the truth.
SUFFERED = {"error", "not_run"}


class FaultRun:
    """One fault, at one call after the other of the same supervisor."""

    def __init__(self, folder, name):
        preload, self.kinds, within, self.answer, self.span = FAULTS[name]
        self.instance = Instance(folder, preload=(preload,))
        self.within = f"{folder}{within}" if within == STATE else within
        self.records = None
        self.hits = self.step = 0

    def manifest(self):
        self.records = self.instance.folder / f"records-{time.monotonic_ns()}"
        self.records.mkdir()
        return {"name": "suffers", "parallel": 2,
                "assessments": [programs.assessment(each, self.records / str(at), at)
                                for at, each in enumerate(PROGRAMS)],
                "post": {"command": ["true"], "timeout": "30s"}}

    def execute(self):
        """The last answer; None when the daemon hung up (it was out of memory for it)."""
        with self.instance.connect() as client:
            send(client, "io.axe.Engine.ExecuteJob", {"manifest": self.manifest()}, True)
            for reply in replies(client):
                if not reply.get("continues"):
                    return reply
        return None

    def count(self):
        """The calls that a job makes when nothing fails."""
        self.instance.calls.count(self.kinds, self.within)
        reply = self.execute()
        assert reply["parameters"]["outcome"] == "failed", reply
        counted = self.instance.calls["seen"]
        self.instance.calls.disarm()
        return counted

    def rest(self):
        """Until nothing runs."""
        until(lambda: not self.instance.running(), "the job has ended")
        until(lambda: not self.instance.place.inhabitants(), "nothing of it is left")

    def suffer(self, step):
        """What was wrong when the step-th call failed."""
        before = {job.id for job in self.instance.place.jobs()}
        self.step = step
        self.instance.calls.arm(self.kinds, step, self.answer, self.span, self.within)
        with contextlib.suppress(ConnectionError):
            self.execute()
        self.hits += self.instance.calls["hits"] > 0
        self.instance.calls.disarm()
        assert not self.instance.is_dead()
        self.rest()
        for job in self.instance.place.jobs():
            if job.id not in before:
                yield from self.wrong(job)

    def wrong(self, job):
        events = [each for each in self.instance.events() if each["job"] == job.id]
        kinds = [each["type"] for each in events]
        if kinds and (kinds.count("job.begin") > 1 or kinds.count("job.end") != 1):
            yield f"events {kinds}"
        if kinds:
            # Each line of it is whole.
            job.trace()
        try:
            results = job.results()["assessments"]
        except (OSError, json.JSONDecodeError):
            return
        for result in results:
            if result["verdict"] not in SUFFERED:
                at = result["index"]
                yield from account.Account(PROGRAMS[at], programs.record_of(self.records, at),
                                           result, False).of_end()

    def close(self):
        """What is left of it all; a last job goes as ever."""
        self.count()
        yield from account.of_numbers(self.instance.events())
        yield from self.instance.stop()


def run(folder, name, seed, most, report):
    """At `most` calls, or at each. (How many were hit, what was wrong.)"""
    one = FaultRun(folder, name)
    failed = []
    try:
        assert one.instance.start()
        one.count()
        steps = range(1, one.count() + 1)
        if len(steps) > most:
            steps = sorted(random.Random(f"{seed}/{name}").sample(steps, most))
        for step in steps:
            wrong = list(one.suffer(step))
            failed += [f"{name} {step}: {each}" for each in wrong]
        failed += [f"{name}: {each}" for each in one.close()]
    except Exception as problem:  # pylint: disable=broad-except
        failed.append(f"{name} in step {one.step} of {one.instance.folder}: "
                      f"{type(problem).__name__}: {problem}; code {one.instance.process.poll()}, "
                      f"it said: {one.instance.said()[-500:]}")
    finally:
        one.instance.close()
    report(name, one.hits, failed)


def start_under(folder, name, seed, most):
    """It starts, or says in one line why not; and at the next start all is well."""
    preload, kinds, within, answer, span = FAULTS[name]
    instance = Instance(folder, preload=(preload,))
    within = f"{folder}{within}" if within == STATE else within
    failed, hits = [], 0
    try:
        instance.calls.count(kinds, within)
        assert instance.start()
        steps = range(1, instance.calls["seen"] + 1)
        if len(steps) > most:
            steps = sorted(random.Random(f"{seed}/{name}").sample(steps, most))
        failed += instance.stop()
        for step in steps:
            instance.calls.arm(kinds, step, answer, span, within)
            instance.launch()
            with contextlib.suppress(AssertionError):
                instance.await_answer()
            instance.calls.disarm()
            hits += instance.calls["hits"] > 0
            instance.process.terminate()
            code = instance.process.wait(60)
            if code not in (0, 1):
                failed.append(f"start {name} {step}: {code}, {instance.said()[-300:]}")
        assert instance.start()
        failed += instance.stop()
    except Exception as problem:  # pylint: disable=broad-except
        failed.append(f"start {name}: {type(problem).__name__}: {problem}")
    finally:
        instance.close()
    return hits, failed
