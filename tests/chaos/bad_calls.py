"""What tests/preload/bad_calls.c and bad_memory.c do to the calls of a supervisor."""

import contextlib
import mmap
import os
import struct

from axe import ADVERSARIES

FIELDS = ("kinds", "left", "span", "action", "seen", "hits", "period", "stack", "naming")
WITHIN_BYTES = 208
WITHIN_AT = 8 * len(FIELDS)
STACK_BYTES, STACKS = 16, 16384
STACKS_AT = WITHIN_AT + WITHIN_BYTES

OPEN, WRITE, SYNC, NAME, SIZE, READ, MEMORY = (1 << bit for bit in range(7))
DISK = OPEN | WRITE | SYNC | NAME | SIZE | READ
CHANGES = WRITE | SYNC | NAME | SIZE
ALWAYS = 1 << 62

KILL_BEFORE, KILL_AFTER = 1000, 1001


class BadCalls:
    """Armed by a test, before or while the supervisor runs; counts also when nothing is to be hit."""

    def __init__(self, path, *objects):
        self.path = path
        self.objects = objects or ("bad_calls",)
        path.write_bytes(bytes(STACKS_AT + STACK_BYTES * STACKS))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)

    def environment(self):
        # A sanitizer wants to be the first library; ours calls none of what it watches.
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": " ".join(str(ADVERSARIES / f"{name}.so") for name in self.objects),
                "AXE_BAD_CALLS": str(self.path),
                "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0".lstrip(":")}

    def __getitem__(self, field):
        return struct.unpack_from("=Q", self.map, 8 * FIELDS.index(field))[0]

    def __setitem__(self, field, value):
        struct.pack_into("=Q", self.map, 8 * FIELDS.index(field), value)

    def arm(self, kinds, step, action, span=1, within="", stack=0, period=0):
        """
        The step-th call of those kinds from now on, where the path has `within` in it: of all, or of
        those that a stack makes. Or, of all, each whose number a period divides.
        """
        name = str(within).encode()
        assert len(name) < WITHIN_BYTES, within
        self.disarm()
        self.map[WITHIN_AT:STACKS_AT] = name.ljust(WITHIN_BYTES, b"\0")
        for field, value in (("action", action), ("span", span), ("left", step), ("seen", 0),
                             ("hits", 0), ("stack", stack), ("period", period), ("kinds", kinds)):
            self[field] = value

    def count(self, kinds, within=""):
        """Hit nothing."""
        self.arm(kinds, 0, 0, 0, within)

    @contextlib.contextmanager
    def naming(self):
        """Of memory: who asks for it is written down meanwhile. {name of its stack: how often}"""
        self.map[STACKS_AT:] = bytes(STACK_BYTES * STACKS)
        stacks = {}
        self["naming"] = 1
        try:
            yield stacks
        finally:
            self["naming"] = 0
            stacks.update(each for each in struct.iter_unpack("=QQ", self.map[STACKS_AT:])
                          if each[0])
        assert len(stacks) < STACKS, "more stacks than there is room for"

    def disarm(self):
        self["kinds"] = self["left"] = self["period"] = 0

    def close(self):
        self.map.close()
