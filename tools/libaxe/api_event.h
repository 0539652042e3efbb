/* One event, as a handler gets it: read from the supervisor's, or made where there is none. */
#pragma once

#include <jansson.h>

#include "axe/engine.h"
#include "base/cleanup.h"

/* What an event says of how many were run. */
struct event_counts {
	uint32_t executed, failed;
};

/* The kind of a lifecycle event of the trace; 0: the API has none for it. */
axe_event_kind event_kind(const json_t *event);

/* Which assessment it is about; AXE_NO_ASSESSMENT: none. */
uint32_t event_assessment(const json_t *event);

/*
 * Read one. `job` (NULL: of the job itself) names its assessment. Of a job.end `errors` are the
 * job's (copied; NULL: as the event has them). NULL: out of memory.
 */
axe_event *event_read(const json_t *event, const axe_job *job, const axe_errors *errors);

/* NULL is fine. */
void event_destroy(axe_event *event);
static inline void cleanup_axe_event(axe_event **event)
{
	event_destroy(*event);
}
#define auto_event __attribute__((cleanup(cleanup_axe_event))) axe_event *

/* Of a summary's counts by verdict. */
struct event_counts event_count(const json_t *counts);
