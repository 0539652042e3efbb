/* The jobs that a daemon which died left open: their traces, mended by the next one. */
#pragma once

struct store;

/*
 * At the start, by whom the state directory is locked for: of the jobs that the store has as
 * running nobody writes the trace any more. What is cut, and what cannot be mended, is logged.
 */
void interrupted_mend(struct store *store, const char *state_dir);
