/* ListWaiting: the jobs that may start, the next one first. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "queue/look.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

struct waiting {
	struct queue *queue;
	json_t *jobs;
};

static bool may_see(uid_t owner, void *data)
{
	const struct queue_caller *caller = data;

	return queue_actor_may(&caller->actor, owner);
}

/* Its own tasks are counted when the statement that found it is at its end. */
static void see_job(const struct store_job *job, void *data)
{
	struct waiting *waiting = data;

	json_array_append_new(waiting->jobs, look_job(waiting->queue, job));
}

static void add(struct waiting *waiting, uint64_t id)
{
	uint64_t counts[STATE_COUNT] = { 0 };
	struct store *store = waiting->queue->config.store;
	json_t *job;

	if (store_read_job(store, id, see_job, waiting, NULL) < 0)
		return;
	job = json_array_get(waiting->jobs, json_array_size(waiting->jobs) - 1);
	store_count_tasks(store, id, counts, NULL);
	json_object_set_new(job, "counts", look_counts(counts));
}

void queue_list_waiting(struct queue *queue, const struct queue_caller *caller, size_t limit)
{
	struct waiting waiting = { .queue = queue };
	auto_free const struct entry **entries = NULL;
	size_t count;

	limit = !limit ? QUEUE_PAGE_DEFAULT : limit > QUEUE_PAGE_MAX ? QUEUE_PAGE_MAX : limit;
	entries = calloc(limit, sizeof(struct entry *));
	if (!entries ||
		ready_best(&queue->ready, limit, may_see, (void *)caller, entries, &count) < 0)
		return caller_fail_internal(caller, "out of memory");
	waiting.jobs = json_array();
	for (size_t at = 0; at < count; at++)
		add(&waiting, entries[at]->id);
	caller_answer(caller, json_pack("{s:o}", "jobs", waiting.jobs));
}
