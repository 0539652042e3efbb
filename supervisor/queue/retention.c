/* TTLCompletedJobs: what ended longer ago than that is purged; by a clock that nobody can set. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "queue/purge.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

#define RETAIN_PAGE  64 /* purged in one turn of the loop */
#define RETAIN_SOON  NS_PER_SEC
#define RETAIN_EVERY (60 * NS_PER_SEC)

/* What is old; made entries of only when the store's statement is at its end. */
struct aged {
	struct queue *queue;
	struct {
		uint64_t id;
		uid_t owner;
		enum state state;
		char *name; /* owned */
	} jobs[RETAIN_PAGE];
	size_t count;
};

/* Somebody changes it: it is queued again, or purged already. */
static bool is_busy(const struct queue *queue, uint64_t job)
{
	if (entries_find(&queue->entries, job))
		return true;
	return queue->host.watched && queue->host.watched(job, queue->host.data);
}

static void see_aged(const struct store_job *job, void *data)
{
	struct aged *aged = data;
	char *name;

	if (aged->count == RETAIN_PAGE || is_busy(aged->queue, job->id))
		return;
	name = strdup(job->name);
	if (!name)
		return;
	aged->jobs[aged->count].id = job->id;
	aged->jobs[aged->count].owner = job->owner;
	aged->jobs[aged->count].state = job->state;
	aged->jobs[aged->count++].name = name;
}

static void purge_aged(struct queue *queue, struct aged *aged)
{
	const struct queue_caller nobody = { .done = NULL, .actor = { .admin = true } };

	for (size_t at = 0; at < aged->count; at++) {
		struct entry *entry =
			entries_add(&queue->entries, aged->jobs[at].id, aged->jobs[at].name);

		free(aged->jobs[at].name);
		if (!entry)
			continue;
		entry->owner = aged->jobs[at].owner;
		entry->state = (uint8_t)aged->jobs[at].state;
		purge_entry(queue, &nobody, entry, "age");
	}
}

static uint64_t read_aged(struct queue *queue, struct aged *aged)
{
	uint64_t ttl_ns = (uint64_t)queue->parameters[PARAMETER_TTL_COMPLETED_JOBS];
	uint64_t base_ns, now_ns;

	if (store_read_base(queue->config.store, &base_ns, NULL) < 0)
		return 0;
	now_ns = base_ns + queue_now(queue).mono_ns;
	if (now_ns >= ttl_ns)
		/* Twice as many: some may be busy. */
		store_read_aged(queue->config.store, now_ns - ttl_ns, 2 * RETAIN_PAGE, see_aged,
			aged, NULL);
	return aged->count;
}

uint64_t queue_retain(struct queue *queue)
{
	struct aged aged = { .queue = queue };
	uint64_t now_ns = clock_monotonic_ns();

	if (queue->stopped)
		return now_ns + RETAIN_EVERY;
	read_aged(queue, &aged);
	purge_aged(queue, &aged);
	return now_ns + (aged.count == RETAIN_PAGE ? RETAIN_SOON : RETAIN_EVERY);
}
