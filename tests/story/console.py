"""What a person at a console does and sees, for the stories about the command line."""

import json
import os
import select
import time

from axe import PATIENCE_S, until


def manifest(axe, *assessments, **keys):
    """Write a manifest; returns its path. Names are made unique: a, a-1, ..."""
    names = [each["name"] for each in assessments]
    unique = [{**each, "name": each["name"] + (f"-{at}" if each["name"] in names[:at] else "")}
              for at, each in enumerate(assessments)]
    return axe.manifest(json.dumps({"name": "story", "assessments": unique, **keys}),
                        "manifest.json")


def read_until(stream, text):
    """Read a pipe or a terminal until the text has come; returns all."""
    got = ""
    deadline = time.monotonic() + PATIENCE_S
    while text not in got:
        left = deadline - time.monotonic()
        assert left > 0 and select.select([stream], [], [], left)[0], f"no `{text}` in `{got}`"
        piece = os.read(stream if isinstance(stream, int) else stream.fileno(), 65536).decode()
        assert piece, f"end of file without `{text}` in `{got}`"
        got += piece
    return got


def read_screen(person):
    """The rest of what a terminal shows, once its programs are gone."""
    screen = b""
    while True:
        try:
            screen += os.read(person, 65536)
        except OSError:
            return screen.decode()


def latest(axe):
    return axe.jobs()[-1]


def wait_for_output(axe, text):
    """Until the first assessment of the latest job has printed it."""
    def printed():
        try:
            return text.encode() in latest(axe).output()
        except (FileNotFoundError, IndexError):
            return False
    until(printed, f"`{text}` is printed")


def end(client):
    """Wait for it: exit code, output, errors."""
    stdout, stderr = client.communicate(timeout=PATIENCE_S)
    return client.returncode, stdout, stderr
