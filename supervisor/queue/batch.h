/* The rows of one call, and the texts that they borrow until they are submitted. */
#pragma once

#include <stdbool.h>

#include "queue/call.h"
#include "record/store.h"

struct entry;

struct batch {
	struct call *call; /* NULL: answered */
	struct store_change *changes; /* owned */
	size_t count, room;
	char **texts; /* owned, each of them too */
	size_t texts_count;
	const struct queue_actor *actor; /* of its events so far, and as text: one of the texts */
	const char *actor_text;
	bool failed; /* out of memory */
};

/* False: out of memory, and the caller has been told. `reply` as with call_create. */
bool batch_init(
	struct batch *batch, struct queue *queue, const struct queue_caller *caller, json_t *reply);
void batch_finish(struct batch *batch);

/* Take a text; returns it. NULL is a failure of the batch, and of the optional kind none. */
const char *batch_keep(struct batch *batch, char *text);
const char *batch_keep_optional(struct batch *batch, char *text);

void batch_add(struct batch *batch, const struct store_change *change);

/* An event of a job that the engine does not have. `data` is taken. */
void batch_add_event(struct batch *batch, const struct queue_actor *actor,
	const struct entry *entry, const char *type, json_t *data);
void batch_add_pending(
	struct batch *batch, const struct queue_actor *actor, const struct entry *entry);

/* Its end, of one that does not run: the row (its end is now), its tasks, and job.end. */
struct store_job;
void batch_add_end(struct batch *batch, const struct queue_actor *actor, const struct entry *entry,
	struct store_job *row);

/* call_store of all of it; the call is the store's from here on. -errno: nothing was stored. */
int batch_store(struct batch *batch);
