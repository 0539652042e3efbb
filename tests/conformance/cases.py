"""The adversaries that supervisors are compared on, and what is known of each beforehand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """`processes` and `murdered`: how many run, and how many of them another one kills, in itself
    or by its end. The rest ends by itself or by the supervisor."""
    name: str
    attack: str
    processes: int
    words: tuple = ()
    murdered: int = 0


# {mount}: of cgroup v2; {outside}: a group beside that of the supervisor; {folder}: an empty one.
CASES = (
    Case("daemon", "double fork, setsid, no environment, no descriptors", 3),
    Case("held_output", "child holds the output after the root ended", 2),
    Case("stubborn", "ignores all signals", 1),
    Case("leader_leaves", "first thread leaves with another status", 1),
    Case("thread_exec", "exec from a second thread", 1),
    Case("vfork_parent", "vfork parent in state D", 2),
    Case("murder", "killed by a sibling", 3, murdered=1),
    Case("orphan_signal", "killed by the end of its parent", 3, murdered=1),
    Case("pidns", "init of a pid namespace with children", 5),
    Case("zombies", "1,000 zombies", 1001),
    Case("reborn", "100 processes of one pid", 102),
    Case("crowd", "1,000 sleepers", 1001, ("1000",)),
    Case("comet", "forks its successor and ends, on and on", 0),
    Case("nested_groups", "children in groups of their own", 5, ("{mount}",)),
    Case("self_frozen", "child in a group that it froze", 2, ("{mount}",)),
    Case("escape", "moves out of its group", 3, ("{outside}",)),
    Case("stopped", "stopped tree", 4),
    Case("traced", "tree in ptrace stops", 4),
    Case("mute_server", "waits for a FUSE server that is killed", 2, ("{folder}", "drop")),
    Case("mute_server", "the same, and holds the server's descriptor", 2, ("{folder}", "keep")),
)
