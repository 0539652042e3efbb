"""A daemon of a story's own, and what is asked of its socket without any library."""

import json
import os
import signal
import socket
import subprocess

import stuck
from axe import BIN, until


class Daemon:
    """axed on a socket and a state directory below the story's place."""

    # At the end of a story nothing runs any more; its own options come over this.
    on_stop = ("--on-stop", "terminate")
    program = BIN / "axed"

    def __init__(self, axe, *options):
        self.state = axe.state
        self.socket = str(axe.state.parent / "axed.sock")
        self.options = options
        self.process = None
        self.start()

    def begin(self):
        return subprocess.Popen(
            [self.program, "--foreground", "--socket", self.socket, "--state-dir", self.state,
             *self.on_stop, *self.options], stderr=subprocess.PIPE, text=True)

    def start(self):
        self.process = self.begin()
        until(self.answers, "the daemon answers")

    def answers(self):
        assert self.process.poll() is None, self.process.stderr.read()
        try:
            return self.call("org.varlink.service.GetInfo")
        except (FileNotFoundError, ConnectionError, StopIteration):
            # Not there yet; or a child of the one that was killed had its socket for a moment longer.
            return None
        except TimeoutError:
            raise AssertionError("the daemon does not answer\n" + stuck.describe(
                self.state.parent, self.process.pid)) from None

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        # Waits for its turn; with a timeout it would be refused where there is a queue.
        client.connect(self.socket)
        client.settimeout(60)
        return client

    def call(self, method, **parameters):
        with self.connect() as client:
            send(client, method, parameters)
            return next(replies(client))

    def subscribe(self, after=None, **filters):
        client = self.connect()
        chosen = filters if after is None else {"after": after, **filters}
        send(client, "io.axe.Events.Subscribe", chosen, True)
        return client

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stderr.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        self.process.stderr.close()
        return self.process.returncode


def send(client, method, parameters, more=False):
    client.sendall(json.dumps({"method": method, "parameters": parameters,
                               "more": more}).encode() + b"\0")


def replies(client):
    """The replies as they come, until the peer hangs up."""
    waiting = b""
    while True:
        *whole, waiting = waiting.split(b"\0")
        yield from (json.loads(each) for each in whole)
        got = client.recv(1 << 16)
        if not got:
            return
        waiting += got


def events(client, last):
    """The events up to the first one of that type."""
    seen = []
    for reply in replies(client):
        seen.append(reply["parameters"]["event"])
        if seen[-1]["type"] == last:
            return seen
    raise AssertionError(f"no {last} came, but {[each['type'] for each in seen]}")


def environment(daemon):
    return dict(os.environ, AXE_SOCKET=daemon.socket)
