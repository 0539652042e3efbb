/* One call for several jobs in their order, which stops at the first that fails. */
#pragma once

#include "queue/queue.h"

/* Answers the caller that it is given, like a call for that one job. */
typedef void sequence_step(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, const char *text);

/* {"done"}, or BatchStopped with what the first failure said. `text` (NULL: none) is taken. */
void sequence_run(struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs,
	size_t count, sequence_step *step, char *text);

/* Those that wait for an answer, which will not come any more. */
void sequences_drop(struct queue *queue);
