"""What a supervisor that does not answer is doing, for whoever reads of the test that failed."""

import pathlib


def read(path):
    try:
        return path.read_text(encoding="utf-8", errors="replace").replace("\0", " ").strip()
    except OSError as problem:
        return f"({problem.strerror})"


def processor_time(task):
    fields = read(task / "stat").rpartition(")")[2].split()
    return f"{fields[11]}+{fields[12]} ticks" if len(fields) > 12 else "?"


def thread(task):
    return [f"  thread {task.name} {read(task / 'comm')}: {read(task / 'wchan')}, "
            f"call {read(task / 'syscall')}, {processor_time(task)}",
            *(f"    {line}" for line in read(task / "stack").splitlines())]


def process(folder):
    lines = [f"process {folder.name}: {read(folder / 'cmdline')}",
             *(f"  {line}" for line in read(folder / "status").splitlines()
               if line.split(":")[0] in ("State", "PPid", "Threads", "VmRSS")),
             f"  group {read(folder / 'cgroup').splitlines()[-1]}"]
    for task in sorted((folder / "task").iterdir()):
        lines += thread(task)
    return lines


def holds(folder, place):
    """Whether it has anything of that place open, or is of it by its command."""
    if str(place) in read(folder / "cmdline"):
        return True
    try:
        links = [str(each.readlink()) for each in (folder / "fd").iterdir()]
    except OSError:
        return False
    return any(link.startswith(str(place)) for link in links)


def describe(place, *pids):
    """Those processes, and all that hold something below the place."""
    lines = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit() and (int(folder.name) in pids or holds(folder, place)):
            lines += process(folder)
    return "\n".join(lines)
