"""The record of a job as a text: who forked whom, how each ended, and by whom it was killed.

    parent: 0
      2 x child: KILL by axe

Children stand below their parent in the order of their birth; neighbours of one story are counted.
"""

import itertools

ONLY_CHILD = 1


def key(process):
    return process["pid"], process["start_ns"]


def killer_text(death, supervisor):
    killer = death.get("killer")
    if not killer:
        return ""
    if killer["origin"] == "itself":
        return " by itself"
    if "pid" not in killer:
        return " by the kernel"
    if key(killer) == supervisor:
        return " by axe"
    uid = f" of uid {killer['uid']}" if killer["uid"] else ""
    kernel = " through the kernel" if killer["origin"] == "kernel" else ""
    return f" by {killer['comm']}{uid}{kernel}"


def end_text(death, supervisor):
    end = death["exit"]
    text = str(end["status"]) if "status" in end else end["signal_name"]
    core = " with a core" if end.get("core") else ""
    oom = " out of memory" if death.get("oom") else ""
    return f"{text}{core}{oom}{killer_text(death, supervisor)}"


class Record:
    """Of the processes of a job's one assessment."""

    def __init__(self, job):
        births = [line["data"] | {"joined": line["type"] == "process.join"} for line in job.trace()
                  if line["type"] in ("process.fork", "process.join")]
        self.deaths = {key(line["data"]): line["data"] for line in job.trace("process.exit")}
        begin, = job.trace("assessment.begin")
        root, = [each for each in births if each["pid"] == begin["data"]["pid"]]
        self.supervisor = key(root["parent"])
        self.births = {key(each): each for each in births}
        self.children = {}
        for each in births:
            parent = key(each["parent"])
            self.children.setdefault(parent if parent in self.births else None, []).append(each)

    def end(self, process):
        """As text; None of whom no end is known."""
        death = self.deaths.get(key(process))
        return death and end_text(death, self.supervisor)

    def name(self, process):
        """After the last exec; of whom no end is known at birth."""
        return self.deaths.get(key(process), process)["comm"]

    def lines(self, process):
        birth = "joined, " if process["joined"] else ""
        yield f"{self.name(process)}: {birth}{self.end(process)}"
        yield from ("  " + line for line in self.family(key(process)))

    def family(self, parent=None):
        """The stories of all children of one."""
        stories = (tuple(self.lines(child)) for child in self.children.get(parent, []))
        for story, alike in itertools.groupby(stories):
            count = len(list(alike))
            times = f"{count} x " if count > ONLY_CHILD else ""
            yield from (times + story[0], *story[1:])

    def text(self):
        return "\n".join(self.family()) + "\n"


def record(job):
    return Record(job).text()


def family(text):
    """An expected record, written indented in a test."""
    lines = [line for line in text.splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(line[margin:] for line in lines) + "\n"
