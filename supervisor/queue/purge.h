/* Forgetting a job that has ended: its record, its files; one line stays. */
#pragma once

#include "queue/queue.h"

struct entry;

/* PurgeJob, and what retention does: the job has ended and nobody else changes it. */
void purge_entry(struct queue *queue, const struct queue_caller *caller, struct entry *entry,
	const char *why);
