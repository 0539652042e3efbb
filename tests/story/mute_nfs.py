"""An NFS server of one file that never answers a write: who waits for it cannot be killed."""

import contextlib
import ctypes
import os
import socket
import struct
import threading

PROGRAM_NFS, PROGRAM_MOUNT, VERSION = 100003, 100005, 3
CALL, REPLY, ACCEPTED, SUCCESS = 0, 1, 0, 0
PROGRAM_UNAVAILABLE, PROCEDURE_UNAVAILABLE = 1, 3
LAST_FRAGMENT = 1 << 31
MNT_FORCE, MNT_DETACH = 1, 2
PATIENCE_S = 60

ROOT, FILE = b"mute-top", b"mutefile"
DIRECTORY_MODE, FILE_MODE = 0o777, 0o666
TYPE_FILE, TYPE_DIRECTORY = 1, 2
FILE_SYNC = 2
NO_ATTRIBUTES = struct.pack(">I", 0)
UNCHANGED = 2 * NO_ATTRIBUTES  # neither before it nor after it
LOOPBACK = "127.0.0.1"

libc = ctypes.CDLL(None, use_errno=True)


def opaque(data):
    return struct.pack(">I", len(data)) + data + b"\0" * (-len(data) % 4)


def attributes(handle):
    """struct fattr3, of the folder or of the file in it; neither ever changes."""
    folder = handle == ROOT
    mode, links = (DIRECTORY_MODE, 2) if folder else (FILE_MODE, 1)
    return struct.pack(">5I5Q6I", TYPE_DIRECTORY if folder else TYPE_FILE, mode, links, 0, 0,
                       0, 0, 0, 1, 1 if folder else 2, 1, 0, 1, 0, 1, 0)


def with_attributes(handle):
    return struct.pack(">I", 1) + attributes(handle)


def handle_of(arguments):
    size, = struct.unpack_from(">I", arguments)
    return arguments[4:4 + size]


def mount(_):
    return struct.pack(">I", 0) + opaque(ROOT) + struct.pack(">2I", 1, 1)


def nothing(_):
    return b""


def get_attributes(arguments):
    return struct.pack(">I", 0) + attributes(handle_of(arguments))


def set_attributes(_):
    return struct.pack(">I", 0) + UNCHANGED


def lookup(_):
    return struct.pack(">I", 0) + opaque(FILE) + with_attributes(FILE) + with_attributes(ROOT)


def access(arguments):
    return (struct.pack(">I", 0) + with_attributes(handle_of(arguments)) +
            arguments[len(opaque(handle_of(arguments))):][:4])


def statistics(arguments):
    return struct.pack(">I", 0) + with_attributes(handle_of(arguments)) + struct.pack(
        ">6QI", 1 << 30, 1 << 30, 1 << 30, 100, 100, 100, 0)


def information(arguments):
    return struct.pack(">I", 0) + with_attributes(handle_of(arguments)) + struct.pack(
        ">7IQ3I", 65536, 65536, 4096, 65536, 65536, 4096, 4096, 1 << 40, 1, 0, 0x1b)


def limits(arguments):
    return struct.pack(">I", 0) + with_attributes(handle_of(arguments)) + struct.pack(
        ">6I", 1, 255, 1, 1, 0, 1)


def write(arguments):
    _, count = struct.unpack_from(">QI", arguments, len(opaque(handle_of(arguments))))
    return struct.pack(">I", 0) + UNCHANGED + struct.pack(">2I8s", count, FILE_SYNC, b"verifier")


def commit(_):
    return struct.pack(">I", 0) + UNCHANGED + b"verifier"


WRITE = (PROGRAM_NFS, 7)
PROCEDURES = {
    (PROGRAM_MOUNT, 0): nothing, (PROGRAM_MOUNT, 1): mount, (PROGRAM_MOUNT, 3): nothing,
    (PROGRAM_NFS, 0): nothing, (PROGRAM_NFS, 1): get_attributes, (PROGRAM_NFS, 2): set_attributes,
    (PROGRAM_NFS, 3): lookup, (PROGRAM_NFS, 4): access, WRITE: write,
    (PROGRAM_NFS, 18): statistics, (PROGRAM_NFS, 19): information, (PROGRAM_NFS, 20): limits,
    (PROGRAM_NFS, 21): commit,
}


class Call:
    """A remote procedure call (RFC 5531) as it came."""

    def __init__(self, record):
        self.number, kind, _, program, _, procedure = struct.unpack_from(">6I", record)
        assert kind == CALL
        at = 24
        for _ in ("credential", "verifier"):
            size, = struct.unpack_from(">I", record, at + 4)
            at += 8 + size + -size % 4
        self.key = program, procedure
        self.arguments = record[at:]

    def reply(self):
        status, result = SUCCESS, b""
        if self.key in PROCEDURES:
            result = PROCEDURES[self.key](self.arguments)
        elif self.key[0] in (PROGRAM_NFS, PROGRAM_MOUNT):
            status = PROCEDURE_UNAVAILABLE
        else:
            status = PROGRAM_UNAVAILABLE
        record = struct.pack(">6I", self.number, REPLY, ACCEPTED, 0, 0, status) + result
        return struct.pack(">I", LAST_FRAGMENT | len(record)) + record


def receive(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def receive_record(connection):
    record, last = b"", 0
    while not last:
        head, = struct.unpack(">I", receive(connection, 4))
        last = head & LAST_FRAGMENT
        record += receive(connection, head & ~LAST_FRAGMENT)
    return record


class MuteNfs:
    """Serves from threads of this process, and is mounted at `folder`."""

    def __init__(self, folder):
        self.mount = None
        self.lock = threading.Lock()
        self.held = []  # (connection, call) of what is not answered; None: all is
        self.asked = threading.Event()
        self.listener = socket.create_server((LOOPBACK, 0))
        self.name = f"{LOOPBACK}:/mute"
        threading.Thread(target=self.accept, daemon=True).start()
        folder.mkdir()
        port = self.listener.getsockname()[1]
        options = (f"vers=3,mountvers=3,proto=tcp,mountproto=tcp,port={port},mountport={port},"
                   f"addr={LOOPBACK},mountaddr={LOOPBACK},nolock,noacl,sec=sys,hard")
        if libc.mount(self.name.encode(), os.fsencode(folder), b"nfs", 0, options.encode()) < 0:
            problem = ctypes.get_errno()
            self.listener.close()
            raise OSError(problem, os.strerror(problem))
        self.mount = folder

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                while True:
                    self.answer(connection, Call(receive_record(connection)))
            except (EOFError, OSError):
                pass

    def answer(self, connection, call):
        with self.lock:
            if call.key == WRITE and self.held is not None:
                self.held.append((connection, call))
                self.asked.set()
                return
            connection.sendall(call.reply())

    def take(self):
        """Wait until somebody waits for an answer: from here on that one cannot be killed."""
        assert self.asked.wait(PATIENCE_S), "nobody wrote to the file system"

    def release(self):
        """Answer, now and from now on."""
        with self.lock:
            held, self.held = self.held or [], None
            for connection, call in held:
                # Who has connected anew meanwhile asks again.
                with contextlib.suppress(OSError):
                    connection.sendall(call.reply())

    def close(self):
        self.release()
        if self.mount:
            assert libc.umount2(os.fsencode(self.mount), MNT_FORCE | MNT_DETACH) == 0
        self.mount = None
        self.listener.close()
