/* An event of the store as clients get it: one object with its number, times and place. */
#pragma once

#include <jansson.h>

struct store_event;

/*
 * {"v", "seq", "time", "mono_ns", "boot_id", "job", "attempt", "assessment", "try", "type",
 * "actor", "data"}, like a line of the trace; what does not apply is absent. A new reference; NULL:
 * out of memory, or actor or data is no JSON.
 */
json_t *store_event_json(const struct store_event *event);
