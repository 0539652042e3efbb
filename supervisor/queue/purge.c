/* Forgetting a job that has ended: its record, its files; one line stays. */
#include "queue/purge.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/trash.h"

#define ENDED (1u << STATE_FINISHED | 1u << STATE_FAILED | 1u << STATE_CANCELED)

/* The record first: files without a record are found again, a record without files would lie. */
static void remove_files(struct call *call)
{
	trash_put(call->queue->trash, call->jobs[0]);
}

void purge_entry(struct queue *queue, const struct queue_caller *caller, struct entry *entry,
	const char *why)
{
	struct batch batch;

	if (!batch_init(&batch, queue, caller, NULL))
		return queue_settle(queue, entry);
	if (call_touch(batch.call, entry->id) < 0)
		batch.failed = true;
	batch.call->stored = remove_files;
	batch_add(&batch, &(struct store_change){ .kind = STORE_PURGE, .purge = entry->id });
	batch_add_event(&batch, &caller->actor, entry, "job.purge",
		json_pack("{s:s, s:s, s:s}", "name", entry->name, "state",
			state_name((enum state)entry->state), "why", why));
	if (batch_store(&batch) == 0)
		entry->purging = true;
	else
		queue_settle(queue, entry);
	batch_finish(&batch);
}

void queue_purge(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	auto_free char *reason = NULL;
	struct entry *entry = find_any(queue, caller, job, ENDED, &reason);

	if (entry)
		purge_entry(queue, caller, entry, "asked");
}
