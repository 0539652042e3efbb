/* Rows of the store as callers of io.axe.Cluster see them. */
#include "queue/look.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

static json_t *time_json(const struct store_time *time)
{
	char text[CLOCK_TEXT_SIZE];

	if (!time->wall_ns)
		return NULL;
	clock_format(time->wall_ns, text, sizeof(text));
	return json_string(text);
}

static void put_time(json_t *json, const char *key, const struct store_time *time)
{
	json_t *text = time_json(time);

	if (text)
		json_object_set_new(json, key, text);
}

static void put_text(json_t *json, const char *key, const char *text)
{
	if (text)
		json_object_set_new(json, key, json_string(text));
}

json_t *look_counts(const uint64_t counts[STATE_COUNT])
{
	json_t *json = json_object();

	for (unsigned at = 0; at < STATE_COUNT; at++)
		json_object_set_new(
			json, state_name((enum state)at), json_integer((json_int_t)counts[at]));
	return json;
}

/* "Not before", by the wall as it was at the end. */
static void put_purge_time(json_t *json, const struct queue *queue, const struct store_job *job)
{
	struct store_time after = job->ended;

	if (!job->ended.wall_ns)
		return;
	after.wall_ns += (uint64_t)queue->parameters[PARAMETER_TTL_COMPLETED_JOBS];
	put_time(json, "purge_after", &after);
}

static void put_outcome(json_t *json, const struct store_job *job)
{
	put_text(json, "message", job->message);
	put_text(json, "reason", job->reason);
	put_text(json, "outcome", job->outcome);
	if (job->outcome)
		json_object_set_new(json, "code", json_integer((json_int_t)job->code));
}

/* Between the end of an attempt and the word of the next one the row tells the end only. */
static bool runs_again(struct queue *queue, const struct store_job *job)
{
	const struct entry *entry = entries_find(&queue->entries, job->id);

	if (!entry || job->state == STATE_QUEUED || job->state == STATE_FINISHED)
		return false;
	return entry->state == STATE_QUEUED || (entry->running && entry->running->requeue);
}

json_t *look_job(struct queue *queue, const struct store_job *job)
{
	json_t *json = json_pack("{s:I, s:s, s:I, s:s, s:b, s:i, s:i, s:i, s:o}", "job",
		(json_int_t)job->id, "name", job->name, "owner", (json_int_t)job->owner, "state",
		state_name(job->state), "held", job->held, "priority", (int)job->priority,
		"processors", (int)(job->processors ?: 1), "attempt", (int)job->attempt,
		"directory", json_sprintf("%s/jobs/%" PRIu64, queue->config.state_dir, job->id));

	if (runs_again(queue, job))
		json_object_set_new(json, "again", json_true());
	put_outcome(json, job);
	json_object_set_new(json, "created", time_json(&job->created) ?: json_string(""));
	put_time(json, "submitted", &job->submitted);
	put_time(json, "started", &job->started);
	put_time(json, "ended", &job->ended);
	put_purge_time(json, queue, job);
	return json;
}

json_t *look_attempt(const struct store_attempt *attempt)
{
	json_t *json = json_pack(
		"{s:i, s:s}", "attempt", (int)attempt->number, "state", state_name(attempt->state));

	put_text(json, "outcome", attempt->outcome);
	put_text(json, "reason", attempt->reason);
	if (attempt->outcome)
		json_object_set_new(json, "code", json_integer((json_int_t)attempt->code));
	put_time(json, "started", &attempt->started);
	put_time(json, "ended", &attempt->ended);
	return json;
}
