#!/usr/bin/python3
"""A supervisor that says what a test wants, for ends that no healthy one comes to.

AXE_FAKE holds a JSON list: objects are sent as replies to the first call, "die" ends the process,
"garbage" is sent as it is. After the last one it waits for its client to hang up.
"""

import json
import os
import socket
import sys


def main():
    descriptor = int(sys.argv[sys.argv.index("--private") + 1])
    client = socket.socket(fileno=descriptor)
    script = json.loads(os.environ["AXE_FAKE"])
    if script and script[0] == "die":
        sys.exit(1)
    call = b""
    while not call.endswith(b"\0"):
        call += client.recv(65536)
    for step in script:
        if step == "die":
            sys.exit(1)
        client.sendall((json.dumps(step) if isinstance(step, dict) else step).encode() + b"\0")
    while client.recv(65536):
        pass


main()
