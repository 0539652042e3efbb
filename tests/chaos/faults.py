"""A system below the supervisor that fails at some call: one job may suffer, never the daemon."""

import contextlib
import dataclasses
import errno
import json
import shutil
import subprocess

import account
import bad_calls
import programs
from axe import until
from daemon import replies, send
from instance import Instance

STATE = "/state"
EVERYWHERE = ""
# So long it suffers from what fails again and again; then it must get over it.
SUFFERS_S = 5
START_S = 300


@dataclasses.dataclass(frozen=True)
class Fault:
    kinds: int
    within: str
    answer: int
    span: int = 1
    preload: str = "bad_calls"


FAULTS = {
    "full": Fault(bad_calls.CHANGES | bad_calls.OPEN, STATE, errno.ENOSPC),
    "full-for-a-while": Fault(bad_calls.CHANGES, STATE, errno.ENOSPC, 12),
    "broken": Fault(bad_calls.DISK, STATE, errno.EIO),
    "broken-for-a-while": Fault(bad_calls.DISK, STATE, errno.EIO, 12),
    "read-only": Fault(bad_calls.CHANGES | bad_calls.OPEN, STATE, errno.EROFS, 3),
    "no-descriptors": Fault(bad_calls.OPEN, EVERYWHERE, errno.EMFILE),
    "no-groups": Fault(bad_calls.NAME, "cgroup", errno.EAGAIN),
    "no-memory": Fault(bad_calls.MEMORY, EVERYWHERE, errno.ENOMEM, 1, "bad_memory"),
    "no-memory-for-a-moment": Fault(bad_calls.MEMORY, EVERYWHERE, errno.ENOMEM, 3, "bad_memory"),
    "no-memory-for-a-while": Fault(bad_calls.MEMORY, EVERYWHERE, errno.ENOMEM, 12, "bad_memory"),
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


@dataclasses.dataclass(frozen=True)
class Point:
    """Which call fails: the step-th, of all or of a stack's; or each that a period divides."""
    step: int = 0
    stack: int = 0
    period: int = 0

    def __str__(self):
        if self.period:
            return f"each {self.period}th"
        return f"{self.step} of {self.stack:x}" if self.stack else str(self.step)


class Sufferer:
    """A supervisor, and the fault that it suffers at one point after the other."""

    def __init__(self, folder, name):
        self.fault = FAULTS[name]
        self.name = name
        self.instance = Instance(folder, preload=(self.fault.preload,))
        self.within = f"{folder}{STATE}" if self.fault.within == STATE else self.fault.within
        self.point = None

    def begin(self):
        """Count, and hit nothing."""
        self.instance.calls.count(self.fault.kinds, self.within)

    def arm(self, point):
        self.point = point
        self.instance.calls.arm(self.fault.kinds, point.step, self.fault.answer, self.fault.span,
                                self.within, point.stack, point.period)

    def disarm(self):
        """Whether anything was hit."""
        self.instance.calls.disarm()
        return self.instance.calls["hits"] > 0

    def problem(self, problem):
        return (f"{type(problem).__name__}: {problem}; code {self.instance.process.poll()}, it "
                f"said: {self.instance.said()[-500:]}")

    def finish(self):
        """Of all that it went through; what was wrong with that."""
        return self.instance.stop()

    def close(self):
        self.instance.close()


class OfJob(Sufferer):
    """The same supervisor has one job after the other, in each of which something fails."""

    def __init__(self, folder, name):
        super().__init__(folder, name)
        self.records = None
        self.told = 0
        assert self.instance.start()
        # The first job does what none behind it has to do.
        self.count()

    def manifest(self):
        self.records = self.instance.folder / f"records-{len(self.instance.place.jobs())}"
        self.records.mkdir(exist_ok=True)
        return {"name": "suffers", "parallel": 2,
                "assessments": [programs.assessment(each, self.records / str(at), at)
                                for at, each in enumerate(PROGRAMS)],
                "post": {"command": ["true"], "timeout": "30s"}}

    def execute(self, patience=None):
        """The last answer; None when the daemon hung up (it was out of memory for it)."""
        with self.instance.connect() as client:
            if patience:
                client.settimeout(patience)
            send(client, "io.axe.Engine.ExecuteJob", {"manifest": self.manifest()}, True)
            for reply in replies(client):
                if not reply.get("continues"):
                    return reply
        return None

    def count(self):
        """The calls that a job makes when nothing fails."""
        self.begin()
        reply = self.execute()
        assert reply["parameters"]["outcome"] == "failed", reply
        counted = self.instance.calls["seen"]
        self.instance.calls.disarm()
        return counted

    def suffer(self, point):
        """(whether anything failed, what was wrong)"""
        known = {job.id for job in self.instance.place.jobs()}
        self.arm(point)
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.execute(SUFFERS_S if point.period else None)
        hit = self.disarm()
        assert not self.instance.is_dead()
        until(lambda: not self.instance.running(), "the job has ended")
        until(lambda: not self.instance.place.inhabitants(), "nothing of it is left")
        events = self.instance.events(self.told)
        self.told = max((each["seq"] for each in events), default=self.told)
        return hit, [each for job in self.instance.place.jobs() if job.id not in known
                     for each in self.wrong(job, events)]

    def wrong(self, job, events):
        kinds = [each["type"] for each in events if each["job"] == job.id]
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

    def finish(self):
        """A last job goes as ever."""
        self.count()
        return [*account.of_numbers(self.instance.events()), *super().finish()]


class OfStart(Sufferer):
    """It starts, or says in one line why not; and at the next start all is well."""

    def __init__(self, folder, name):
        super().__init__(folder, name)
        # The first one makes what the others find.
        self.count()

    def forget_names(self):
        """So that it makes them."""
        shutil.rmtree(self.instance.place.state / "open", ignore_errors=True)

    def count(self):
        self.forget_names()
        self.begin()
        assert self.instance.start()
        counted = self.instance.calls["seen"]
        wrong = self.instance.stop()
        assert not wrong, wrong
        return counted

    def is_up(self):
        """Or its end has come."""
        with contextlib.suppress(OSError, StopIteration):
            return self.instance.call("org.varlink.service.GetInfo")
        return self.instance.process.poll() is not None

    def suffer(self, point):
        self.forget_names()
        self.arm(point)
        self.instance.launch()
        with contextlib.suppress(AssertionError):
            until(self.is_up, "it is up", SUFFERS_S if point.period else START_S)
        hit = self.disarm()
        until(self.is_up, "it has got over it", START_S)
        self.instance.process.terminate()
        try:
            code = self.instance.process.wait(60)
        except subprocess.TimeoutExpired:
            return hit, [f"it does not end: {self.instance.said()[-300:]}"]
        return hit, [] if code in (0, 1) else [f"{code}, {self.instance.said()[-300:]}"]

    def finish(self):
        assert self.instance.start()
        return super().finish()
