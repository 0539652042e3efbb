"""Jobs of the queue, submitted and steered at random while their supervisors are killed."""

import time

import account
import programs
from axe import until
from daemon import replies
from job import Job

ENDED = ("Finished", "Failed", "Canceled")
STATES = {"finished": "Finished", "canceled": "Canceled"}  # any other outcome: Failed
# What changes the job that was asked for, but by running it to its end.
STEERING = ("CancelJob", "CancelTask", "RequeueJob", "RequeueTask")
# What leaves tasks out of the first attempt that begins: that was canceled, or the only one queued.
OF_ONE_TASK = ("CancelTask", "RequeueTask")
ACTIONS = ("CancelJob", "CancelJob", "CancelTask", "RequeueJob", "RequeueJob", "RequeueTask",
           "HoldJob", "ReleaseJob", "PurgeJob")
CLUSTER = "io.axe.Cluster."


class Call:
    """One that was sent; its supervisor may die before it answers."""

    def __init__(self, instance, method, **parameters):
        self.method = method
        self.parameters = parameters
        self.client = instance.ask(CLUSTER + method, **parameters)
        self.answer = None

    def look(self, seconds):
        """Its answer, if that comes so soon."""
        if self.client and self.answer is None:
            self.client.settimeout(seconds)
            try:
                self.answer = next(replies(self.client), None)
            except TimeoutError:
                return None
            except OSError:
                pass
            self.client.close()
            self.client = None
        return self.answer

    def accepted(self):
        return bool(self.answer) and "error" not in self.answer


class Queued:
    """A job of the queue: what was asked for, and what became of it."""

    def __init__(self, user, name):
        self.user = user
        self.name = name
        self.programs = programs.choose(user.chance, user.chance.random() < 0.3)[:3]
        self.records = user.instance.folder / f"records-{name}"
        self.records.mkdir()
        self.number = None
        self.submission = None
        self.calls = []

    def submit(self):
        chance = self.user.chance
        manifest = {"name": self.name, "parallel": chance.choice([1, 2]), "assessments": [
            programs.assessment(each, self.records / str(at), at)
            for at, each in enumerate(self.programs)]}
        options = {"hold": chance.random() < 0.2, "priority": chance.randrange(5)}
        self.submission = Call(self.user.instance, "QueueJob",
                               jobs=[{"manifest": manifest, "options": options}])

    def learn_number(self, seconds):
        answer = self.submission.look(seconds)
        if answer:
            self.number = answer["parameters"]["jobs"][0]
        return self.number

    def act(self):
        method = self.user.chance.choice(ACTIONS)
        parameters = {"job": self.number}
        if method.endswith("Task"):
            parameters["index"] = self.user.chance.randrange(len(self.programs))
        if method.startswith("Cancel"):
            parameters["message"] = f"{self.name}, call {len(self.calls)}"
        self.calls.append(Call(self.user.instance, method, **parameters))
        return f"{method} {self.number}"

    def asked(self, *methods):
        return [each for each in self.calls if each.method in methods]

    def ask(self, method, **parameters):
        return self.user.instance.call(CLUSTER + method, job=self.number, **parameters)

    def seen(self):
        """As the store has it; None when it is purged."""
        answer = self.ask("GetJob")
        return None if "error" in answer else answer["parameters"]["job"]

    def has_ended(self):
        job = self.seen()
        if job is None or job["state"] in ENDED:
            return True
        if job["held"]:
            self.ask("ReleaseJob")
        elif any(each.endless for each in self.programs):
            # Another one of ours, accepted but not answered, may have been first.
            message = f"{self.name}, at last"
            self.calls.append(Call(self.user.instance, "CancelJob", job=self.number,
                                   message=message))
            self.calls[-1].look(60)
        return False

    def wrong(self, events, narrow):
        own = [each for each in events if each["job"] == self.number]
        for sentence in (*of_grammar(own), *self.of_state(own), *self.of_attempts(own, narrow)):
            yield f"queued {self.number}: {sentence}"

    def of_state(self, events):
        job = self.seen()
        if job is None:
            if not self.asked("PurgeJob"):
                yield "it is gone, and nobody asked for that"
            elif events[-1]["type"] != "job.purge":
                yield "it is gone, and its purge was not told"
            return
        if any(each.accepted() for each in self.asked("PurgeJob")):
            yield "its purge was answered, and it is still there"
        ends = [each for each in events if each["type"] == "job.end"]
        if ends and job["state"] != STATES.get(ends[-1]["data"]["outcome"], "Failed"):
            yield f"{job['state']}, but its end told {ends[-1]['data']['outcome']}"
        tasks = self.ask("ListTasks")["parameters"]["tasks"]
        if any(each["state"] == "Running" for each in tasks):
            yield f"{job['state']}, with tasks that run: {tasks}"
        yield from self.of_message(job)

    def of_message(self, job):
        asked = self.asked("CancelJob")
        messages = [each.parameters["message"] for each in asked]
        if job.get("reason") == "job_canceled" and job.get("message") not in messages:
            yield f"the message is {job.get('message')!r}, not one of {messages}"
        if self.asked("RequeueJob", "RequeueTask"):
            return
        accepted = [each.parameters["message"] for each in asked if each.accepted()]
        if len(accepted) > 1:
            yield f"it was canceled by {accepted}"
        if accepted and (job["state"], job.get("message")) != ("Canceled", accepted[0]):
            yield f"canceled by {accepted[0]!r}, it is {job['state']} by {job.get('message')!r}"

    def of_attempts(self, events, narrow):
        if any(each["type"] == "job.purge" for each in events):
            return
        folder = self.user.instance.place.state / "jobs" / str(self.number)
        for number in [each["attempt"] for each in events if each["type"] == "job.begin"]:
            older = folder / str(number)
            # The newest one that began has its files in the job's folder itself.
            job = Job(older if (older / "trace.ndjson").exists() else folder)
            of_it = events_of(events, number)
            for sentence in account.of_job(job, of_it, self.programs, self.records,
                                           bool(self.asked(*STEERING)), narrow, number,
                                           number == 1 and not self.asked(*OF_ONE_TASK)):
                yield f"attempt {number}: {sentence}"


def events_of(events, number):
    """What is told of an attempt that began, up to its end."""
    chosen = []
    for each in events:
        if each.get("attempt") == number and (chosen or each["type"] == "job.begin"):
            chosen.append(each)
            if each["type"] == "job.end":
                break
    return chosen


def of_grammar(events):
    """Each attempt that began has one end, in order; what never began has one, too."""
    began, is_open, attempt = False, False, 0
    for kind, number in [(each["type"], each.get("attempt")) for each in events]:
        if kind == "job.pending":
            if began:
                yield f"it waits again while attempt {attempt} runs"
            is_open = True
        elif kind == "job.begin":
            if began or not is_open or number <= attempt:
                yield f"attempt {number} begins after {attempt}, open {is_open}, begun {began}"
            began, attempt = True, number
        elif kind == "job.end":
            if not is_open or (began and number != attempt):
                yield f"attempt {number} ends, and {attempt} is open {is_open}, begun {began}"
            began = is_open = False
        elif kind.startswith("assessment.") and not (began and number == attempt):
            yield f"{kind} of attempt {number} while {attempt} is begun {began}"
    if is_open:
        yield f"it has not ended: {[each['type'] for each in events]}"


class QueueUser:
    """Who submits a few jobs in a round, and steers them."""

    def __init__(self, instance, chance, most):
        self.instance = instance
        self.chance = chance
        stamp = time.monotonic_ns()
        self.jobs = [Queued(self, f"queued-{stamp}-{at}")
                     for at in range(chance.randrange(1, most + 1))]

    def submit(self):
        """The next one, if there is one."""
        job = next((each for each in self.jobs if each.submission is None), None)
        if job:
            job.submit()
        return bool(job)

    def act(self):
        """What was done, in words."""
        job = self.chance.choice(self.jobs)
        if job.submission and job.learn_number(0.3):
            return job.act()
        return "nothing known of what was queued"

    def listed(self):
        numbers, page = {}, None
        while True:
            words = {"page": page} if page else {}
            answer = self.instance.call(CLUSTER + "ListJobs", limit=1000, **words)["parameters"]
            for each in answer["jobs"]:
                numbers.setdefault(each["name"], []).append(each["job"])
            page = answer.get("next")
            if not page:
                return numbers

    def find_lost(self):
        """The numbers of those whose submission was not answered, if they were stored."""
        listed = self.listed()
        for job in self.jobs:
            numbers = listed.get(job.name, [])
            if len(numbers) > 1:
                yield f"{job.name} is there {len(numbers)} times"
            if job.number is None and numbers:
                job.number = numbers[0]

    def settle(self):
        """Until all have ended; what was wrong with them as such."""
        for job in self.jobs:
            if job.submission:
                job.learn_number(60)
            for call in job.calls:
                call.look(60)
        yield from self.find_lost()
        until(self.have_ended, "all that were queued have ended")

    def have_ended(self):
        """For good: one that is to run again has ended first."""
        def all_ended():
            return all([job.has_ended() for job in self.jobs if job.number])

        if not all_ended():
            return False
        # Answered when it is stored: by then the daemon knows of those ends, then what it made of them.
        for _ in range(2):
            self.instance.call(CLUSTER + "SetClusterParameter", name="JobRetryCount", value=3)
        return all_ended()

    def numbers(self):
        return {job.number for job in self.jobs if job.number}

    def wrong(self, events, narrow):
        for job in self.jobs:
            if job.number:
                yield from job.wrong(events, narrow)

