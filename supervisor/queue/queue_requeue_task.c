/* RequeueTask: another attempt, of one task that ended badly. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/manifest.h"
#include "queue/allowance.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/task.h"

#define ENDED_BADLY (1u << STATE_FAILED | 1u << STATE_CANCELED)

/* NULL: the caller has been told why not. */
static const struct store_assessment *find_task(struct queue *queue,
	const struct queue_caller *caller, uint64_t job, unsigned index, uint32_t states,
	struct task_copy *ret_copy)
{
	if (!task_read(queue, caller, job, index, ret_copy))
		return NULL;
	if (states & 1u << ret_copy->task.state)
		return &ret_copy->task;
	caller_fail_state(caller, job, index, ret_copy->task.state, states);
	return NULL;
}

static bool task_is_rerunnable(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, unsigned index)
{
	struct manifest *manifest = find_manifest(queue, caller, job);
	bool fine = manifest && index < manifest->assessments_count &&
		    manifest->assessments[index]->rerunnable;

	if (manifest && !fine)
		caller_fail(caller, AXE_E_NOT_RERUNNABLE, "NotRerunnable",
			json_pack("{s:I, s:I, s:s}", "job", (json_int_t)job, "task",
				(json_int_t)index, "name",
				index < manifest->assessments_count
					? manifest->assessments[index]->name
					: ""));
	manifest_destroy(manifest);
	return fine;
}

static void requeue_task(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, const struct store_assessment *task)
{
	struct store_assessment row = *task;
	struct batch batch;

	if (!batch_init(&batch, queue, caller, json_pack("{s:i}", "attempt", entry->attempt + 1)))
		return queue_settle(queue, entry);
	row.state = STATE_QUEUED;
	row.reason = row.message = NULL;
	batch_add(&batch, &(struct store_change){ .kind = STORE_ASSESSMENT, .assessment = row });
	queue_again(&batch, entry, true);
	batch_finish(&batch);
}

void queue_requeue_task(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, unsigned index)
{
	auto_free char *reason = NULL;
	struct entry *entry = find_any(queue, caller, job, ENDED_BADLY, &reason);
	struct task_copy copy = { .name = NULL };
	const struct store_assessment *task;

	if (!entry)
		return;
	task = find_task(queue, caller, job, index, ENDED_BADLY, &copy);
	if (task && allowance_room(queue, caller, 0) &&
		allowance_write(queue, caller, entry->owner) &&
		task_is_rerunnable(queue, caller, job, index))
		requeue_task(queue, caller, entry, task);
	else
		queue_settle(queue, entry);
	task_copy_finish(&copy);
}
