/* What one try has reported of itself: counted, bounded, and held to its share. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "axe/support.h"

struct report;

#define REPORTED_BURST      1000u
#define REPORTED_PER_SECOND 100u
#define REPORTED_NOTES_MOST 64u /* texts of warnings, errors and failed test cases */

struct reported {
	uint64_t next_ns; /* when its share would be used up, had it come at its rate */
	uint64_t taken, dropped;
	uint64_t warnings, errors, passed, failed;
	int percent; /* -1: none yet */
	char message[AXE_PROGRESS_MESSAGE_MAX + 1]; /* the last one */
	json_t *notes; /* owned; NULL: none */
};

void reported_init(struct reported *reported);
void reported_finish(struct reported *reported);

/* Whether its share allows another report now; if not, that one is counted as dropped. */
bool reported_admit(struct reported *reported, uint64_t now_ns);

/* Count a report that has no fault. */
void reported_add(struct reported *reported, const struct report *report);

/* The event's {"type", "value", "message"} of a report that was just added. A new reference. */
json_t *reported_event(const struct reported *reported, const struct report *report);

/* Of the result; NULL: nothing was reported. A new reference. */
json_t *reported_json(const struct reported *reported);

/* How far it is: {"percent", "message"}, each null where unknown. A new reference. */
json_t *reported_status(const struct reported *reported);
