/* The queue whose jobs the supervisor's slots run beside those of ExecuteJob. */
#include "base/error.h"
#include "base/json.h"
#include "control/listener.h"
#include "control/supervisor_parts.h"
#include "record/store_event.h"

static int launch(struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, struct job **ret_job, struct error *error, void *data)
{
	struct supervisor *supervisor = data;
	struct run *run;
	int code = run_launch(
		supervisor->engine, manifest, options, observer, &supervisor->owner, &run, error);

	if (code < 0)
		return code;
	list_append(&supervisor->running, &run->link);
	supervisor->running_count++;
	supervisor_tell_change(supervisor);
	*ret_job = run->job;
	return 0;
}

static struct job *adopt(uint64_t job, const struct job_observer *observer, void *data)
{
	struct run *run = supervisor_find_job(data, job);

	if (!run || run->ended)
		return NULL;
	run->queue = *observer;
	return run->job;
}

/* A batch has many of them, and mostly nobody listens. */
static void tell_event(const struct store_event *event, void *data)
{
	struct supervisor *supervisor = data;
	auto_json json = NULL;

	if (list_empty(&supervisor->subscribers))
		return;
	json = store_event_json(event);
	if (json)
		listeners_tell_event(&supervisor->subscribers, json);
}

static bool is_watched(uint64_t job, void *data)
{
	const struct supervisor *supervisor = data;
	const struct listener *listener;

	list_for_each (listener, &supervisor->subscribers, link)
		if (listener->job == job)
			return true;
	return false;
}

static unsigned count_own(const struct list_link *runs, uid_t owner)
{
	const struct run *run;
	unsigned count = 0;

	list_for_each (run, runs, link)
		count += !run->ended && !run->queue.ended && job_owner(run->job) == owner;
	return count;
}

static unsigned count_beside(uid_t owner, void *data)
{
	const struct supervisor *supervisor = data;

	return count_own(&supervisor->running, owner) + count_own(&supervisor->waiting, owner);
}

struct queue_host supervisor_queue_host(struct supervisor *supervisor)
{
	return (struct queue_host){
		.launch = launch,
		.adopt = adopt,
		.look = supervisor_turn_soon,
		.event = tell_event,
		.beside = count_beside,
		.watched = is_watched,
		.data = supervisor,
	};
}

void supervisor_set_queue(struct supervisor *supervisor, struct queue *queue)
{
	supervisor->queue = queue;
	supervisor_turn_soon(supervisor);
}

struct queue *supervisor_queue(const struct supervisor *supervisor)
{
	return supervisor->queue;
}
