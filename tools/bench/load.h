/* What the bench runs, supervised and not: the same program with other words. */
#pragma once

/*
 * "sleepers N": N processes that sleep, of which this is the first; it says so by a line on stdout
 * once all are there. "forks N": fork and reap N children, one after another; prints the
 * nanoseconds that took. Returns an exit status, or -1 when the words are none of these.
 */
int load_main(int count, char **words);
