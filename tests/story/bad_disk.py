"""The disk that tests/preload/bad_disk.c makes: slow, refusing, or gone in the middle of a line."""

import mmap
import os
import struct

from axe import ADVERSARIES

FIELDS = ("sync_ms", "syncs", "inside", "tear", "refuse")


class BadDisk:
    """What the preloaded object is told to do, and what it has done."""

    def __init__(self, folder):
        self.path = folder / "bad-disk"
        self.path.write_bytes(bytes(8 * len(FIELDS)))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)

    def environment(self):
        # A sanitizer wants to be the first library; ours calls none of what it watches.
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": str(ADVERSARIES / "bad_disk.so"), "AXE_BAD_DISK": str(self.path),
                "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0".lstrip(":")}

    def __getitem__(self, field):
        return struct.unpack_from("=Q", self.map, 8 * FIELDS.index(field))[0]

    def __setitem__(self, field, value):
        struct.pack_into("=Q", self.map, 8 * FIELDS.index(field), value)

    def close(self):
        self.map.close()
