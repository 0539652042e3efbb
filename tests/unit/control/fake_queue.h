/*
 * A queue that keeps what it was asked and answers what a test says, in place of the real one. A
 * test program that includes this defines every symbol of queue.h that the control floor calls.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "model/manifest.h"
#include "queue/queue.h"

struct queue {
	unsigned asked; /* calls */
	char text[2048]; /* the last one, as a line */
	struct queue_actor actor;
	uid_t owner; /* of the jobs that it adds; 0: as the supervisor */
	struct queue_caller caller; /* who waits for its answer; done NULL: nobody */
	bool waits; /* the test answers, instead of {} at once */
	unsigned forgotten;
	const char *refuses_user; /* an ExecuteJob; NULL: it does not */
};

static struct queue fake_queue;

/* Answer the call that waits; the parameters are taken. */
static inline void fake_queue_answer(axe_result code, const char *error, json_t *parameters)
{
	struct queue_caller caller = fake_queue.caller;

	fake_queue.caller.done = NULL;
	if (caller.done)
		caller.done(code, error, parameters, caller.data);
	json_decref(parameters);
}

static inline void fake_note(const struct queue_caller *caller)
{
	fake_queue.asked++;
	fake_queue.actor = caller->actor;
	fake_queue.owner = caller->actor.owner ? caller->actor.owner->uid : 0;
	fake_queue.caller = *caller;
	if (!fake_queue.waits)
		fake_queue_answer(S_OK, NULL, json_object());
}

#define NOTE(...)                                                                                  \
	do {                                                                                       \
		snprintf(fake_queue.text, sizeof(fake_queue.text), __VA_ARGS__);                   \
		fake_note(caller);                                                                 \
	} while (0)

static void list_jobs(char text[static 512], const uint64_t *jobs, size_t count)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t at = 0; at < count && used < 400; at++)
		used += (size_t)snprintf(
			text + used, 512 - used, " %llu", (unsigned long long)jobs[at]);
}

static void list_wishes(char text[static 512], const struct job_wishes *wishes)
{
	snprintf(text, 512,
		"name=%s priority=%lld processors=%lld runtime=%d:%lld hold=%d:%d env=%s",
		wishes->name ? wishes->name : "", (long long)wishes->priority,
		(long long)wishes->processors, wishes->has_runtime, (long long)wishes->runtime_ns,
		wishes->has_hold, wishes->hold,
		wishes->environment && wishes->environment[0] ? wishes->environment[0] : "");
}

static void note_batch(
	const char *verb, const struct queue_caller *caller, struct queue_new *jobs, size_t count)
{
	char wishes[512];

	list_wishes(wishes, &jobs[count - 1].wishes);
	NOTE("%s %zu: %s %s", verb, count, jobs[count - 1].manifest->name, wishes);
	for (size_t at = 0; at < count; at++)
		manifest_destroy(jobs[at].manifest);
}

void queue_add(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count)
{
	note_batch("add", caller, jobs, count);
}

void queue_queue(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count)
{
	note_batch("queue", caller, jobs, count);
}

void queue_submit(
	struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs, size_t count)
{
	char list[512];

	list_jobs(list, jobs, count);
	NOTE("submit%s", list);
}

void queue_modify(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const struct job_wishes *wishes)
{
	char text[512];

	list_wishes(text, wishes);
	NOTE("modify %d %s", (int)job, text);
}

void queue_hold(struct queue *queue, const struct queue_caller *caller, uint64_t job, bool held)
{
	NOTE("%s %d", held ? "hold" : "release", (int)job);
}

void queue_cancel(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const char *message, size_t message_size, bool asynchronous)
{
	NOTE("cancel %d '%s' %zu %d", (int)job, message ? message : "none", message_size,
		asynchronous);
}

void queue_cancel_all(struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs,
	size_t count, const char *message, size_t message_size)
{
	char list[512];

	list_jobs(list, jobs, count);
	NOTE("cancel all%s '%s'", list, message ? message : "none");
}

void queue_cancel_task(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	unsigned index, const char *message, size_t message_size)
{
	NOTE("cancel %d/%u '%s'", (int)job, index, message ? message : "none");
}

void queue_requeue(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, bool asynchronous)
{
	NOTE("requeue %d %d", (int)job, asynchronous);
}

void queue_requeue_all(
	struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs, size_t count)
{
	char list[512];

	list_jobs(list, jobs, count);
	NOTE("requeue all%s", list);
}

void queue_requeue_task(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, unsigned index)
{
	NOTE("requeue %d/%u", (int)job, index);
}

void queue_purge(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	NOTE("purge %d", (int)job);
}

void queue_get(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	NOTE("get %d", (int)job);
}

void queue_list(
	struct queue *queue, const struct queue_caller *caller, const struct queue_listing *listing)
{
	NOTE("list states=%x owner=%d:%d page=%s limit=%zu", listing->states, listing->has_owner,
		listing->has_owner ? (int)listing->owner : 0, listing->page ? listing->page : "",
		listing->limit);
}

void queue_list_waiting(struct queue *queue, const struct queue_caller *caller, size_t limit)
{
	NOTE("waiting limit=%zu", limit);
}

void queue_list_tasks(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	uint32_t states, unsigned first, size_t limit)
{
	NOTE("tasks %d states=%x first=%u limit=%zu", (int)job, states, first, limit);
}

void queue_count(
	struct queue *queue, const struct queue_caller *caller, bool has_owner, uid_t owner)
{
	NOTE("count %d:%d", has_owner, has_owner ? (int)owner : 0);
}

void queue_tell_parameters(struct queue *queue, const struct queue_caller *caller)
{
	NOTE("parameters");
}

void queue_set_parameter(
	struct queue *queue, const struct queue_caller *caller, const char *name, int64_t value)
{
	NOTE("set %s %lld", name, (long long)value);
}

void queue_forget(struct queue *queue, const void *data)
{
	fake_queue.forgotten++;
	fake_queue.caller.done = NULL;
}

/* What the supervisor asks of it: it never has a job that may start. */
bool queue_start_next(struct queue *queue)
{
	return false;
}

const char *queue_refuses_user(struct queue *queue, uid_t owner, int64_t *ret_limit)
{
	*ret_limit = 5;
	return queue->refuses_user;
}

unsigned queue_slots(const struct queue *queue)
{
	return 1;
}

void queue_leave(struct queue *queue, bool supervisor_keeps)
{
}

void queue_stop(struct queue *queue)
{
}
