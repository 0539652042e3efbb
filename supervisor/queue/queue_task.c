/* CancelTask: one task ends as Canceled, and its job goes on. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/message.h"
#include "model/requeue.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/task.h"
#include "record/store_read.h"
#include "record/trace.h"

static void see_task(const struct store_assessment *task, void *data)
{
	struct task_copy *copy = data;

	copy->task = *task;
	copy->name = strdup(task->name);
	copy->task.name = copy->name;
	copy->task.reason = copy->task.message = NULL;
	copy->found = copy->name;
}

void task_copy_finish(struct task_copy *copy)
{
	free(copy->name);
}

static json_int_t count_tasks(struct queue *queue, uint64_t job)
{
	uint64_t counts[STATE_COUNT] = { 0 }, sum = 0;

	store_count_tasks(queue->config.store, job, counts, NULL);
	for (unsigned at = 0; at < STATE_COUNT; at++)
		sum += counts[at];
	return (json_int_t)sum;
}

bool task_read(struct queue *queue, const struct queue_caller *caller, uint64_t job, unsigned index,
	struct task_copy *ret_copy)
{
	struct error error = { 0 };
	int code = store_read_assessments(
		queue->config.store, job, index, 1, see_task, ret_copy, &error);

	if (code < 0) {
		caller_fail_internal(caller, error.text);
		return false;
	}
	if (ret_copy->found && ret_copy->task.index == index)
		return true;
	caller_fail(caller, AXE_E_INVALID_INDEX, "InvalidTask",
		json_pack("{s:I, s:I, s:I}", "job", (json_int_t)job, "index", (json_int_t)index,
			"tasks", count_tasks(queue, job)));
	return false;
}

static void add_row(struct batch *batch, const struct store_assessment *task, enum state state,
	const char *message)
{
	struct store_assessment row = *task;

	row.state = state;
	row.reason = REASON_TASK_CANCELED;
	row.message = message;
	batch_add(batch, &(struct store_change){ .kind = STORE_ASSESSMENT, .assessment = row });
}

/* Where the engine has not told it. */
static void tell_canceled(struct batch *batch, const struct entry *entry,
	const struct store_assessment *task, const char *message)
{
	auto_json data = message_of_task(task->name, false, message);
	struct store_event event = {
		.job = entry->id,
		.has_assessment = true,
		.assessment = task->index,
		.type = trace_type_name(TRACE_TASK_CANCEL),
		.actor = batch_keep(batch, actor_text(&batch->call->caller.actor)),
		.data = batch_keep(batch, json_dumps(data, JSON_COMPACT)),
	};

	batch_add(batch, &(struct store_change){ .kind = STORE_EVENT, .event = event });
}

static void store_canceled(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, const struct store_assessment *task, const char *message, bool told)
{
	struct batch batch;

	if (!batch_init(&batch, queue, caller, NULL))
		return;
	if (call_touch(batch.call, entry->id) < 0)
		batch.failed = true;
	add_row(&batch, task, STATE_CANCELED, message);
	if (!told)
		tell_canceled(&batch, entry, task, message);
	/* Not started before it is durable: what starts is read from the store. */
	batch_store(&batch);
	queue_settle(queue, entry);
	batch_finish(&batch);
}

/* The message goes before the end, which keeps it. */
static void store_message(struct queue *queue, const struct queue_caller *caller,
	const struct store_assessment *task, const char *message)
{
	struct queue_caller nobody = { .done = NULL, .actor = caller->actor };
	struct batch batch;

	if (!batch_init(&batch, queue, &nobody, NULL))
		return;
	add_row(&batch, task, STATE_RUNNING, message);
	batch_store(&batch);
	batch_finish(&batch);
}

static void await_task(
	struct queue *queue, const struct queue_caller *caller, struct entry *entry, unsigned index)
{
	struct call *call = call_create(queue, caller, NULL);

	if (call && running_add_wait(entry, WAIT_TASK, index, call) < 0)
		call_fail(call, AXE_E_INTERNAL_ERROR, "InternalError",
			json_pack("{s:s}", "text", "out of memory"));
}

static void cancel_running(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, const struct store_assessment *task, const char *message)
{
	struct job *job = entry->running->job;
	enum task_kill kill;
	axe_result code;

	job_note_actor(job, queue_actor_json(&caller->actor));
	code = job_kill_task(job, task->index, message, &kill);
	job_note_actor(job, NULL);
	if (code != S_OK)
		return caller_fail_state(
			caller, entry->id, task->index, task->state, state_allowing(EVENT_CANCEL));
	if (kill != TASK_KILL_STARTED)
		return store_canceled(
			queue, caller, entry, task, message, kill == TASK_KILL_DROPPED);
	store_message(queue, caller, task, message);
	await_task(queue, caller, entry, task->index);
}

static void cancel_task(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	unsigned index, const char *message)
{
	struct entry *entry = find_open(queue, caller, job, state_allowing(EVENT_CANCEL));
	struct task_copy copy = { .name = NULL };

	if (!entry || !task_read(queue, caller, job, index, &copy))
		return;
	if (!(state_allowing(EVENT_CANCEL) & 1u << copy.task.state))
		caller_fail_state(
			caller, job, index, copy.task.state, state_allowing(EVENT_CANCEL));
	else if (entry->running)
		cancel_running(queue, caller, entry, &copy.task, message);
	else
		store_canceled(queue, caller, entry, &copy.task, message, false);
	task_copy_finish(&copy);
}

void queue_cancel_task(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	unsigned index, const char *message, size_t message_size)
{
	auto_free char *text = NULL;

	if (message_take(caller, message, message_size, &text))
		cancel_task(queue, caller, job, index, text);
}
