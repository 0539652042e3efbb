"""Writes an initramfs: files of this host, under their own names, as a cpio archive."""

import os
import pathlib
import stat
import subprocess

MAGIC = "070701"
END = "TRAILER!!!"
ELF = b"\x7fELF"


class Archive:
    """Of `file`; a folder comes before what is in it, a link before what it names."""

    def __init__(self, file):
        self.file = file
        self.seen = {"/"}

    def write(self, name, mode, data=b"", mtime=0):
        """One entry. All belong to root; the inode's number only has to be another each time."""
        encoded = os.fsencode(name) + b"\0"
        fields = (len(self.seen), mode, 0, 0, 1, int(mtime), len(data), 0, 0, 0, 0, len(encoded), 0)
        head = (MAGIC + "".join(f"{field:08x}" for field in fields)).encode() + encoded
        for part in (head, data):
            self.file.write(part + b"\0" * (-len(part) % 4))

    def add_folder(self, path, mode=0o755):
        """One that this host need not have."""
        path = str(path)
        if path not in self.seen:
            self.add_folder(os.path.dirname(path))
            self.seen.add(path)
            self.write(path[1:], stat.S_IFDIR | mode)

    def add_content(self, path, content, mode=0o644):
        """A file that this host has not, or has with another content."""
        self.seen.add(path)
        self.write(path[1:], stat.S_IFREG | mode, content)

    def add(self, path):
        """A file, folder or link of this host, and what leads to it; a link's goal, too."""
        folder, name = os.path.split(str(path))
        folder = os.path.realpath(folder)
        path = os.path.join(folder, name)
        if path in self.seen or not os.path.lexists(path):
            return
        self.add(folder)
        self.seen.add(path)
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            goal = os.readlink(path)
            self.write(path[1:], found.st_mode, os.fsencode(goal))
            self.add(os.path.join(folder, goal))
        elif stat.S_ISREG(found.st_mode):
            # With its own time: Python trusts no compiled file without it.
            self.write(path[1:], found.st_mode, pathlib.Path(path).read_bytes(), found.st_mtime)
        elif stat.S_ISDIR(found.st_mode):
            self.write(path[1:], found.st_mode)

    def add_below(self, folder, wanted=lambda path: True):
        """Whatever is in a folder."""
        for each, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if wanted(os.path.join(each, name))]
            for name in [*folders, *names]:
                if wanted(os.path.join(each, name)):
                    self.add(os.path.join(each, name))

    def add_libraries(self):
        """Of all programs that were added."""
        programs = [path for path in self.seen if is_program(path)]
        told = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False)
        for line in told.stdout.splitlines():
            for word in line.split():
                if word.startswith("/") and not word.endswith(":"):
                    self.add(word)

    def close(self):
        self.write(END, 0)


def is_program(path):
    if not os.path.isfile(path) or os.path.islink(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(ELF)) == ELF


def absent_packages(names):
    told = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
                          capture_output=True, text=True, check=False).stdout.splitlines()
    return [name for name in names if f"{name} installed" not in told]


def add_packages(archive, names):
    """What is installed of some packages and of all that they need, but for what is to be read."""
    lists = subprocess.run(
        ["apt-cache", "depends", "--recurse", "--installed", "--no-recommends", "--no-suggests",
         "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances", *names],
        capture_output=True, text=True, check=True).stdout.splitlines()
    needed = sorted({line for line in lists if line[:1].isalnum()})
    files = subprocess.run(["dpkg-query", "-L", *needed], capture_output=True, text=True,
                           check=False).stdout.splitlines()
    for path in files:
        if path.startswith("/") and not path.startswith(
                ("/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info")):
            archive.add(path)
            folder, name = os.path.split(path)
            if name.endswith(".py"):
                archive.add_below(os.path.join(folder, "__pycache__"))
