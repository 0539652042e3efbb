/* Which numbers of an event stream have come: repetitions refused, gaps counted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Two processors may take numbers 7 and 8 and write 8 first, and one of them may rest in between
 * while the other writes on: so late that a number counts as lost is only what is this far behind.
 */
#define SEQUENCE_WINDOW 32768

struct sequence {
	uint64_t next; /* one more than the highest number seen */
	uint64_t taken; /* of those from first on */
	uint64_t first; /* lower ones may come, and are missed by nobody */
	uint64_t seen[SEQUENCE_WINDOW / 64]; /* a bit each for the numbers below next */
};

/* False when the number was taken before, or is too far behind to know. All zero is the start. */
bool sequence_take(struct sequence *sequence, uint64_t number);

/* None was taken yet, and most of those below `first` were taken by somebody else. */
void sequence_resume(struct sequence *sequence, uint64_t first);

/* Numbers below the highest that have not come (yet). */
uint64_t sequence_gaps(const struct sequence *sequence);
