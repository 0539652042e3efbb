/* A job of the queue while the host runs it: what it is given, and who waits for what of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/manifest.h"
#include "model/requeue.h"
#include "queue/ending.h"
#include "queue/preparation.h"
#include "queue/queue_parts.h"
#include "record/trace.h"

static struct running *running_create(struct queue *queue, uint64_t id)
{
	struct running *running = calloc(1, sizeof(*running));

	if (!running)
		return NULL;
	running->queue = queue;
	running->id = id;
	list_init(&running->waits);
	return running;
}

void running_destroy(struct running *running)
{
	struct wait *wait, *following;

	if (!running)
		return;
	list_for_each_safe (wait, following, &running->waits, link) {
		list_remove(&wait->link);
		free(wait);
	}
	free(running);
}

int running_add_wait(struct entry *entry, enum wait_kind kind, unsigned index, struct call *call)
{
	struct wait *wait = calloc(1, sizeof(*wait));

	if (!wait)
		return -ENOMEM;
	*wait = (struct wait){ .kind = kind, .index = index, .call = call };
	list_append(&entry->running->waits, &wait->link);
	return 0;
}

axe_result running_kill(struct running *running, const struct queue_caller *caller,
	const char *reason, const char *message)
{
	struct job *job = running->job;
	axe_result code;

	job_note_actor(job, queue_actor_json(&caller->actor));
	code = job_kill(job, reason, message);
	job_note_actor(job, NULL);
	return code;
}

static void task_ended(struct running *running, const json_t *event)
{
	unsigned index = (unsigned)json_integer_value(json_object_get(event, "assessment"));
	const json_t *result = json_object_get(event, "data");
	struct wait *wait, *following;

	list_for_each_safe (wait, following, &running->waits, link)
		if (wait->kind == WAIT_TASK && wait->index == index)
			ending_answer_task(running, wait, result);
}

static void job_event(struct job *job, const json_t *event, void *data)
{
	struct running *running = data;
	const char *type = json_string_value(json_object_get(event, "type"));
	struct entry *entry = entries_find(&running->queue->entries, running->id);

	if (strcmp(type, trace_type_name(TRACE_JOB_BEGIN)) == 0)
		entry->attempt = (uint16_t)json_integer_value(json_object_get(event, "attempt"));
	else if (strcmp(type, trace_type_name(TRACE_JOB_TERMINATE)) == 0)
		ending_accepted(running);
	else if (strcmp(type, trace_type_name(TRACE_ASSESSMENT_END)) == 0)
		task_ended(running, event);
}

static void job_ended(struct job *job, axe_result code, const json_t *summary, void *data)
{
	struct running *running = data;

	running->job = NULL;
	ending_job_ended(running, summary);
}

static struct job_observer observe(struct running *running)
{
	return (struct job_observer){ .event = job_event, .ended = job_ended, .data = running };
}

static int launch(struct queue *queue, struct entry *entry, struct preparation *preparation,
	struct error *error)
{
	struct store_job row = entry_row(entry);
	struct job_options options = {
		.state_dir = queue->config.state_dir,
		.environment = preparation->environment,
		.owner = preparation->has_identity ? &preparation->identity : NULL,
		.row = &row,
		.tasks = preparation->tasks,
		.task_retries = (unsigned)queue->parameters[PARAMETER_TASK_RETRY_COUNT],
	};
	struct job_observer observer = observe(entry->running);

	entry->running->attempt = ++row.attempt;
	return queue->host.launch(take_pointer(preparation->manifest), &options, &observer,
		&entry->running->job, error, queue->host.data);
}

static void count_running(struct queue *queue, const struct entry *entry, int by)
{
	struct user *user = users_find(&queue->users, entry->owner);

	queue->running_count += (unsigned)by;
	queue->processors_busy += (unsigned)(by * entry->processors);
	if (user)
		user->running += (uint32_t)by;
}

void running_forget(struct queue *queue, struct entry *entry)
{
	count_running(queue, entry, -1);
	running_destroy(take_pointer(entry->running));
}

int running_launch(struct queue *queue, struct entry *entry, struct error *error)
{
	struct preparation preparation = { .manifest = NULL };
	int code = preparation_read(queue, entry, &preparation, error);

	if (code == 0) {
		entry->running = running_create(queue, entry->id);
		code = entry->running ? 0 : fail(error, ENOMEM, "start the job");
	}
	if (code == 0)
		code = launch(queue, entry, &preparation, error);
	preparation_finish(&preparation);
	if (code < 0) {
		running_destroy(take_pointer(entry->running));
		return code;
	}
	count_running(queue, entry, 1);
	queue_apply(queue, entry, EVENT_START);
	return 0;
}

bool running_adopt(struct queue *queue, struct entry *entry)
{
	struct running *running = queue->host.adopt ? running_create(queue, entry->id) : NULL;
	struct job_observer observer;
	const char *reason;

	if (!running)
		return false;
	observer = observe(running);
	running->job = queue->host.adopt(entry->id, &observer, queue->host.data);
	if (!running->job) {
		running_destroy(running);
		return false;
	}
	/* One that was just being started may still be queued in the store. */
	running->attempt = entry->attempt + (entry->state == STATE_QUEUED);
	reason = job_reason(running->job);
	running->requeue = reason && strcmp(reason, REASON_REQUEUED) == 0;
	running->leaving = reason && strcmp(reason, REASON_HOST) == 0;
	entry->ending = reason;
	entry->running = running;
	count_running(queue, entry, 1);
	if (entry->state == STATE_QUEUED)
		queue_apply(queue, entry, EVENT_START);
	return true;
}
