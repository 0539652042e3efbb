/* The queue of a daemon: made of its store, hung into its loop and its supervisor. */
#pragma once

#include "loop/timer.h"

struct error;
struct queue;
struct store;
struct supervisor;

struct queueing {
	struct queue *queue; /* NULL: none, as in a private supervisor */
	struct supervisor *supervisor; /* borrowed */
	struct timer retention;
};

/* For a supervisor that has taken back what its last life left. */
int queueing_open(struct queueing *queueing, sd_event *loop, struct supervisor *supervisor,
	struct store *store, unsigned slots, struct error *error);

/* Before the supervisor and the store go. Harmless without a queue. */
void queueing_close(struct queueing *queueing);
