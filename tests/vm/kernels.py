"""Gets Debian's kernels as packages, which are unpacked and never installed, and keeps them."""

import os
import pathlib
import subprocess
import tempfile

# What a kernel is called for, and the suite that has it; any other name is a suite itself.
SUITES = {"6.1": "bookworm", "6.12": "bookworm-backports"}
PACKAGE = "linux-image-cloud-amd64"
MIRROR = os.environ.get("AXE_VM_MIRROR", "http://deb.debian.org/debian")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Loaded as the machine comes up.
BOOT_MODULES = ("virtio_pci", "virtio_blk", "fuse", "bridge", "nfsv3")
# Loaded by what needs them.
MODULES = ("brd", "crc7", "dm-mod", "softdog")


class Unavailable(Exception):
    """A kernel that cannot be had here."""


class Kernel:
    """An unpacked package."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.image = next(folder.glob("boot/vmlinuz-*"))
        self.release = self.image.name.partition("-")[2]

    def modules(self):
        """(path below /lib/modules, content) of what is wanted and needed; the rest is built in."""
        lists = next(self.folder.rglob("modules.order"))
        files = {name_of(path.name): path for path in lists.parent.rglob("*.ko*")}
        wanted = set()
        for name in BOOT_MODULES + MODULES:
            add_needed(name_of(name), files, wanted)
        for path in [*lists.parent.glob("modules.*"), *sorted(wanted)]:
            yield path.relative_to(lists.parents[1]), path.read_bytes()


def name_of(module):
    """As it is called once it is loaded."""
    return module.partition(".")[0].replace("-", "_")


def add_needed(name, files, wanted):
    if name not in files or files[name] in wanted:
        return
    wanted.add(files[name])
    told = subprocess.run(["modinfo", "-F", "depends", files[name]], capture_output=True,
                          text=True, check=True).stdout
    for each in told.strip().split(","):
        add_needed(name_of(each), files, wanted)


def cache():
    """As that of tools/dev/vm."""
    base = os.environ.get("AXE_VM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or "/var/cache", "axe-vm")
    return pathlib.Path(base) / "kernels"


def apt(folder, *words):
    """With lists of its own: the machine's stay as they are."""
    options = [f"Dir::Etc::SourceList={folder}/sources.list", "Dir::Etc::SourceParts=/dev/null",
               f"Dir::State::Lists={folder}/lists", f"Dir::Cache={folder}", "Acquire::Retries=3",
               "APT::Sandbox::User=root"]
    done = subprocess.run([words[0], "-q", *(word for each in options for word in ("-o", each)),
                           *words[1:]], cwd=folder, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=600)
    if done.returncode != 0:
        raise Unavailable((done.stderr.strip().splitlines() or ["apt failed"])[-1])
    return done.stdout


def download(suite, folder):
    """The newest package of a suite, unpacked into `folder`."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        work = pathlib.Path(work)
        (work / "lists/partial").mkdir(parents=True)
        (work / "archives/partial").mkdir(parents=True)
        (work / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} {suite} main\n",
                                           encoding="ascii")
        apt(work, "apt-get", "update")
        shown = apt(work, "apt-cache", "show", f"{PACKAGE}/{suite}")
        depends = next(line for line in shown.splitlines() if line.startswith("Depends: "))
        package = depends.split()[1]
        apt(work, "apt-get", "download", f"{package}/{suite}")
        unpacked = work / "unpacked"
        subprocess.run(["dpkg-deb", "-x", next(work.glob("*.deb")), unpacked], check=True)
        unpacked.rename(folder)


def kernel(name):
    """From the cache, else from the network."""
    suite = SUITES.get(name, name)
    folder = cache() / suite
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        download(suite, folder)
    return Kernel(name, folder)
