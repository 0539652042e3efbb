/* Which job is started next: the first by priority and order, when its user and the processors
 * allow it. */
#include "base/log.h"
#include "model/host_fault.h"
#include "queue/allowance.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "record/trace.h"

/* Who asked for several waits for them, and all others behind: nobody waits for ever. Who did not
 * ask is held back by the slots alone. */
static bool has_processors(const struct queue *queue, const struct entry *entry)
{
	return entry->processors <= 1 || !queue->processors_busy ||
	       queue->processors_busy + entry->processors <= queue->processors;
}

static bool user_may_run(uid_t owner, void *data)
{
	struct queue *queue = data;

	return allowance_running(queue, owner) <
	       (uint64_t)queue->parameters[PARAMETER_USER_RUNNING_JOBS];
}

static bool try_later(struct queue *queue, struct entry *entry, int code)
{
	if (!host_fault(-code) || entry->retries >= queue->parameters[PARAMETER_JOB_RETRY_COUNT])
		return false;
	entry->retries++;
	return true;
}

/* It ends without having begun. */
static void fail_entry(struct queue *queue, struct entry *entry, const struct error *reason)
{
	struct queue_caller caller = { .done = NULL };
	struct store_job row = entry_row(entry);
	struct batch batch;

	log_line(LOG_LEVEL_ERROR, "job %llu: %s", (unsigned long long)entry->id, reason->text);
	if (!batch_init(&batch, queue, &caller, NULL))
		return;
	if (call_touch(batch.call, entry->id) < 0)
		batch.failed = true;
	row.state = STATE_FAILED;
	row.code = AXE_E_JOB_PREPARATION;
	row.outcome = "error";
	row.reason = "not_started";
	row.message = reason->text;
	batch_add_end(&batch, NULL, entry, &row);
	if (batch_store(&batch) == 0) {
		queue_apply(queue, entry, EVENT_FAIL);
		queue_settle(queue, entry);
	}
	batch_finish(&batch);
}

/* Users at their limit are passed over. */
static struct entry *choose(struct queue *queue)
{
	struct entry *entry = ready_first(&queue->ready, user_may_run, queue);

	return entry && has_processors(queue, entry) ? entry : NULL;
}

bool queue_start_next(struct queue *queue)
{
	struct entry *entry = queue->stopped ? NULL : choose(queue);
	struct error error = { 0 };
	int code;

	if (!entry)
		return false;
	ready_remove(&queue->ready, entry);
	code = running_launch(queue, entry, &error);
	if (code == 0)
		return true;
	if (try_later(queue, entry, code))
		ready_put(&queue->ready, entry);
	else
		fail_entry(queue, entry, &error);
	return true;
}
