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
static void requeue_asked(struct queue *queue, struct entry *entry)
{
	struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };
	struct call *call = call_create(queue, &nobody, NULL);

	if (call)
		requeue_ended(queue, entry, REASON_REQUEUED, call);
	else
		queue_settle(queue, entry);
}

/* Its supervisor was stopped. */
static void requeue_left(struct queue *queue, struct entry *entry)
{
	if (!requeue_by_host(queue, entry, false))
		queue_settle(queue, entry);
}

static int resume(struct queue *queue, const char *reason, enum state state,
	void (*requeue)(struct queue *queue, struct entry *entry), struct error *error)
{
	const struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };
	struct resumption resumption = { .state = state };
	int code = store_read_stopped(queue->config.store, reason, see, &resumption, error);

	if (code == 0 && resumption.failed)
		code = fail(error, ENOMEM, "queue again what was ended for it");
	for (size_t at = 0; code == 0 && at < resumption.count; at++) {
		auto_free char *found = NULL;
		struct entry *entry = find_any(queue, &nobody, resumption.jobs[at], ENDED, &found);

		if (entry)
			requeue(queue, entry);
	}
	free(resumption.jobs);
	return code;
}

int resume_requeues(struct queue *queue, struct error *error)
{
	int code = resume(queue, REASON_REQUEUED, STORE_ANY_STATE, requeue_asked, error);

	/* What failed so has been queued again as often as it may. */
	return code < 0 ? code : resume(queue, REASON_HOST, STATE_CANCELED, requeue_left, error);
}
