"""Small adversaries of each kind; what one is about to end with, it writes to a file of its own."""

import dataclasses

# Appended by one write: whoever is killed has written a line whole, or not at all.
SAY = 'say() { echo "$*" >> "$RECORD.$AXE_ATTEMPT"; }; say start; '
OWN = ("passed", "failed", "crashed", "leaked")


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    script: str
    verdict: str  # when nobody steers the job
    keys: dict = dataclasses.field(default_factory=dict)
    processes: int = 0  # if known and nobody steers
    output: int = -1  # likewise, in bytes
    endless: bool = False  # somebody must steer the job


def record_of(records, index, attempt=1):
    """Where the program of an assessment writes."""
    return records / f"{index}.{attempt}"


def ends(status):
    return f"say status {status}; exit {status}"


def dies(signal):
    return f"say signal {signal}; kill -{signal} $$; sleep 999"


def pause(chance, most=0.25):
    return f"sleep {chance.random() * most:.3f}; "


def leaves(chance):
    status = chance.choice([0, 1, 3, 77, 255])
    return Program("leaves", pause(chance) + ends(status), "failed" if status else "passed",
                   processes=2)


def succeeds_at_once(chance):
    return Program("succeeds", ends(0), "passed", processes=1)


def kills_itself(chance):
    return Program("dies", pause(chance) + dies(chance.choice([9, 10, 15])), "crashed",
                   processes=2)


def forks(chance):
    count = chance.randrange(1, 24)
    script = (f"i=0; while [ $i -lt {count} ]; do (exit 7) & i=$((i + 1)); done; wait; " +
              pause(chance) + ends(5))
    return Program("forks", script, "failed", processes=count + 2)


def chains(chance):
    """Each is the parent of the next one, and all outlive theirs."""
    script = "(((sleep 0.05) & ) & ); " + pause(chance) + "wait; sleep 0.1; " + ends(0)
    return Program("chains", script, "passed", {"leaks": "allow"})


def leaks(chance):
    count = chance.randrange(1, 4)
    return Program("leaks", "sleep 999 & " * count + pause(chance) + ends(0), "leaked",
                   processes=count + 2)


def daemonises(chance):
    return Program("daemon", "(setsid sleep 999 &) ; " + pause(chance) + ends(0), "leaked")


def is_late(chance):
    return Program("late", "sleep 999", "timeout",
                   {"timeout": "200ms", "timeout_grace": "100ms"})


def ignores_term(chance):
    return Program("stubborn", "trap '' TERM; while :; do sleep 0.05; done", "timeout",
                   {"timeout": "200ms", "timeout_grace": "100ms"})


def obeys_late(chance):
    return Program("obeys", f"trap '{ends(9)}' TERM; while :; do sleep 0.02; done", "timeout",
                   {"timeout": "200ms", "timeout_grace": "30s"})


def tries_again(chance):
    return Program("retries", pause(chance, 0.1) + ends(1), "failed",
                   {"retry": {"times": 2, "on": ["failed"]}}, processes=2)


def writes(chance):
    size = chance.randrange(1, 3_000_000)
    return Program("writes", f"head -c {size} /dev/zero; " + pause(chance) + ends(0), "passed",
                   output=size)


def waits_for_cancel(chance):
    return Program("endless", f"trap '{ends(9)}' TERM; while :; do sleep 0.02; done", "passed",
                   {"cancel_signal": "TERM"}, endless=True)


def is_endless(chance):
    return Program("held", "sleep 999 & sleep 999 & wait", "passed", endless=True)


USUAL = (leaves, succeeds_at_once, kills_itself, forks, chains, leaks, daemonises, is_late,
         ignores_term, obeys_late, tries_again, writes)
STEERED = (waits_for_cancel, is_endless)


def choose(chance, steered):
    kinds = USUAL + STEERED if steered else USUAL
    return [chance.choice(kinds)(chance) for _ in range(chance.randrange(2, 7))]


def assessment(program, record, index):
    return {"name": f"{program.name}-{index}", "timeout": "60s",
            "command": ["sh", "-c", SAY + program.script],
            "environment": {"RECORD": str(record)}, "limits": {"core": 0}, **program.keys}
