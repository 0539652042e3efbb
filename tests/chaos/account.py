"""Whether a job ended as it must, whatever became of its supervisors: one sentence each if not."""

import collections
import json

from programs import record_of

TRACED_KINDS = ("process.", "supervisor.")
# The last two are said of the trace itself.
TRACED_ONLY = ("residue", "trace.torn", "lost")
KILLED = ("terminated", "timeout", "canceled")
BY_STEERING = ("terminated", "canceled", "not_run")


def summary(kinds):
    return dict(collections.Counter(kinds))


def of_numbers(events):
    numbers = [each["seq"] for each in events]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the events have a gap: {numbers}"


def of_events(job, events):
    """Each beginning and each end once, in their order; trace and store tell the same."""
    kinds = [each["type"] for each in events]
    if kinds.count("job.end") != 1 or kinds[-1] != "job.end":
        yield f"job.end is not the last one: {kinds}"
    if kinds.count("job.begin") != 1:
        yield f"job.begin does not come once: {kinds}"
    begun = [each["assessment"] for each in events if each["type"] == "assessment.begin"]
    ended = [each["assessment"] for each in events if each["type"] == "assessment.end"]
    if len(set(begun)) != len(begun) or sorted(begun) != sorted(ended):
        yield f"begun {begun}, ended {ended}"
    lines = job.trace()
    if [line["seq"] for line in lines] != list(range(1, len(lines) + 1)):
        yield "the trace has a gap"
    told = [line["type"] for line in lines
            if not line["type"].startswith(TRACED_KINDS) and line["type"] not in TRACED_ONLY]
    if told != kinds:
        yield f"the trace tells {summary(told)}, the store {summary(kinds)}"


def integrity_is_said(result, narrow):
    """
    Complete, or not so and why: commands and signals that a supervisor had heard die with its
    buffer, and where there is next to no room whole processes are only counted.
    """
    integrity = result["integrity"]
    if integrity["complete"]:
        return integrity["traced"] == integrity["exits"]
    if not narrow:
        return "commands or signals" in integrity["reason"] and integrity["lost_events"] > 0 \
            and not integrity["lost_records"] and integrity["traced"] == integrity["exits"]
    lost = integrity["lost_events"] + integrity["lost_records"]
    return lost > 0 and integrity["reason"] and integrity["traced"] <= \
        integrity["exits"]


def of_processes(job, results, narrow):
    births, deaths = job.trace("process.fork"), job.trace("process.exit")
    for result in results:
        integrity = result["integrity"]
        if not integrity_is_said(result, narrow):
            yield f"{result['name']}: {integrity}"
        elif not integrity["forks"] == integrity["exits"] == result["processes"]["seen"]:
            yield f"{result['name']}: {integrity}, {result['processes']}"
    born, died = ([(each["data"]["pid"], each["data"]["start_ns"]) for each in lines]
                  for lines in (births, deaths))
    if len(set(born)) != len(born) or len(set(died)) != len(died):
        yield f"of {len(born)} births and {len(died)} deaths some are told twice"
    if not narrow and set(born) != set(died):
        yield f"{len(births)} births, {len(deaths)} deaths"


class Account:
    """Of one program: what it wrote, and what was told of it."""

    def __init__(self, program, record, result, steered, narrow=False):
        self.program = program
        self.result = result
        self.steered = steered
        self.unknown = narrow and not result.get("integrity", {}).get("complete")
        lines = record.read_text(encoding="ascii").split("\n")[:-1] if record.exists() else []
        self.starts = lines.count("start")
        self.own = lines[-1].split() if lines and lines[-1] != "start" else None

    def exit_is_own(self):
        """Or there is none of its own, and none is told."""
        told = self.result["exit"]
        if told is None or self.own is None:
            return told is None
        kind, number = self.own
        return told.get(kind) == int(number)

    def was_killed(self):
        told = self.result["exit"]
        return told is not None and told.get("signal") in (9, 15)

    def end_is_unseen(self):
        """Of whose end nothing was seen, nothing is told."""
        return self.unknown and self.result["verdict"] == "error"

    def of_end(self):
        verdict = self.result["verdict"]
        expected = {self.program.verdict} | set(BY_STEERING if self.steered else ())
        # Who was killed with the job left nothing behind: it had its grace still.
        if self.steered and self.program.verdict == "leaked":
            expected.add("passed")
        # Its answer to the signal of a cancel is an end of its own.
        if self.program.endless:
            expected.add("failed")
        if self.end_is_unseen():
            return
        if verdict not in expected:
            yield f"{verdict}, not {expected}"
        elif verdict == "not_run":
            if self.starts:
                yield f"not_run, but it started {self.starts} times"
        elif not self.exit_is_own() and not (verdict in KILLED and self.was_killed()):
            yield f"{verdict} with {self.result['exit']}, but it wrote {self.own}"

    def of_starts(self):
        if self.result["verdict"] == "not_run":
            return
        tries = self.result["try"]
        # Who was killed early may have written nothing, also when nobody saw that kill.
        least = tries - (self.result["verdict"] in KILLED or self.end_is_unseen())
        if not least <= self.starts <= tries:
            yield f"{self.result['verdict']}: it started {self.starts} times in {tries} tries"

    def of_size(self):
        if self.result["verdict"] != self.program.verdict or self.program.verdict in KILLED:
            return
        seen, output = self.result["processes"]["seen"], self.result["output"]["stdout"]["bytes"]
        if self.program.processes and seen != self.program.processes:
            yield f"{seen} processes, not {self.program.processes}"
        if self.program.output >= 0 and output != self.program.output:
            yield f"{output} bytes of output, not {self.program.output}"

    def wrong(self):
        for check in (self.of_end, self.of_starts, self.of_size):
            for sentence in check():
                yield f"{self.result['name']}: {sentence}"


def of_indices(results, tasks, all_run):
    """Of all tasks; or of those that this attempt was for."""
    indices = [each["index"] for each in results]
    if all_run and indices != list(range(tasks)):
        yield f"results of {indices}, not of {tasks}"
    elif sorted(set(indices)) != indices or not set(indices) <= set(range(tasks)):
        yield f"results of {indices}, of {tasks}"


def of_job(job, events, chosen, records, steered, narrow, attempt=1, all_run=True):
    """Every sentence that is to be said of it."""
    try:
        results = job.results()["assessments"]
    except (FileNotFoundError, json.JSONDecodeError) as problem:
        yield f"no results: {problem}"
        return
    indices = list(of_indices(results, len(chosen), all_run))
    if indices:
        yield from indices
        return
    yield from of_events(job, events)
    started = [each for each in results if each["verdict"] != "not_run"]
    begun = {each["assessment"] for each in events if each["type"] == "assessment.begin"}
    if begun != {each["index"] for each in started}:
        yield f"begun {begun}, started {[each['index'] for each in started]}"
    yield from of_processes(job, started, narrow)
    for result in results:
        at = result["index"]
        yield from Account(chosen[at], record_of(records, at, attempt), result, steered,
                           narrow).wrong()
