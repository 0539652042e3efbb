/* GetJob, ListTasks and GetJobCounter: what the store has, for those who may see it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "queue/look.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

struct looking {
	struct queue *queue;
	const struct queue_caller *caller;
	json_t *job; /* owned */
	json_t *attempts; /* owned */
	uid_t owner;
};

static void see_job(const struct store_job *job, void *data)
{
	struct looking *looking = data;

	looking->owner = job->owner;
	looking->job = look_job(looking->queue, job);
}

static void see_attempt(const struct store_attempt *attempt, void *data)
{
	struct looking *looking = data;

	json_array_append_new(looking->attempts, look_attempt(attempt));
}

/* False: the caller has been told. */
static bool read_job(struct looking *looking, uint64_t job)
{
	struct error error = { 0 };
	int code = store_read_job(looking->queue->config.store, job, see_job, looking, &error);

	if (code == -ENOENT)
		caller_fail(looking->caller, AXE_E_NOT_FOUND, "NotFound",
			json_pack("{s:I}", "job", (json_int_t)job));
	else if (code < 0)
		caller_fail_internal(looking->caller, error.text);
	else if (queue_actor_may(&looking->caller->actor, looking->owner))
		return true;
	else
		caller_fail(looking->caller, AXE_E_NOT_PERMITTED, "NotAuthorised",
			json_pack("{s:I, s:s}", "job", (json_int_t)job, "text",
				"the job belongs to another user"));
	json_decref(take_pointer(looking->job));
	return false;
}

/* The warnings that its tasks' last results have. */
static void see_try(const struct store_try *try, void *data)
{
	auto_json result = try->result ? json_loads(try->result, 0, NULL) : NULL;
	json_t *warnings = json_object_get(result, "warnings");

	if (json_is_array(warnings))
		json_array_extend(data, warnings);
}

static json_t *read_warnings(struct queue *queue, uint64_t job, const json_t *about)
{
	struct store_try_key behind = {
		.attempt = (unsigned)json_integer_value(json_object_get(about, "attempt")),
	};
	json_t *warnings = json_array();

	store_read_tries(queue->config.store, job, behind, 0, see_try, warnings, NULL);
	return warnings;
}

static json_t *read_manifest(struct queue *queue, uint64_t job)
{
	auto_free char *text = NULL;
	json_t *manifest = NULL;

	if (store_read_manifest(queue->config.store, job, &text, NULL) == 0)
		manifest = json_loads(text, 0, NULL);
	return manifest ? manifest : json_object();
}

static void put_counts(struct queue *queue, uint64_t job, json_t *about)
{
	uint64_t counts[STATE_COUNT] = { 0 };
	struct entry *entry = entries_find(&queue->entries, job);

	store_count_tasks(queue->config.store, job, counts, NULL);
	json_object_set_new(about, "counts", look_counts(counts));
	if (entry && entry->place)
		json_object_set_new(
			about, "rank", json_integer((json_int_t)ready_rank(&queue->ready, entry)));
}

void queue_get(struct queue *queue, const struct queue_caller *caller, uint64_t job)
{
	struct looking looking = { .queue = queue, .caller = caller };

	if (!read_job(&looking, job))
		return;
	put_counts(queue, job, looking.job);
	looking.attempts = json_array();
	store_read_attempts(queue->config.store, job, see_attempt, &looking, NULL);
	caller_answer(caller, json_pack("{s:o, s:o, s:o, s:o}", "job", looking.job, "attempts",
				      looking.attempts, "manifest", read_manifest(queue, job),
				      "warnings", read_warnings(queue, job, looking.job)));
}

void queue_count(
	struct queue *queue, const struct queue_caller *caller, bool has_owner, uid_t owner)
{
	uint64_t counts[STATE_COUNT];
	struct error error = { 0 };
	bool admin = caller->actor.admin;

	if (has_owner && !queue_actor_may(&caller->actor, owner))
		return caller_fail(caller, AXE_E_NOT_PERMITTED, "NotAuthorised",
			json_pack("{s:s}", "text", "these are another user's jobs"));
	if (!has_owner)
		owner = admin ? STORE_ANY_OWNER : caller->actor.uid;
	if (store_count_jobs(queue->config.store, owner, counts, &error) < 0)
		return caller_fail_internal(caller, error.text);
	caller_answer(caller, json_pack("{s:o}", "counts", look_counts(counts)));
}
