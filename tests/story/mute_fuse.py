"""A FUSE server that takes requests and never answers: who asks it cannot be killed."""

import ctypes
import os
import select
import struct

FUSE_INIT = 26
IN_HEADER = struct.Struct("=IIQQIIII")
OUT_HEADER = struct.Struct("=IiQ")
INIT_BYTES = 64  # of struct fuse_init_out since 7.23
REQUEST_BYTES = 1 << 17
PATIENCE_MS = 60000
MNT_DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class MuteFuse:
    """Ends with the process that made it, whatever becomes of that: then the kernel lets all go."""

    def __init__(self, folder):
        self.mount = None
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        folder.mkdir()
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0"
        check(libc.mount(b"mute", os.fsencode(folder), b"fuse", 0, options.encode()))
        self.mount = folder
        opcode, unique = self.take()
        assert opcode == FUSE_INIT
        answer = struct.pack("=II", 7, 31).ljust(INIT_BYTES, b"\0")
        os.write(self.device, OUT_HEADER.pack(OUT_HEADER.size + INIT_BYTES, 0, unique) + answer)

    def take(self):
        """Wait for a request and swallow it: from here on its sender cannot be killed."""
        poller = select.poll()
        poller.register(self.device, select.POLLIN)
        assert poller.poll(PATIENCE_MS), "nobody asked the file system"
        _, opcode, unique, *_ = IN_HEADER.unpack_from(os.read(self.device, REQUEST_BYTES))
        return opcode, unique

    def release(self):
        """Let go of everybody: without its server the connection is aborted."""
        if self.device >= 0:
            os.close(self.device)
        self.device = -1

    def close(self):
        self.release()
        if self.mount:
            check(libc.umount2(os.fsencode(self.mount), MNT_DETACH))
        self.mount = None
