/* A call on its way to its answer: refused at once, or answered when what it did is durable. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "queue/queue.h"
#include "record/store.h"

struct entry;

struct call {
	struct list_link link; /* queue::calls */
	struct queue *queue;
	struct queue_caller caller; /* done NULL: it has hung up */
	json_t *reply; /* owned */
	/* When it is durable, before the answer; may put the reply. NULL: nothing is to be done. */
	void (*stored)(struct call *call);
	uint64_t *jobs; /* that it changed; owned */
	size_t count;
};

/* NULL: out of memory, and the caller has been told. `reply` is taken, also then; NULL: {}. */
struct call *call_create(struct queue *queue, const struct queue_caller *caller, json_t *reply);
void call_destroy(struct call *call);

/* It changes that job; before call_store. -ENOMEM. */
int call_touch(struct call *call, uint64_t job);

/*
 * Store what it did; it is answered, and gone, when that is durable. On failure it is answered and
 * gone at once: nothing was stored, and the memory must not have been changed yet.
 */
int call_store(struct call *call, const struct store_change *changes, size_t count);

/* Answer, and gone. The parameters are taken. */
void call_answer(struct call *call);
void call_fail(struct call *call, axe_result code, const char *error, json_t *parameters);

/* The same without a call. */
void caller_answer(const struct queue_caller *caller, json_t *reply);
void caller_fail(
	const struct queue_caller *caller, axe_result code, const char *error, json_t *parameters);
void caller_fail_internal(const struct queue_caller *caller, const char *text);
void caller_fail_state(const struct queue_caller *caller, uint64_t job, int64_t index,
	enum state state, uint32_t allowed);

void caller_fail_limit(const struct queue_caller *caller, const char *name, int64_t limit);

/* {"uid", "pid"} of who called; and as text for the store, which the caller frees. */
json_t *queue_actor_json(const struct queue_actor *actor);
char *actor_text(const struct queue_actor *actor);

bool queue_actor_may(const struct queue_actor *actor, uid_t owner);
