/* What a caller wants of a job besides its manifest: checked, and taken over. */
#pragma once

#include <stdbool.h>

#include "queue/queue.h"

struct entry;

#define PRIORITY_DEFAULT 2
#define PRIORITY_MOST    4

/* False: out of range, and the caller has been told. */
bool wishes_check(
	const struct job_wishes *wishes, unsigned processors, const struct queue_caller *caller);

/* All but the name. */
void wishes_apply(struct entry *entry, const struct job_wishes *wishes);
