/* Jobs that were ended to be queued again by a supervisor that died in between: they are. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "model/requeue.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

#define ENDED (1u << STATE_FAILED | 1u << STATE_CANCELED)

struct resumption {
	uint64_t *jobs; /* owned */
	size_t count;
	enum state state; /* only those in this one; STORE_ANY_STATE: all */
	bool failed; /* out of memory */
};

static void see(const struct store_job *row, void *data)
{
	struct resumption *resumption = data;
	size_t size = (resumption->count + 1) * sizeof(*resumption->jobs);
	uint64_t *more;

	if (resumption->state != STORE_ANY_STATE && row->state != resumption->state)
		return;
	more = realloc(resumption->jobs, size);
	if (!more) {
		resumption->failed = true;
		return;
	}
	resumption->jobs = more;
	more[resumption->count++] = row->id;
}

/* RequeueJob had been accepted. */
static void requeue_asked(struct queue *queue, struct entry *entry, const char *reason)
{
	struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };
	struct call *call = call_create(queue, &nobody, NULL);

	if (call)
		requeue_ended(queue, entry, reason, call);
	else
		queue_settle(queue, entry);
}

/* Its supervisor was stopped. */
static void requeue_left(struct queue *queue, struct entry *entry, const char *reason)
{
	if (!requeue_by_host(queue, entry, false))
		queue_settle(queue, entry);
}

typedef void requeuer(struct queue *queue, struct entry *entry, const char *reason);

static void requeue_one(struct queue *queue, uint64_t job, requeuer *requeue)
{
	const struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };
	struct entry *entry = entries_find(&queue->entries, job);
	auto_free char *reason = NULL;

	/* The host goes on with it: its end is still to come. */
	if (entry && entry->running) {
		entry->running->requeue = true;
		return;
	}
	entry = find_any(queue, &nobody, job, ENDED, &reason);
	if (entry)
		requeue(queue, entry, reason);
}

/* What was read; consumes it. */
static int requeue_all(struct queue *queue, struct resumption *resumption, requeuer *requeue,
	int code, struct error *error)
{
	if (code == 0 && resumption->failed)
		code = fail(error, ENOMEM, "queue again what was ended for it");
	for (size_t at = 0; code == 0 && at < resumption->count; at++)
		requeue_one(queue, resumption->jobs[at], requeue);
	free(resumption->jobs);
	return code;
}

static int resume(struct queue *queue, const char *reason, enum state state, requeuer *requeue,
	struct error *error)
{
	struct resumption resumption = { .state = state };
	int code = store_read_stopped(queue->config.store, reason, see, &resumption, error);

	return requeue_all(queue, &resumption, requeue, code, error);
}

/* While it was being ended for another reason. */
static int resume_asked(struct queue *queue, struct error *error)
{
	struct resumption resumption = { .state = STORE_ANY_STATE };
	int code = store_read_requeues(queue->config.store, see, &resumption, error);

	return requeue_all(queue, &resumption, requeue_asked, code, error);
}

int resume_requeues(struct queue *queue, struct error *error)
{
	int code = resume(queue, REASON_REQUEUED, STORE_ANY_STATE, requeue_asked, error);

	if (code == 0)
		code = resume_asked(queue, error);
	/* What failed so has been queued again as often as it may. */
	return code < 0 ? code : resume(queue, REASON_HOST, STATE_CANCELED, requeue_left, error);
}
