"""A storm of forks over supervisors that are killed: every birth and every death is counted."""

import json
import random
import time

import account
from axe import until
from instance import Instance

WORKERS = 2
PIDS = 64
STATUSES = (0, 3, 7)
# Of a supervisor's: the backlog of ends that the kernel may forget.
COUNTED_AT_ONCE = 512
# What a worker makes ends with one of these, and it says in its file how many it made.
WORKER = """
i=0
while ! [ -e "$STOP" ]; do
    (exit 7) & (exit 0) & (exit 3) & wait
    i=$((i + 3))
done
echo $i > "$MADE.$1"
"""


class Storm:
    """One job in a group of its own, with a bound on its processes, that ends by itself."""

    def __init__(self, folder, seconds, kills, seed, options):
        self.instance = Instance(folder, *options)
        self.seconds = seconds
        self.kills = kills
        self.chance = random.Random(seed)
        self.stop = self.instance.folder / "stop"
        self.made = self.instance.folder / "made"
        self.client = None

    def manifest(self):
        script = "worker() {" + WORKER + "}\n"
        script += "".join(f"worker {at} &\n" for at in range(WORKERS)) + "wait\n"
        return {"name": "storm", "assessments": [{
            "name": "forks", "command": ["sh", "-c", script],
            "environment": {"STOP": str(self.stop), "MADE": str(self.made)},
            "timeout": f"{int(self.seconds) + 120}s", "limits": {"pids": PIDS}}]}

    def rage(self):
        """Its supervisors die at random moments, and are away for a while."""
        ends = time.monotonic() + self.seconds
        moments = sorted(self.chance.random() * self.seconds for _ in range(self.kills))
        for moment in moments:
            time.sleep(max(0, ends - self.seconds + moment - time.monotonic()))
            self.instance.kill()
            time.sleep(self.chance.random())
            assert self.instance.start()
        time.sleep(max(0, ends - time.monotonic()))

    def run(self):
        """(figures, what was wrong)"""
        assert self.instance.start()
        self.client = self.instance.ask("io.axe.Engine.ExecuteJob", more=True,
                                        manifest=self.manifest())
        until(self.instance.running, "the storm begins")
        self.rage()
        self.stop.touch()
        until(lambda: not self.instance.running(), "the storm has ended", 300)
        until(lambda: any(each["type"] == "job.end" for each in self.instance.events()),
              "its end is stored")
        result = self.instance.place.job().only()
        return self.figures(result), [*self.wrong(result), *self.instance.stop()]

    def own_count(self):
        """The programs' own: the shell, its workers, and what they made."""
        return 1 + WORKERS + sum(int(each.read_text(encoding="ascii")) for each in
                                 self.instance.folder.glob("made.*"))

    def figures(self, result):
        integrity = result["integrity"]
        job = self.instance.place.job()
        counts = [each["data"]["ends"] for each in lines_of(job, "lost")]
        return {"seconds": self.seconds, "kills": self.instance.kills,
                "made": self.own_count(), "left_out": sum(counts), "counts": len(counts),
                **integrity}

    def wrong(self, result):
        integrity = result["integrity"]
        job = self.instance.place.job()
        yield from account.of_numbers(self.instance.events())
        if not any(lines_of(job, "process.exit")):
            yield "its trace tells of no death"
        if result["verdict"] != "passed":
            yield f"{result['verdict']} with {result['exit']}, {result['error']}"
        if not self.own_count() == integrity["forks"] == integrity["exits"]:
            yield f"{self.own_count()} were made, {integrity}"
        lost = integrity["lost_events"] + integrity["lost_records"]
        if integrity["complete"] and (lost or integrity["traced"] != integrity["exits"]):
            yield f"it is no whole account: {integrity}"
        yield from self.wrong_counts(integrity)
        # An event that a dead supervisor took with it is a gap, of which the kernel has no count.
        if integrity["complete"] == bool(integrity["reason"]):
            yield f"not whole, and not said why: {integrity}"
        yield from wrong_deaths(job)

    def wrong_counts(self, integrity):
        """What found no room is counted to the last one; a trace counts what it left out."""
        job = self.instance.place.job()
        told = sum(1 for _ in lines_of(job, "process.exit"))
        left_out = sum(each["data"]["ends"] for each in lines_of(job, "lost"))
        counted = told + left_out + integrity["lost_records"] - integrity["exits"]
        if counted < 0:
            yield f"{-counted} are neither told nor counted as lost: {integrity}"
        # What was counted and not yet forgotten is counted again: never missed.
        if counted > (COUNTED_AT_ONCE if left_out else 0) * self.instance.kills:
            yield f"{counted} are counted twice: {told} told, {left_out} left out, {integrity}"
        if not told <= integrity["traced"] <= integrity["exits"]:
            yield f"{told} are told: {integrity}"

    def close(self):
        if self.client:
            self.client.close()
        self.instance.close()


def lines_of(job, kind):
    """One at a time: the trace of a long storm is long."""
    with open(job.folder / "trace.ndjson", encoding="utf-8") as lines:
        for line in lines:
            if f'"type":"{kind}"' in line:
                yield json.loads(line)


def wrong_deaths(job):
    """None is told twice, and each with an end that one of them can have."""
    seen = set()
    for line in lines_of(job, "process.exit"):
        death = line["data"]
        which = death["pid"], death["start_ns"]
        if which in seen:
            yield f"{which} died twice"
        seen.add(which)
        if death["exit"].get("status") not in STATUSES:
            yield f"an end that none of them had: {death}"


def run(folder, seconds, kills, seed, options=()):
    storm = Storm(folder, seconds, kills, seed, options)
    try:
        return storm.run()
    finally:
        storm.stop.touch()
        storm.close()
