/* What a new supervisor makes of the queue that the last one left. */
#pragma once

struct error;
struct queue;

/*
 * Parameters, and every job that has not ended. What ran, and nobody adopted, has ended with its
 * supervisor: it is queued again as JobRetryCount allows, else it has failed.
 */
int restart_read(struct queue *queue, struct error *error);
