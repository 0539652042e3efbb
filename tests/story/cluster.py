"""The queue of a daemon of a story's own, through the verbs."""

import json
import pathlib

from axe import until
from daemon import Daemon

ENDED = ("Finished", "Failed", "Canceled")


class Queue:
    """A daemon in the story's place, and what its verbs say of its jobs."""

    def __init__(self, axe, *options):
        self.axe = axe
        self.options = ("--cgroup-root", str(axe.cgroup_root), *options)
        self.daemon = Daemon(axe, *self.options)

    def __call__(self, verb, *words, **options):
        return self.axe(verb, "--socket", self.daemon.socket, *words, **options)

    def start(self, verb, *words, **options):
        return self.axe.start(verb, "--socket", self.daemon.socket, *words, **options)

    def submit(self, *words):
        done = self("submit", *words)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    def hold(self, *words):
        """A job that waits until it is released."""
        return self.submit("--hold", *(words or ("--", "true")))

    def show(self, job):
        done = self("show", str(job), "-o", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def state(self, job):
        return self.show(job)["state"]

    def tasks(self, job):
        return [each["state"] for each in self.show(job)["tasks"]]

    def list(self, *words):
        done = self("list", "-o", "json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["jobs"]

    def await_state(self, job, *states):
        return until(lambda: self.state(job) in states and self.state(job),
                     f"job {job} is {' or '.join(states)}")

    def await_task(self, job, index, state):
        until(lambda: self.tasks(job)[index] == state, f"task {job}/{index} is {state}")

    def manifest(self, *commands, **keys):
        """A manifest of tasks a, b, c ... with these lines for the shell."""
        tasks = [{"name": chr(ord("a") + at), "command": line}
                 for at, line in enumerate(commands)]
        text = json.dumps({"name": "queued", "assessments": tasks, **keys})
        return self.axe.manifest(text, "queued.json")

    def stop(self):
        try:
            self.forget()
        finally:
            self.daemon.stop()

    def forget(self):
        """What never ran is purged: its folder has no story to tell."""
        for job in self.list("--all"):
            if job["state"] not in ENDED:
                self("cancel", str(job["job"]))
        folders = [pathlib.Path(job["directory"]) for job in self.list("--all")
                   if job["started"] is None and self("purge", str(job["job"])).returncode == 0]
        until(lambda: not any(folder.exists() for folder in folders), "what never ran is purged")
