/* The job that a call means: there, the caller's to steer, and in a state that allows it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/manifest.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

/* A copy of what the store's row says. */
struct seen {
	struct store_job row;
	char *name, *reason; /* owned */
	bool failed;
};

static void see(const struct store_job *job, void *data)
{
	struct seen *seen = data;

	seen->row = *job;
	seen->name = strdup(job->name);
	seen->reason = job->reason ? strdup(job->reason) : NULL;
	seen->failed = !seen->name || (job->reason && !seen->reason);
}

static void seen_finish(struct seen *seen)
{
	free(seen->name);
	free(seen->reason);
}

static void refuse_unknown(const struct queue_caller *caller, uint64_t job)
{
	caller_fail(
		caller, AXE_E_NOT_FOUND, "NotFound", json_pack("{s:I}", "job", (json_int_t)job));
}

static void refuse_stranger(const struct queue_caller *caller, uint64_t job)
{
	caller_fail(caller, AXE_E_NOT_PERMITTED, "NotAuthorised",
		json_pack("{s:I, s:s}", "job", (json_int_t)job, "text",
			"the job belongs to another user"));
}

static bool may(const struct queue_caller *caller, uint64_t job, uid_t owner)
{
	if (queue_actor_may(&caller->actor, owner))
		return true;
	refuse_stranger(caller, job);
	return false;
}

/* The caller is told of a failure. */
static int read_row(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, struct seen *ret_seen)
{
	struct error error = { 0 };
	int code = store_read_job(queue->config.store, job, see, ret_seen, &error);

	if (code == -ENOENT)
		refuse_unknown(caller, job);
	else if (code < 0 || ret_seen->failed)
		caller_fail_internal(caller, code < 0 ? error.text : "out of memory");
	return ret_seen->failed ? -ENOMEM : code;
}

/* What runs or waits with a connection is none of the queue's: nothing would allow it. */
static void refuse_state(
	const struct queue_caller *caller, const struct store_job *row, uint32_t states)
{
	caller_fail_state(
		caller, row->id, -1, row->state, row->state < STATE_FINISHED ? 0 : states);
}

static struct entry *find_entry(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, uint32_t states)
{
	if (!may(caller, entry->id, entry->owner))
		return NULL;
	if (entry->purging) {
		refuse_unknown(caller, entry->id);
		return NULL;
	}
	if (states & 1u << entry->state)
		return entry;
	caller_fail_state(caller, entry->id, -1, (enum state)entry->state, states);
	return NULL;
}

static struct entry *make_entry(struct queue *queue, const struct seen *seen)
{
	struct entry *entry = entries_add(&queue->entries, seen->row.id, seen->name);

	if (!entry)
		return NULL;
	entry->owner = seen->row.owner;
	entry->state = (uint8_t)seen->row.state;
	entry->priority = (uint8_t)seen->row.priority;
	entry->processors = (uint16_t)(seen->row.processors ?: 1);
	entry->has_runtime = seen->row.has_runtime;
	entry->runtime_ns = seen->row.runtime_ns;
	entry->attempt = (uint16_t)seen->row.attempt;
	entry->submit_order = seen->row.submit_order;
	entry->created = seen->row.created;
	entry->submitted = seen->row.submitted;
	return entry;
}

struct entry *find_open(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, uint32_t states)
{
	struct entry *entry = entries_find(&queue->entries, job);
	struct seen seen = { .name = NULL };

	if (entry)
		return find_entry(queue, caller, entry, states);
	if (read_row(queue, caller, job, &seen) == 0 && may(caller, job, seen.row.owner))
		refuse_state(caller, &seen.row, states);
	seen_finish(&seen);
	return NULL;
}

static struct entry *find_ended(struct queue *queue, const struct queue_caller *caller,
	uint64_t job, uint32_t states, struct seen *seen)
{
	struct entry *entry;

	if (read_row(queue, caller, job, seen) < 0 || !may(caller, job, seen->row.owner))
		return NULL;
	if (!(states & 1u << seen->row.state) || seen->row.state < STATE_FINISHED) {
		refuse_state(caller, &seen->row, states);
		return NULL;
	}
	entry = make_entry(queue, seen);
	if (!entry)
		caller_fail_internal(caller, "out of memory");
	return entry;
}

struct entry *find_any(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	uint32_t states, char **ret_reason)
{
	struct entry *entry = entries_find(&queue->entries, job);
	struct seen seen = { .name = NULL };

	*ret_reason = NULL;
	if (entry) {
		entry = find_entry(queue, caller, entry, states);
		if (entry && entry->reason)
			*ret_reason = strdup(entry->reason);
		return entry;
	}
	entry = find_ended(queue, caller, job, states, &seen);
	if (entry)
		*ret_reason = take_pointer(seen.reason);
	seen_finish(&seen);
	return entry;
}

bool find_visible(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	struct seen seen = { .name = NULL };
	bool visible = read_row(queue, caller, job, &seen) == 0 && may(caller, job, seen.row.owner);

	seen_finish(&seen);
	return visible;
}

struct manifest *find_manifest(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	struct manifest *manifest = NULL;
	struct manifest_error wrong;
	struct error error = { 0 };
	auto_free char *text = NULL;
	auto_json source = NULL;

	if (store_read_manifest(queue->config.store, job, &text, &error) < 0) {
		caller_fail_internal(caller, error.text);
		return NULL;
	}
	source = json_loads(text, 0, NULL);
	if (!source || manifest_parse(source, &manifest, &wrong) < 0) {
		caller_fail_internal(caller, "the store's manifest is not one any more");
		return NULL;
	}
	return manifest;
}
