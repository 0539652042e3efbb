/* What a child finds of us: a copy of its plan, in memory that nothing else lies in. */
#pragma once

#include <stddef.h>

#include "confine/child.h"

struct spawn_plan;

struct bequest {
	struct child_plan *plan; /* in that memory, as is all that it points to */
	void *memory;
	size_t size;
};

/* Into the memory that it has, if that is large enough. -ENOMEM. `report` is the child's end. */
int bequest_fill(const struct spawn_plan *plan, int report, struct bequest *bequest);
void bequest_destroy(struct bequest *bequest); /* also of one that is zero */
