"""Holds the warnings of a job against independent listings of the host before, during, after."""

import threading
from dataclasses import dataclass, field

import listing
import rules

# What these tell of is of a moment (what was open, locked, interrupted), not of the host's state.
OF_MOMENTS = {"frozen", "writes", "locks", "survey"}
# The texts of their keys are the survey's own: that there is one of the kind is all that is held.
BY_KIND = {"routes", "tracing"}
EXACT = {("routes", "nf_tables"), ("tracing", "tracer")}
# Settings are most of a listing, and stay for long.
SLOW = {"knobs"}
SLOW_EACH = 8


class Sampler:
    """Lists the host again and again, and keeps what was ever otherwise than at first."""

    def __init__(self, before):
        self.before = before
        self.seen = set()
        self.samples = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.stopped.is_set():
            without = SLOW if self.samples % SLOW_EACH else ()
            before = {row: value for row, value in self.before.items() if row[0] not in without}
            self.seen.update(listing.difference(before, listing.take(without)))
            self.samples += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()


@dataclass
class Judgement:
    """What a comparison came to; a good one has nothing missing and nothing unconfirmed."""

    missing: list = field(default_factory=list)  # (row, before, after) that nobody was told of
    unconfirmed: list = field(default_factory=list)  # warnings of what nobody else saw
    fleeting: list = field(default_factory=list)  # likewise, of what is nobody's and gone again
    foreign: list = field(default_factory=list)  # rows of others on this host, told or not
    claimed: list = field(default_factory=list)  # (row, certainties)
    excused: list = field(default_factory=list)  # (row, why)
    vanished: list = field(default_factory=list)  # warnings of what was seen, and is no more
    momentary: list = field(default_factory=list)  # warnings that no listing can confirm


def row_of(warning):
    """Under which key the listing has the object of a warning."""
    source, key = warning.get("source"), warning.get("key", "")
    if source == "modules" and warning["kind"] == "taint":
        key = "taint"
    return source, key


def is_told_by(row, told):
    return row in told or (row not in EXACT and row[0] in BY_KIND and
                           any(each[0] == row[0] and each not in EXACT for each in told))


def confirm(warnings, row, changed, seen, judgement):
    """Put the warnings of one object where they belong, unless the difference claims them."""
    if row[0] in OF_MOMENTS or warnings[0]["kind"] == "incomplete":
        judgement.momentary += warnings
    elif is_told_by(row, changed):
        return
    elif is_told_by(row, seen):
        judgement.vanished += warnings
    elif any(each["certainty"] != "unattributed" for each in warnings):
        judgement.unconfirmed += warnings
    else:
        judgement.fleeting += warnings


def judge(warnings, before, after, seen, foreign=None):
    """`seen`: the rows that were ever otherwise than before; `foreign`: a pattern of what others
    on this host do, in a key or a value."""
    changed = listing.difference(before, after)
    judgement = Judgement()
    told = {}
    for warning in warnings:
        if foreign and foreign.search(f"{warning['object']} {warning.get('key')}"):
            judgement.foreign.append(row_of(warning))
        else:
            told.setdefault(row_of(warning), []).append(warning)
    for row, (was, is_now) in sorted(changed.items()):
        why = rules.excuse(row, was, is_now)
        if is_told_by(row, told):
            judgement.claimed.append((row, [each["certainty"] for each in told.get(row, [])]))
        elif why:
            judgement.excused.append((row, why))
        elif foreign and foreign.search(f"{row[1]} {was} {is_now}"):
            judgement.foreign.append(row)
        else:
            judgement.missing.append((row, was, is_now))
    for row, of_row in told.items():
        confirm(of_row, row, changed, seen, judgement)
    return judgement
