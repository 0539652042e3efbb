/* One task of a job as the store has it. */
#pragma once

#include <stdbool.h>

#include "queue/queue.h"
#include "record/store_row.h"

struct task_copy {
	struct store_assessment task; /* its name is `name`, its reason and message are NULL */
	char *name; /* owned */
	bool found;
};

/* False: there is none, or it cannot be read, and the caller has been told. */
bool task_read(struct queue *queue, const struct queue_caller *caller, uint64_t job, unsigned index,
	struct task_copy *ret_copy);
void task_copy_finish(struct task_copy *copy);
