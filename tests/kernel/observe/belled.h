/* Members that wait at a gate, and what is told of their group. */
#pragma once

#include "watched.h"

#define SILENCE_MS 0 /* what does not ring has not rung when its cause was waited for */

static inline int wait_at_gate(void *data)
{
	gate_wait(data);
	return 0;
}

static inline const struct axe_event_group *find_group_event(
	const struct watched *watched, enum axe_event_type type, axe_u64 value)
{
	const struct axe_event_group *event;

	for (size_t i = 0; (event = watched_find(watched, type, 0, i)); i++)
		if (event->value == value)
			return event;
	return NULL;
}

/* Listens until that event of the group is told. */
static inline void await_group_event(
	struct watched *watched, enum axe_event_type type, axe_u64 value)
{
	while (!find_group_event(watched, type, value)) {
		assert_true(watched_hear(watched, WATCHED_PATIENCE_MS));
		watched_drain(watched);
	}
}
