"""A daemon with a queue that says what a story wants, for what a client does with its answers."""

import json
import socket
import subprocess
import threading

import pytest
from axe import BIN

EVIL = "evil\x1b[2J\u202ename"


class FakeQueue:
    """Answers each call of a method by what is in `answers`: parameters, or (error, parameters)."""

    def __init__(self, folder):
        self.socket = str(folder / "fake.sock")
        self.answers = {}
        self.calls = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.socket)
        self.listener.listen(16)
        self.closing = False
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            with client:
                if self.closing:
                    return
                self.serve(client)

    def serve(self, client):
        """One client at a time: each of them hangs up."""
        waiting = b""
        while got := client.recv(1 << 16):
            *whole, waiting = (waiting + got).split(b"\0")
            for each in whole:
                client.sendall(json.dumps(self.answer(json.loads(each))).encode() + b"\0")

    def answer(self, call):
        interface, _, method = call["method"].rpartition(".")
        self.calls.append((method, call.get("parameters", {})))
        answer = self.answers.get(method, ("MethodNotFound", {}))
        if callable(answer):
            answer = answer(call.get("parameters", {}))
        if isinstance(answer, tuple):
            return {"error": f"{interface}.{answer[0]}", "parameters": answer[1]}
        return {"parameters": answer}

    def asked(self, method):
        """The parameters of the calls of a method."""
        return [parameters for name, parameters in self.calls if name == method]

    def close(self):
        self.closing = True
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.socket)
        self.thread.join()
        self.listener.close()


def job(number, **changes):
    return {"job": number, "name": f"job-{number}", "owner": 1000, "owner_name": "nightly",
            "state": "Queued", "held": False, "priority": 2, "processors": 1, "attempt": 0,
            "message": None, "reason": None, "outcome": None, "code": None,
            "created": "2026-01-01T00:00:00.000000Z", "submitted": None, "started": None,
            "ended": None, "purge_after": None, "rank": 0, "directory": "/nonexistent/jobs/1",
            "counts": {"Queued": 3, "Finished": 1}, **changes}


@pytest.fixture(name="queue")
def fixture_queue(tmp_path):
    queue = FakeQueue(tmp_path)
    yield queue
    queue.close()


@pytest.fixture(name="run")
def fixture_run(queue, tmp_path):
    def run_verb(verb, *words, **options):
        return subprocess.run([BIN / "axe", verb, "--socket", queue.socket, *map(str, words)],
                              capture_output=True, text=True, timeout=60, check=False,
                              cwd=tmp_path, stdin=subprocess.DEVNULL, **options)
    return run_verb
