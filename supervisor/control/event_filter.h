/* Which events a subscriber wants: those of one job, those of some types. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct session;
struct store_event;

struct event_filter {
	bool owned; /* only of jobs of this owner */
	uid_t owner;
	uint64_t job; /* 0: of all, and of none */
	uint32_t types; /* a bit for each enum trace_type; 0: all */
};

/* From `job` and `types` of a call, and from who calls. False: refused, and the client knows why.
 */
bool event_filter_read(
	struct session *session, const json_t *parameters, struct event_filter *ret_filter);

bool event_filter_passes(const struct event_filter *filter, const struct store_event *event);

/* The same for an event as listeners hear it, which does not tell whose it is. */
bool event_filter_passes_json(const struct event_filter *filter, const json_t *event);

/* The names of the types that events have. A new reference. */
json_t *event_types(void);
