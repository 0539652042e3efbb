/* The durable queue of a daemon: what it holds, and where each job of it belongs. */
#include "queue/queue.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/requeue.h"
#include "queue/queue_parts.h"
#include "queue/restart.h"
#include "queue/sequence.h"

static unsigned count_processors(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (unsigned)CPU_COUNT(&cpus) : 1;
}

int queue_create(const struct queue_config *config, const struct queue_host *host,
	struct queue **ret_queue, struct error *error)
{
	auto_of(queue) struct queue *queue = calloc(1, sizeof(*queue));
	int code;

	if (!queue)
		return fail(error, ENOMEM, "make the queue");
	queue->config = *config;
	queue->host = *host;
	queue->processors = count_processors();
	list_init(&queue->calls);
	list_init(&queue->sequences);
	for (unsigned at = 0; at < PARAMETER_COUNT; at++)
		queue->parameters[at] = cluster_parameter_row((enum cluster_parameter)at)->value;
	if (config->slots)
		queue->parameters[PARAMETER_SLOTS] = config->slots;
	code = trash_create(config->state_dir, &queue->trash, error);
	if (code == 0)
		code = restart_read(queue, error);
	if (code < 0)
		return fail_context(error, "read the queue");
	*ret_queue = take_pointer(queue);
	return 0;
}

static void free_running(struct queue *queue)
{
	struct entry *entry;

	entries_each(entry, &queue->entries)
	{
		running_destroy(entry->running);
	}
}

void queue_destroy(struct queue *queue)
{
	struct call *call, *following;

	if (!queue)
		return;
	free_running(queue);
	list_for_each_safe (call, following, &queue->calls, link) {
		store_forget(queue->config.store, call);
		call_destroy(call);
	}
	sequences_drop(queue);
	trash_destroy(queue->trash);
	entries_finish(&queue->entries);
	ready_finish(&queue->ready);
	users_finish(&queue->users);
	free(queue);
}

void queue_forget(struct queue *queue, const void *data)
{
	struct call *call;

	list_for_each (call, &queue->calls, link)
		if (call->caller.data == data)
			call->caller.done = NULL;
}

unsigned queue_slots(const struct queue *queue)
{
	return (unsigned)queue->parameters[PARAMETER_SLOTS];
}

void queue_stop(struct queue *queue)
{
	queue->stopped = true;
}

void queue_leave(struct queue *queue, bool supervisor_keeps)
{
	struct entry *entry;

	queue_stop(queue);
	entries_each(entry, &queue->entries)
	{
		struct running *running = entry->running;

		if (running && running->job && !running->leaving &&
			!job_outlives_stop(running->job, supervisor_keeps))
			running->leaving = job_kill(running->job, REASON_HOST,
						   "its supervisor was stopped") == S_OK;
	}
}

struct store_time queue_now(const struct queue *queue)
{
	uint64_t mono_ns = queue->config.monotonic_ns
				   ? queue->config.monotonic_ns(queue->config.clock_data)
				   : clock_monotonic_ns();

	return (struct store_time){ clock_wall_ns(), mono_ns };
}

static bool is_open(enum state state)
{
	return state < STATE_FINISHED;
}

static void count_open(struct queue *queue, const struct entry *entry, int by)
{
	struct user *user = users_find(&queue->users, entry->owner);

	if (user)
		user->open += (uint32_t)by;
}

int queue_apply(struct queue *queue, struct entry *entry, enum state_event event)
{
	enum state state = (enum state)entry->state;
	bool was_open = is_open(state);
	int code = state_apply(&state, event);

	if (code < 0)
		return code;
	entry->state = (uint8_t)state;
	count_open(queue, entry, is_open(state) - was_open);
	return 0;
}

void queue_put(struct queue *queue, struct entry *entry, enum state state)
{
	entry->state = (uint8_t)state;
	if (is_open(state))
		count_open(queue, entry, 1);
}

void queue_settle(struct queue *queue, struct entry *entry)
{
	bool ready = entry->state == STATE_QUEUED && !entry->held && !entry->storing;

	if (!ready)
		ready_remove(&queue->ready, entry);
	else if (ready_put(&queue->ready, entry) && queue->host.look)
		queue->host.look(queue->host.data);
	if (!is_open((enum state)entry->state) && !entry->storing && !entry->running)
		entries_remove(&queue->entries, entry);
}

struct store_job entry_row(const struct entry *entry)
{
	return (struct store_job){
		.id = entry->id,
		.name = entry->name,
		.owner = entry->owner,
		.state = (enum state)entry->state,
		.priority = entry->priority,
		.held = entry->held,
		.processors = entry->processors,
		.has_runtime = entry->has_runtime,
		.runtime_ns = entry->runtime_ns,
		.retries = entry->retries,
		.submit_order = entry->submit_order,
		.attempt = entry->attempt,
		.created = entry->created,
		.submitted = entry->submitted,
	};
}
