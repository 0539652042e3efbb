"""The socket at which a private supervisor can be asked about its job, once nobody listens there."""

import datetime
import os
import pathlib
import socket

RUN_DIR = pathlib.Path("/run/axe/run")
# It is made just before job.begin is told, and the kernel stamps files with the time of its last tick.
MADE_BEFORE_S = 0.05 * int(os.environ.get("AXE_SLOWNESS", "1"))


def is_dead(path):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            return True
        except FileNotFoundError:
            pass
    return False


def seconds(line):
    return datetime.datetime.fromisoformat(line["time"]).timestamp()


def was_made_between(path, first, last):
    try:
        return first - MADE_BEFORE_S <= path.stat().st_mtime <= last
    except FileNotFoundError:
        return False


def dead_doors(number, trace):
    """
    Their names. Others have jobs of the same number, at the same time, too, and kill supervisors: a
    name with a pid says whose it is; the plain one was ours if it was made when ours was.
    """
    begins = [line for line in trace if line["type"] == "job.begin"]
    for begin in begins:
        kind, _, identity = pathlib.Path(begin["data"]["group"]).parent.name.partition("-")
        own = RUN_DIR / f"{number}-{identity.partition('-')[0]}.sock"
        shared = RUN_DIR / f"{number}.sock"
        # It listens before it gives birth to anybody.
        last = next((line for line in trace if line["type"] == "assessment.begin"), trace[-1])
        if kind == "run" and is_dead(own):
            yield own.name
        if kind == "run" and is_dead(shared) and was_made_between(
                shared, seconds(begin), seconds(last)):
            yield shared.name
