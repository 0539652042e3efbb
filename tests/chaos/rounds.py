"""Rounds of chaos: a job of adversaries, and supervisors of it that are killed at any moment."""

import contextlib
import random
import time

import account
import bad_calls
import programs
from axe import until
from daemon import replies
from instance import Instance
from queue_jobs import QueueUser

# Kills that hit an instant which a delay seldom does: (calls, where, up to which of them).
PLACES = (
    (bad_calls.CHANGES, "", 400),
    (bad_calls.CHANGES, "", 60),
    (bad_calls.WRITE, "trace.ndjson", 40),
    (bad_calls.WRITE, "axe.db", 60),
    (bad_calls.SYNC, "axe.db", 12),
    (bad_calls.WRITE, "results", 8),
    (bad_calls.NAME, "results", 3),
    (bad_calls.NAME, "jobs", 40),
    (bad_calls.WRITE, "cgroup.freeze", 3),
    (bad_calls.WRITE, "cgroup.kill", 3),
    (bad_calls.NAME, "cgroup", 20),
    (bad_calls.OPEN | bad_calls.READ, "cgroup", 80),
)
STEERINGS = ((), (), (), ("terminate",), ("terminate", "terminate"), ("cancel",),
             ("cancel", "terminate"), ("one",))
ENGINE = "io.axe.Engine."
# Who has jobs in a round, and slots: one of an engine's caller must never wait for a slot, for it
# would not outlive the supervisor.
KINDS = (("engine", 4), ("engine", 4), ("both", 4), ("queue", 1), ("queue", 2))
QUEUED_MOST = 3


class Round:
    def __init__(self, instance, chance):
        self.instance = instance
        self.chance = chance
        self.kind, self.slots = chance.choice(KINDS)
        self.steering = chance.choice(STEERINGS) if self.kind != "queue" else ()
        self.programs = programs.choose(chance, bool(self.steering))
        self.queue = QueueUser(instance, chance, QUEUED_MOST) if self.kind != "engine" else None
        self.number = None  # of the engine's job, where there are others
        self.records = instance.folder / f"records-{time.monotonic_ns()}"
        self.records.mkdir()
        self.clients = []
        self.before = {job.id for job in instance.place.jobs()}
        self.log = [self.kind]

    def manifest(self):
        return {"name": "chaos", "parallel": self.chance.choice([1, 1, 2, 4]),
                "assessments": [programs.assessment(each, self.records / str(at), at)
                                for at, each in enumerate(self.programs)]}

    def ask(self, method, **parameters):
        self.clients.append(self.instance.ask(ENGINE + method, **parameters))

    def which(self):
        """The engine's job, where it is not the only one."""
        if self.queue is None:
            return {}
        if self.number is None and self.clients[0]:
            self.clients[0].settimeout(0.1)
            with contextlib.suppress(OSError, StopIteration):
                self.number = next(replies(self.clients[0]))["parameters"]["job"]
        # Of none that was told of: nothing has this number.
        return {"job": self.number or 2**40}

    def use_queue(self):
        if self.queue.submit():
            self.log.append("submit")
        for _ in range(self.chance.randrange(4)):
            self.log.append(self.queue.act())
            time.sleep(self.chance.choice([0, 0, 0.003, 0.03]))

    def steer(self):
        if self.queue:
            self.use_queue()
        for way in self.steering:
            self.log.append(way)
            if way == "terminate":
                self.ask("TerminateJob", **self.which())
            elif way == "cancel":
                self.ask("CancelJob", grace_ns=self.chance.randrange(1, 300) * 10**6,
                         **self.which())
            else:
                index = self.chance.randrange(len(self.programs))
                self.ask("CancelAssessment", index=index, grace_ns=10**8, **self.which())
            time.sleep(self.chance.choice([0, 0, 0.001, 0.02]))

    def pause(self, most):
        """Short ones are as likely as long ones."""
        time.sleep(most * 10 ** (-4 * self.chance.random()))

    def set_trap(self):
        kinds, within, most = self.chance.choice(PLACES)
        step = self.chance.randrange(1, most + 1)
        action = self.chance.choice([bad_calls.KILL_BEFORE, bad_calls.KILL_AFTER])
        self.log.append(f"trap {step} of {kinds} at `{within}` {action}")
        self.instance.calls.arm(kinds, step, action, 1, within)

    def await_trap(self, most):
        deadline = time.monotonic() + most
        while not self.instance.is_dead() and time.monotonic() < deadline:
            time.sleep(0.002)
        self.instance.calls.disarm()

    def kill(self):
        self.instance.kill()
        self.instance.calls.disarm()
        self.log.append("killed")

    def await_event(self):
        """Or nothing, when it does not come; then a moment more."""
        kind = self.chance.choice(["job.begin", "assessment.begin", "assessment.end",
                                   "assessment.cancel", "job.terminate", "job.end"])
        self.log.append(f"on {kind}")
        client = self.instance.ask("io.axe.Events.Subscribe", more=True, types=[kind])
        if client:
            with client:
                client.settimeout(self.chance.random())
                try:
                    client.recv(1)
                except OSError:
                    pass
        self.pause(0.02)

    def live(self):
        """Some way to the death of a supervisor that runs."""
        way = self.chance.choice(["delay", "event", "trap", "trap"])
        steers = self.chance.random() < 0.7
        if way == "trap":
            self.set_trap()
        if steers:
            self.pause(0.3)
            self.steer()
        if way == "trap":
            self.await_trap(self.chance.random())
        elif way == "event":
            self.await_event()
        else:
            self.log.append("delay")
            self.pause(0.6)

    def be_reborn(self):
        """Perhaps to die again on the way."""
        if self.chance.random() < 0.6:
            self.log.append("start")
            assert self.instance.start()
            return
        if self.chance.random() < 0.5:
            self.set_trap()
            if self.instance.start():
                self.await_trap(self.chance.random() / 4)
        else:
            self.instance.launch()
            self.pause(0.3)
        self.kill()
        self.log.append("start again")
        assert self.instance.start()

    def run(self):
        self.instance.call("io.axe.Cluster.SetClusterParameter", name="Slots", value=self.slots)
        if self.kind != "queue":
            self.ask("ExecuteJob", more=True, manifest=self.manifest())
        if self.queue:
            self.queue.submit()
        for _ in range(self.chance.choice([1, 1, 1, 2, 3])):
            self.live()
            self.kill()
            self.be_reborn()
        return self.finish()

    def jobs(self):
        """One that died so young that neither trace nor store has it is none."""
        stored = {each["job"] for each in self.instance.events()}
        others = self.before | (self.queue.numbers() if self.queue else set())
        return [job for job in self.instance.place.jobs() if job.id not in others and
                (job.id in stored or has_trace(job))]

    def all_told(self, jobs):
        return jobs.keys() <= {each["job"] for each in self.instance.events()
                               if each["type"] == "job.end"}

    def was_promised(self):
        """Whether the caller was told of the job."""
        if self.number is not None:
            return True
        with contextlib.suppress(OSError):
            self.clients[0].settimeout(1)
            return bool(self.clients[0].recv(1))
        return False

    def ended(self):
        if not self.instance.running():
            return True
        if self.steering and self.clients[-1] is None or self.awaits_steering():
            self.end_rest()
        return False

    def end_rest(self):
        """The queue has ended by then."""
        for number in self.instance.running():
            self.ask("TerminateJob", job=number)

    def awaits_steering(self):
        return any(each.endless for each in self.programs)

    def finish(self):
        """What was wrong, as sentences."""
        wrong = list(self.queue.settle()) if self.queue else []
        until(self.ended, "the job has ended")
        jobs = {job.id: job for job in self.jobs()}
        until(lambda: self.all_told(jobs), f"the ends of {list(jobs)} are stored")
        until(lambda: not self.instance.place.inhabitants(), "nothing of it is left")
        wrong += self.wrong(jobs)
        if not jobs and self.clients and self.clients[0] and self.was_promised():
            wrong.append("a job that its caller was told of never was")
        for client in self.clients:
            if client:
                client.close()
        return wrong

    def wrong(self, jobs):
        events = self.instance.events()
        narrow = bool(self.instance.options)
        yield from account.of_numbers(events)
        if self.queue:
            yield from self.queue.wrong(events, narrow)
        if len(jobs) > 1:
            yield f"{len(jobs)} jobs came of one"
        for number, job in jobs.items():
            yield from account.of_job(job, [each for each in events if each["job"] == number],
                                      self.programs, self.records, bool(self.steering), narrow)
            if (job.folder / ".supervisor.json").exists():
                yield "what is secret is still there"
            if (self.instance.place.state / "open" / str(number)).exists():
                yield "its name says that it is open"


def has_trace(job):
    with contextlib.suppress(FileNotFoundError):
        return bool(job.trace())
    return False


def seed_of(seed, at):
    return f"{seed}/{at}"


def run_some(folder, seed, numbers, options, report):
    """The rounds of one instance, each told with what was wrong. It begins anew behind a failure.
    `options`: that leave it next to no room."""
    instance = None
    for count, at in enumerate(numbers):
        chance = random.Random(seed_of(seed, at))
        if instance is None:
            instance = Instance(folder / str(at), *options)
            assert instance.start()
        wrong = run_one(instance, chance)
        if not wrong[1] and count % 8 == 7:
            wrong[1].extend(f"left: {each}" for each in instance.stop())
            if not wrong[1]:
                assert instance.start()
        report(at, instance, *wrong)
        if wrong[1]:
            instance.close()
            instance = None
    if instance:
        left = instance.stop()
        report(None, instance, [], left)
        instance.close()


def run_one(instance, chance):
    """(how it went, what was wrong)"""
    one = Round(instance, chance)
    try:
        return one.log, one.run()
    except Exception as problem:  # pylint: disable=broad-except
        return one.log, [f"{type(problem).__name__}: {problem}; "
                         f"its code: {instance.process.poll()}"]
