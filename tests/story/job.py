"""What the folder of a job says."""

import json


class Job:
    def __init__(self, folder):
        self.folder = folder
        self.id = int(folder.name)

    def __getitem__(self, key):
        return self.results()[key]

    def results(self):
        return json.loads((self.folder / "results.json").read_text(encoding="utf-8"))

    def only(self):
        """The one assessment."""
        assessments = self.results()["assessments"]
        assert len(assessments) == 1
        return assessments[0]

    def trace(self, kind=None):
        """The lines that are whole by now; a folder is there before its trace is."""
        path = self.folder / "trace.ndjson"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]
        return [line for line in lines if kind in (None, line["type"])]

    def lifecycle(self):
        """The kinds of the lines that every job has, in their order."""
        kinds = ("job.begin", "assessment.begin", "assessment.end", "job.end")
        return [line["type"] for line in self.trace() if line["type"] in kinds]

    def processes(self):
        return [line["data"] for line in self.trace("process.fork")]

    def output(self, name="stdout", index=0):
        return (self.folder / "1" / f"{index}.1" / name).read_bytes()

    def assert_all_accounted_for(self):
        """As many deaths as births, in the trace and in the kernel's own counters."""
        results = self.results()["assessments"]
        for result in results:
            integrity = result["integrity"]
            assert integrity["complete"], f"{result['name']}: {json.dumps(integrity)}"
            assert integrity["forks"] == integrity["exits"] == result["processes"]["seen"], result
        births = self.trace("process.fork")
        deaths = self.trace("process.exit")
        assert len(births) == len(deaths) == sum(each["processes"]["seen"] for each in results)
        assert ({(each["data"]["pid"], each["data"]["start_ns"]) for each in births} ==
                {(each["data"]["pid"], each["data"]["start_ns"]) for each in deaths})
