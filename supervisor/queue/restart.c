/* What a new supervisor makes of the queue that the last one left. */
#include "queue/restart.h"

#include <fcntl.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "model/manifest.h"
#include "model/requeue.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"
#include "recovery/orphans.h"

struct reading {
	struct queue *queue;
	struct orphan_set orphans; /* what ran */
	bool failed; /* out of memory */
};

static void see_parameter(const struct store_parameter *parameter, void *data)
{
	struct reading *reading = data;
	enum cluster_parameter at = cluster_parameter_find(parameter->name);

	if (at != PARAMETER_COUNT)
		reading->queue->parameters[at] = parameter->value;
}

static void fill(struct entry *entry, const struct store_job *row)
{
	entry->owner = row->owner;
	entry->submit_order = row->submit_order;
	entry->has_runtime = row->has_runtime;
	entry->runtime_ns = row->runtime_ns;
	entry->created = row->created;
	entry->submitted = row->submitted;
	entry->attempt = (uint16_t)row->attempt;
	entry->processors = (uint16_t)(row->processors ?: 1);
	entry->retries = (uint8_t)row->retries;
	entry->priority = (uint8_t)row->priority;
	entry->held = row->held;
}

static void see_job(const struct store_job *row, void *data)
{
	struct reading *reading = data;
	struct queue *queue = reading->queue;
	struct entry *entry = entries_add(&queue->entries, row->id, row->name);

	if (!entry) {
		reading->failed = true;
		return;
	}
	fill(entry, row);
	queue_put(queue, entry, row->state);
	if (row->submit_order > queue->last_order)
		queue->last_order = row->submit_order;
	if (row->state != STATE_NOT_SUBMITTED && running_adopt(queue, entry))
		return;
	if (row->state == STATE_RUNNING)
		reading->failed |= orphan_set_add(&reading->orphans, row) < 0;
	else if (row->state == STATE_QUEUED && !row->held)
		reading->failed |= !ready_put(&queue->ready, entry);
}

/* A job that restarts its host, or cannot bear it, does so again. */
static bool may_run_again(struct queue *queue, const struct orphan *orphan)
{
	const struct queue_caller nobody = { .done = NULL };
	struct manifest *manifest;
	bool may;

	if (!orphan->rebooted)
		return true;
	manifest = find_manifest(queue, &nobody, orphan->job.id);
	may = manifest && manifest->on_reboot == REBOOT_REQUEUE;
	manifest_destroy(manifest);
	return may;
}

/* Its tasks and its results say that it has lost its supervisor, unless its end was written. */
static void end_orphan(struct reading *reading, struct orphan *orphan, int state)
{
	struct queue *queue = reading->queue;
	struct error error = { 0 };

	orphan->again =
		may_run_again(queue, orphan) &&
		requeue_host_may(queue, entries_find(&queue->entries, orphan->job.id), true);
	log_line(LOG_LEVEL_WARNING, "job %" PRIu64 " has lost its supervisor", orphan->job.id);
	if (orphan_end(queue->config.store, state, orphan, &error) < 0)
		log_line(LOG_LEVEL_ERROR, "job %" PRIu64 ": %s", orphan->job.id, error.text);
}

struct verdict_of_store {
	enum state state;
	bool by_host;
};

static void see_end(const struct store_job *row, void *data)
{
	struct verdict_of_store *found = data;

	found->state = row->state;
	found->by_host = cause_of(row->reason) == CAUSE_OF_HOST;
}

static enum state_event event_to(enum state state)
{
	if (state == STATE_FINISHED)
		return EVENT_SUCCEED;
	return state == STATE_CANCELED ? EVENT_CANCEL : EVENT_FAIL;
}

static void take_back(struct queue *queue, const struct orphan *orphan)
{
	struct verdict_of_store found = { STATE_FAILED, true };
	uint64_t id = orphan->job.id;
	struct entry *entry = entries_find(&queue->entries, id);

	store_read_job(queue->config.store, id, see_end, &found, NULL);
	if (found.state == STATE_RUNNING) /* still on its way to the disk */
		found = (struct verdict_of_store){ STATE_FAILED, true };
	queue_apply(queue, entry, event_to(found.state));
	if (!found.by_host || !orphan->again || !requeue_by_host(queue, entry, true))
		queue_settle(queue, entry);
}

static int take_back_all(struct reading *reading, struct error *error)
{
	struct queue *queue = reading->queue;
	auto_fd state = open(queue->config.state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (state < 0)
		return fail(error, errno, "open `%s`", queue->config.state_dir);
	for (size_t at = 0; at < reading->orphans.count; at++)
		end_orphan(reading, &reading->orphans.all[at], state);
	/* What became of it is read from the store, unless the disk keeps it for longer than
	 * anybody should wait. */
	store_await(queue->config.store, ORPHANS_STORE_MOST_NS);
	for (size_t at = 0; at < reading->orphans.count; at++)
		take_back(queue, &reading->orphans.all[at]);
	return 0;
}

int restart_read(struct queue *queue, struct error *error)
{
	struct reading reading = { .queue = queue };
	struct store *store = queue->config.store;
	int code;

	/* What was made good of the jobs that go on. */
	store_await(store, ORPHANS_STORE_MOST_NS);
	code = store_read_parameters(store, see_parameter, &reading, error);
	if (code == 0)
		code = store_read_open(store, see_job, &reading, error);
	if (code == 0 && reading.failed)
		code = fail(error, ENOMEM, "keep its jobs");
	if (code == 0 && reading.orphans.count)
		code = take_back_all(&reading, error);
	if (code == 0)
		code = resume_requeues(queue, error);
	orphan_set_finish(&reading.orphans);
	return code;
}
