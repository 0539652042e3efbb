/* ModifyJob, HoldJob and ReleaseJob: of jobs that do not run yet. */
#include "base/json.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/wishes.h"

#define MODIFIABLE (1u << STATE_NOT_SUBMITTED | 1u << STATE_QUEUED)

static struct entry *rename_entry(struct queue *queue, struct entry *entry, const char *name)
{
	struct entry *renamed = entries_rename(&queue->entries, entry, name);

	if (renamed)
		ready_moved(&queue->ready, renamed);
	return renamed;
}

/* What is asked is taken over at once: nobody sees it before it is durable but the scheduler. */
static void modify(struct queue *queue, const struct queue_caller *caller, struct entry *entry,
	const struct job_wishes *wishes)
{
	struct batch batch;

	if (!batch_init(&batch, queue, caller, NULL))
		return;
	if (call_touch(batch.call, entry->id) < 0)
		batch.failed = true;
	if (wishes->name) {
		struct entry *renamed = rename_entry(queue, entry, wishes->name);

		batch.failed |= !renamed;
		entry = renamed ? renamed : entry;
	}
	wishes_apply(entry, wishes);
	batch_add(&batch, &(struct store_change){ .kind = STORE_JOB, .job = entry_row(entry) });
	batch_store(&batch);
	queue_settle(queue, entry);
	batch_finish(&batch);
}

void queue_modify(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const struct job_wishes *wishes)
{
	struct entry *entry = find_open(queue, caller, job, MODIFIABLE);

	if (entry && wishes_check(wishes, queue->processors, caller))
		modify(queue, caller, entry, wishes);
}

void queue_hold(struct queue *queue, const struct queue_caller *caller, uint64_t job, bool held)
{
	struct job_wishes wishes = JOB_WISHES_NONE;

	wishes.has_hold = true;
	wishes.hold = held;
	queue_modify(queue, caller, job, &wishes);
}
