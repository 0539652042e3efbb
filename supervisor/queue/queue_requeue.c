/* RequeueJob: another attempt, of what the cause of the last end says. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "model/manifest.h"
#include "model/requeue.h"
#include "queue/allowance.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/sequence.h"
#include "queue/task.h"
#include "record/store_read.h"

/* All of them, finished ones included, as the reference has it; the first offender is named. */
static bool is_rerunnable(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	struct manifest *manifest = find_manifest(queue, caller, job);
	bool fine = manifest;

	for (size_t at = 0; fine && at < manifest->assessments_count; at++) {
		if (manifest->assessments[at]->rerunnable)
			continue;
		caller_fail(caller, AXE_E_NOT_RERUNNABLE, "NotRerunnable",
			json_pack("{s:I, s:I, s:s}", "job", (json_int_t)job, "task", (json_int_t)at,
				"name", manifest->assessments[at]->name));
		fine = false;
	}
	manifest_destroy(manifest);
	return fine;
}

struct listing {
	json_t *indices;
	unsigned next;
};

static void see_queued(const struct store_assessment *task, void *data)
{
	struct listing *listing = data;

	listing->next = task->index + 1;
	if (task->state == STATE_QUEUED)
		json_array_append_new(listing->indices, json_integer(task->index));
}

/* In the store by now. */
static void tell_tasks(struct call *call)
{
	struct listing listing = { .indices = json_array() };
	unsigned first;

	do {
		first = listing.next;
		store_read_assessments(call->queue->config.store, call->jobs[0], first, 0,
			see_queued, &listing, NULL);
	} while (listing.next >= first + STORE_PAGE_MAX);
	json_object_set_new(call->reply, "tasks", listing.indices);
}

static void add_moves(struct batch *batch, const struct entry *entry, enum cause cause)
{
	const struct store_task_move move = {
		.job = entry->id,
		.from = requeue_states(cause),
		.state = STATE_QUEUED,
		.but = requeue_spares_canceled(cause) ? REASON_TASK_CANCELED : NULL,
	};
	static const char *const spoilers[] = { REASON_HOST, REASON_RESTARTED };
	struct store_task_move spoiled = {
		.job = entry->id,
		.from = 1u << STATE_FAILED,
		.state = STATE_QUEUED,
	};

	batch_add(batch, &(struct store_change){ .kind = STORE_TASK_MOVE, .move = move });
	for (unsigned at = 0; cause == CAUSE_OF_HOST && at < 2; at++) {
		spoiled.only = spoilers[at];
		batch_add(
			batch, &(struct store_change){ .kind = STORE_TASK_MOVE, .move = spoiled });
	}
}

void queue_again(struct batch *batch, struct entry *entry, bool behind)
{
	struct queue *queue = batch->call->queue;
	struct entry kept = *entry;
	struct store_job row;

	if (behind)
		entry->submit_order = ++queue->last_order;
	entry->submitted = queue_now(queue);
	entry->held = false;
	entry->ending = false;
	entry->reason = NULL;
	row = entry_row(entry);
	row.state = STATE_QUEUED;
	batch_add(batch, &(struct store_change){ .kind = STORE_JOB, .job = row });
	batch_add(batch, &(struct store_change){ .kind = STORE_REQUEUE, .requeue.job = entry->id });
	batch_add_pending(batch, &batch->call->caller.actor, entry);
	if (call_touch(batch->call, entry->id) < 0)
		batch->failed = true;
	if (batch_store(batch) == 0) {
		queue_apply(queue, entry, EVENT_REQUEUE);
	} else {
		entry->submit_order = kept.submit_order;
		entry->reason = kept.reason;
	}
	queue_settle(queue, entry);
}

void requeue_ended(struct queue *queue, struct entry *entry, const char *reason, struct call *call)
{
	struct batch batch = { .call = call };

	entry->retries = 0;
	call->stored = tell_tasks;
	json_decref(call->reply);
	call->reply = json_pack("{s:i}", "attempt", entry->attempt + 1);
	add_moves(&batch, entry, cause_of(reason));
	queue_again(&batch, entry, true);
	batch_finish(&batch);
}

bool requeue_host_may(struct queue *queue, const struct entry *entry, bool fault)
{
	const struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };

	return !(fault && entry->retries >= queue->parameters[PARAMETER_JOB_RETRY_COUNT]) &&
	       is_rerunnable(queue, &nobody, entry->id);
}

bool requeue_by_host(struct queue *queue, struct entry *entry, bool fault)
{
	struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };
	struct batch batch;

	if (!requeue_host_may(queue, entry, fault) || !batch_init(&batch, queue, &nobody, NULL))
		return false;
	entry->retries = (uint8_t)(entry->retries + fault);
	log_line(LOG_LEVEL_WARNING, "job %llu is queued again: %s", (unsigned long long)entry->id,
		fault ? "it was not its own fault" : "its supervisor stops");
	add_moves(&batch, entry, CAUSE_OF_HOST);
	queue_again(&batch, entry, false);
	batch_finish(&batch);
	return true;
}

/*
 * What ends it says nothing of this: it is kept where a successor finds it. The caller is answered
 * when it is there; one that waits for the attempt itself is nobody here.
 */
static void keep_asked(struct queue *queue, const struct queue_caller *caller, struct entry *entry)
{
	struct batch batch;

	if (!batch_init(&batch, queue, caller,
		    json_pack("{s:i, s:[]}", "attempt", (int)entry->running->attempt + 1, "tasks")))
		return;
	batch_add(&batch, &(struct store_change){ .kind = STORE_REQUEUE,
				  .requeue = { .job = entry->id, .asked = true } });
	if (call_touch(batch.call, entry->id) < 0)
		batch.failed = true;
	batch_store(&batch);
	batch_finish(&batch);
}

/* It is cancelled first; what it leaves is queued when the last process is dead. */
static void requeue_running(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, bool asynchronous)
{
	axe_result code = running_kill(entry->running, caller, REASON_REQUEUED, "queued again");
	struct queue_caller nobody = { .done = NULL, .actor = caller->actor };
	struct call *call;

	if (code == AXE_E_INTERNAL_ERROR)
		return caller_fail_internal(caller, "out of memory");
	entry->running->requeue = true;
	entry->ending |= code == S_OK;
	/* Whether an end that is sealed allows it is only known when it is told. */
	asynchronous &= code != AXE_E_NO_JOB_RUNNING;
	call = call_create(queue, asynchronous ? &nobody : caller, NULL);
	if (call && running_add_wait(entry, WAIT_REQUEUE, 0, call) < 0)
		return call_fail(call, AXE_E_INTERNAL_ERROR, "InternalError",
			json_pack("{s:s}", "text", "out of memory"));
	if (!call || code == S_OK) {
		if (call && asynchronous)
			caller_answer(caller, json_pack("{s:i, s:[]}", "attempt",
						      (int)entry->running->attempt + 1, "tasks"));
		return;
	}
	keep_asked(queue, asynchronous ? caller : &nobody, entry);
}

static void requeue(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, bool asynchronous)
{
	auto_free char *reason = NULL;
	struct entry *entry = find_any(queue, caller, job, state_allowing(EVENT_REQUEUE), &reason);
	struct call *call;

	if (!entry)
		return;
	/* It has an entry by now. */
	if (!allowance_room(queue, caller, 0) || !allowance_write(queue, caller, entry->owner) ||
		!is_rerunnable(queue, caller, job))
		return queue_settle(queue, entry);
	if (entry->running)
		return requeue_running(queue, caller, entry, asynchronous);
	call = call_create(queue, caller, NULL);
	if (call)
		requeue_ended(queue, entry, reason, call);
	else
		queue_settle(queue, entry);
}

void queue_requeue(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, bool asynchronous)
{
	requeue(queue, caller, job, asynchronous);
}

static void requeue_next(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, const char *text)
{
	requeue(queue, caller, job, false);
}

void queue_requeue_all(
	struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs, size_t count)
{
	sequence_run(queue, caller, jobs, count, requeue_next, NULL);
}
