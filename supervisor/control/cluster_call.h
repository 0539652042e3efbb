/* A call of io.axe.Cluster on its way to the queue and back. */
#pragma once

#include "queue/queue.h"

struct session;

/* Where it goes, and where its answer comes from. */
struct cluster_call {
	struct queue *queue;
	struct queue_caller caller;
};

/*
 * The session waits for what the queue will answer from here on; a one-way call for nothing. False:
 * this supervisor keeps no queue, and the client knows.
 */
bool cluster_call_begin(struct session *session, struct cluster_call *ret_call);

/* Behind the queue's function: the next call of who asked one-way may come. */
void cluster_call_end(struct session *session);
