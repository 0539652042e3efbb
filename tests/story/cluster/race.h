/* Two calls at once, and what the daemon's store must say of it afterwards. */
#pragma once

#include "station.h"

/* AXE_ROUNDS, else this. */
unsigned rounds(unsigned otherwise);

/* Let a race come to another place in each round, at most so late. */
void linger(unsigned round, unsigned most_us);

typedef axe_result race_call(struct station *station, uint64_t number);

/* Both at once for the same job, now the one a little later, now the other. */
struct pair {
	axe_result one, other;
};
struct pair race(
	struct station *station, uint64_t number, unsigned round, race_call *one, race_call *other);

/* By a message "first". */
axe_result cancel(struct station *station, uint64_t number);

/* How the rounds of a race went, so that a race that is none can be seen. */
struct tally {
	unsigned one, other;
};
void tally_tell(const struct tally *tally);

/* Wait for the job's end, which is this. */
void expect(struct station *station, uint64_t number, axe_state state, const char *message);

/* TerminateJob of the engine's interface for that job, which libaxe has for an engine's own only.
 * S_OK, or AXE_E_NO_JOB_RUNNING. */
axe_result terminate_number(struct station *station, uint64_t number);

/*
 * Stop the daemon and read its store: it is whole, each attempt has one begin and one end and
 * nothing after it, and rows say what events say. So many cancels were accepted: each has its words
 * in one end. The station is started again.
 */
void judge_store(struct station *station, unsigned accepted);
