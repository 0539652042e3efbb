/* AddJob, SubmitJob and QueueJob: all jobs of a batch, or none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/json.h"
#include "model/manifest.h"
#include "queue/allowance.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/wishes.h"
#include "record/jobdir.h"

/* {"identity", "environment"}: what the start of it will need. NULL: nothing. */
static char *asked_text(const struct queue_caller *caller, const struct job_wishes *wishes)
{
	auto_json json = json_object();

	if (caller->actor.owner)
		json_object_set_new(json, "identity", identity_json(caller->actor.owner));
	if (wishes->environment) {
		json_t *words = json_array();

		for (const char *const *word = wishes->environment; *word; word++)
			json_array_append_new(words, json_string(*word));
		json_object_set_new(json, "environment", words);
	}
	return json_object_size(json) ? json_dumps(json, JSON_COMPACT) : NULL;
}

static char *names_text(const struct manifest *manifest)
{
	auto_json names = json_array();

	for (size_t at = 0; at < manifest->assessments_count; at++)
		json_array_append_new(names, json_string(manifest->assessments[at]->name));
	return json_dumps(names, JSON_COMPACT);
}

static struct entry *make_entry(struct queue *queue, const struct queue_caller *caller,
	const struct queue_new *job, uint64_t id)
{
	const char *name = job->wishes.name ? job->wishes.name : job->manifest->name;
	struct entry *entry = entries_add(&queue->entries, id, name);

	if (!entry)
		return NULL;
	entry->owner = caller->actor.owner ? caller->actor.owner->uid : caller->actor.uid;
	entry->created = queue_now(queue);
	entry->priority = PRIORITY_DEFAULT;
	entry->processors = 1;
	queue_put(queue, entry, STATE_NOT_SUBMITTED);
	wishes_apply(entry, &job->wishes);
	return entry;
}

static void submit_entry(struct queue *queue, struct entry *entry)
{
	entry->submitted = queue_now(queue);
	entry->submit_order = ++queue->last_order;
	queue_apply(queue, entry, EVENT_SUBMIT);
}

/* Rows whose texts the batch owns. */
static void add_rows(struct batch *batch, const struct queue_caller *caller,
	const struct queue_new *job, const struct entry *entry)
{
	struct store_job row = entry_row(entry);

	row.manifest =
		batch_keep(batch, json_dumps(job->manifest->source, JSON_COMPACT | JSON_DECIMALS));
	row.asked = batch_keep_optional(batch, asked_text(caller, &job->wishes));
	batch_add(batch, &(struct store_change){ .kind = STORE_JOB, .job = row });
	batch_add(batch, &(struct store_change){ .kind = STORE_TASKS,
				 .tasks = { .job = entry->id,
					 .state = row.state,
					 .names = batch_keep(batch, names_text(job->manifest)) } });
	if (row.state == STATE_QUEUED)
		batch_add_pending(batch, &caller->actor, entry);
}

/* One job of a batch: -errno with the reason. */
static int add_one(struct queue *queue, const struct queue_caller *caller,
	const struct queue_new *job, uint64_t id, bool submit, struct batch *batch,
	struct error *error)
{
	struct entry *entry = make_entry(queue, caller, job, id);

	if (!entry || call_touch(batch->call, id) < 0)
		return fail(error, ENOMEM, "add a job");
	if (submit)
		submit_entry(queue, entry);
	add_rows(batch, caller, job, entry);
	json_array_append_new(
		json_object_get(batch->call->reply, "jobs"), json_integer((json_int_t)id));
	return 0;
}

/* Nothing of the batch may stay. */
static void take_back(struct queue *queue, const uint64_t *jobs, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		struct jobdir *jobdir;
		struct entry *entry = entries_find(&queue->entries, jobs[at]);

		if (jobdir_open(queue->config.state_dir, jobs[at], &jobdir, NULL) == 0)
			jobdir_discard(jobdir);
		if (!entry)
			continue;
		queue_apply(queue, entry, EVENT_CANCEL);
		queue_settle(queue, entry);
	}
}

static bool may_add(struct queue *queue, const struct queue_caller *caller,
	const struct queue_new *jobs, size_t count)
{
	if (count > QUEUE_BATCH_MAX) {
		caller_fail_limit(caller, "jobs", QUEUE_BATCH_MAX);
		return false;
	}
	for (size_t at = 0; at < count; at++)
		if (!wishes_check(&jobs[at].wishes, queue->processors, caller))
			return false;
	return allowance_add(queue, caller, count);
}

/* A row for each; the call is gone when they could not be stored. */
static int add_each(struct queue *queue, const struct queue_caller *caller,
	const struct queue_new *jobs, const uint64_t *ids, size_t count, bool submit)
{
	struct error error = { .text = "out of memory" };
	struct batch batch;
	int code = 0;

	if (!batch_init(&batch, queue, caller, json_pack("{s:[]}", "jobs")))
		return -ENOMEM;
	for (size_t at = 0; code == 0 && at < count; at++)
		code = add_one(queue, caller, &jobs[at], ids[at], submit, &batch, &error);
	if (code == 0) {
		code = batch_store(&batch);
	} else {
		call_destroy(take_pointer(batch.call));
		caller_fail_internal(caller, error.text);
	}
	batch_finish(&batch);
	return code;
}

static void add_all(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count, bool submit)
{
	const gid_t *group = caller->actor.owner ? &caller->actor.owner->gid : NULL;
	auto_free uint64_t *ids = NULL;
	struct error error;

	if (!may_add(queue, caller, jobs, count))
		return;
	ids = calloc(count + 1, sizeof(*ids));
	if (!ids)
		return caller_fail_internal(caller, "out of memory");
	if (jobdir_reserve(queue->config.state_dir, count, group, ids, &error) < 0)
		return caller_fail_internal(caller, error.text);
	if (add_each(queue, caller, jobs, ids, count, submit) < 0)
		take_back(queue, ids, count);
}

static void add_and_free(struct queue *queue, const struct queue_caller *caller,
	struct queue_new *jobs, size_t count, bool submit)
{
	add_all(queue, caller, jobs, count, submit);
	for (size_t at = 0; at < count; at++)
		manifest_destroy(take_pointer(jobs[at].manifest));
}

void queue_add(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count)
{
	add_and_free(queue, caller, jobs, count, false);
}

void queue_queue(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count)
{
	add_and_free(queue, caller, jobs, count, true);
}

static void submit_rows(struct batch *batch, const struct entry *entry)
{
	struct store_job row = entry_row(entry);

	batch_add(batch, &(struct store_change){ .kind = STORE_JOB, .job = row });
	batch_add(batch, &(struct store_change){ .kind = STORE_TASK_MOVE,
				 .move = { .job = entry->id,
					 .from = 1u << STATE_NOT_SUBMITTED,
					 .state = STATE_QUEUED } });
	batch_add_pending(batch, &batch->call->caller.actor, entry);
}

/* Nothing is changed before all may be submitted; one that is named twice is so once. */
void queue_submit(
	struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs, size_t count)
{
	struct batch batch;

	for (size_t at = 0; at < count; at++)
		if (!find_open(queue, caller, jobs[at], state_allowing(EVENT_SUBMIT)))
			return;
	if (count > QUEUE_BATCH_MAX)
		return caller_fail_limit(caller, "jobs", QUEUE_BATCH_MAX);
	if (!batch_init(&batch, queue, caller, NULL))
		return;
	for (size_t at = 0; at < count; at++) {
		struct entry *entry = entries_find(&queue->entries, jobs[at]);

		if (entry->state == STATE_QUEUED)
			continue;
		if (call_touch(batch.call, entry->id) < 0)
			batch.failed = true;
		submit_entry(queue, entry);
		submit_rows(&batch, entry);
	}
	batch_store(&batch);
	batch_finish(&batch);
}
