/* What the bench runs, supervised and not: the same program with other words. */
#pragma once

#include <stdbool.h>

/* Processes that sleep. */
struct crowd {
	unsigned processes;
	unsigned files; /* that each has open for writing, beside what it was given */
	bool unsurveyed; /* by the supervisor, which looks at nothing of theirs */
};

/*
 * "sleepers N F [FIFO]": such a crowd, of which this process is the first; it says so by a line, on
 * stdout or the FIFO, once all are there. "forks N": fork and reap N children, one after another,
 * all on one processor; prints the nanoseconds that took. Returns an exit status, or -1 when the
 * words are none of these.
 */
int load_main(int count, char **words);
