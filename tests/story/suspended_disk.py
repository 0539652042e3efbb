"""A disk that takes what it is given and answers nobody until it is resumed."""

import pathlib
import subprocess

SECTORS = 8 * 2048  # 8 MiB


def dmsetup(*words):
    done = subprocess.run(["dmsetup", *map(str, words)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, f"dmsetup {words}: {done.stderr}"
    return done.stdout.strip()


class MappedDisk:
    """Of device-mapper, over the beginning of another block device."""

    def __init__(self, name, below):
        self.name = name
        dmsetup("create", name, "--table", f"0 {SECTORS} linear {below} 0")
        # The one below /dev/mapper is made by udev, which not every host has.
        self.node = pathlib.Path("/dev", self.ask("blkdevname"))
        self.number = f"{self.ask('major')}:{self.ask('minor')}"

    def ask(self, field):
        return dmsetup("info", "-c", "--noheadings", "-o", field, self.name)

    def suspend(self):
        """Without a word to the file system on it, which would only make it wait politely."""
        dmsetup("suspend", "--noflush", "--nolockfs", self.name)

    def is_suspended(self):
        return self.ask("suspended") == "Suspended"

    def resume(self):
        dmsetup("resume", self.name)

    def close(self):
        self.resume()
        # Whoever waited for it is about to die.
        dmsetup("remove", "--retry", self.name)
