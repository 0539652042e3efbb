/* What an event of a job changes in the store: the rows that go into one transaction with it. */
#include "engine/job_rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "engine/job_parts.h"
#include "model/manifest.h"
#include "model/verdict.h"

static struct store_time time_now(void)
{
	return (struct store_time){ clock_wall_ns(), clock_monotonic_ns() };
}

static unsigned number_of(const json_t *event, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(event, key));
}

static struct store_change *add(struct job_rows *rows, enum store_change_kind kind)
{
	struct store_change *change = &rows->changes[rows->count++];

	memset(change, 0, sizeof(*change));
	change->kind = kind;
	return change;
}

static struct store_job own_row(const struct job *job)
{
	return (struct store_job){
		.id = job_id(job),
		.owner = job_owner(job),
		.priority = 2,
		.created = job->created,
		.submitted = job->created,
	};
}

static void add_job(struct job_rows *rows, const struct job *job, enum state state)
{
	struct store_change *change = add(rows, STORE_JOB);

	change->job = job_is_queued(job) ? job->row : own_row(job);
	change->job.name = job->manifest->name;
	change->job.state = state;
	change->job.attempt = job->started.mono_ns ? job->context.attempt : 0;
	change->job.started = job->started;
	change->job.manifest = rows->manifest;
	/* What never began has made no attempt. */
	if (!job->started.mono_ns)
		return;
	change = add(rows, STORE_ATTEMPT);
	change->attempt = (struct store_attempt){
		.job = job_id(job),
		.number = job->context.attempt,
		.state = state,
		.started = job->started,
	};
}

static void job_waits_now(struct job_rows *rows, const struct job *job, const json_t *event)
{
	rows->manifest = json_dumps(job->manifest->source, JSON_COMPACT | JSON_DECIMALS);
	add_job(rows, job, STATE_QUEUED);
}

static void job_begins(struct job_rows *rows, const struct job *job, const json_t *event)
{
	/* The store has had that of a queued one since it was added. */
	if (!job_is_queued(job))
		rows->manifest = json_dumps(job->manifest->source, JSON_COMPACT | JSON_DECIMALS);
	add_job(rows, job, STATE_RUNNING);
}

static void attempt_ends(struct store_attempt *attempt, const struct store_job *job)
{
	attempt->outcome = job->outcome;
	attempt->code = job->code;
	attempt->reason = job->reason;
	attempt->ended = job->ended;
}

/* What decided the state, where it was not the tasks. */
static const char *end_reason(const struct job *job)
{
	if (job->abandoned)
		return "abandoned";
	if (job->reason)
		return job->reason;
	if (job->terminated)
		return "terminated";
	if (job->overrun)
		return "runtime";
	return job->canceled ? "canceled" : NULL;
}

/* Of the queue's tasks, those that were never run. */
static void rest_ends(struct job_rows *rows, const struct job *job)
{
	const char *reason = end_reason(job);

	if (job_is_queued(job))
		add(rows, STORE_TASK_MOVE)->move = (struct store_task_move){
			.job = job_id(job),
			.from = 1u << STATE_NOT_SUBMITTED | 1u << STATE_QUEUED,
			.state = STATE_CANCELED,
			.reason = reason ? reason : "not_run",
		};
}

/* In the same transaction: whoever finds the end finds that its files may be missing. */
static void files_wait(struct job_rows *rows, const struct job *job)
{
	if (!job->late.wanted)
		return;
	rows->not_run = json_dumps(job->late.not_run, JSON_COMPACT);
	/* Without memory for it they are synced all the same. */
	if (!rows->not_run)
		return;
	add(rows, STORE_UNSYNCED)->unsynced = (struct store_unsynced){
		.job = job_id(job),
		.attempt = job->context.attempt,
		.environment = job->late.environment,
		.not_run = rows->not_run,
	};
}

static void job_ends(struct job_rows *rows, const struct job *job, const json_t *event)
{
	const json_t *summary = json_object_get(event, "data");
	const char *outcome = json_string_value(json_object_get(summary, "outcome"));
	struct store_job *row;

	add_job(rows, job, state_of_outcome(outcome ? outcome : ""));
	row = &rows->changes[0].job;
	row->outcome = outcome;
	row->code = number_of(summary, "code");
	row->message = json_string_value(json_object_get(summary, "message"));
	row->reason = end_reason(job);
	row->ended = time_now();
	if (rows->count > 1)
		attempt_ends(&rows->changes[1].attempt, row);
	rest_ends(rows, job);
	files_wait(rows, job);
}

static void add_assessment(
	struct job_rows *rows, const struct job *job, const json_t *event, enum state state)
{
	struct store_change *change = add(rows, STORE_ASSESSMENT);
	unsigned index = number_of(event, "assessment");

	change->assessment = (struct store_assessment){
		.job = job_id(job),
		.index = index,
		.name = job->manifest->assessments[index]->name,
		.state = state,
	};
}

static struct store_try *add_try(struct job_rows *rows, const struct job *job, const json_t *event)
{
	struct store_change *change = add(rows, STORE_TRY);

	change->try = (struct store_try){
		.job = job_id(job),
		.attempt = job->context.attempt,
		.assessment = number_of(event, "assessment"),
		.number = number_of(event, "try"),
		.verdict = VERDICT_COUNT,
		.wait_status = -1,
	};
	return &change->try;
}

static void assessment_begins(struct job_rows *rows, const struct job *job, const json_t *event)
{
	add_assessment(rows, job, event, STATE_RUNNING);
	add_try(rows, job, event)->started = time_now();
}

/* wait(2)'s status back from the result's {"status"} or {"signal", "core"}. */
static int wait_status(const json_t *exit)
{
	const json_t *signal = json_object_get(exit, "signal");

	if (!json_is_object(exit))
		return -1;
	if (!signal)
		return (int)json_integer_value(json_object_get(exit, "status")) << 8;
	return (int)json_integer_value(signal) |
	       (json_is_true(json_object_get(exit, "core")) ? 0x80 : 0);
}

static void fill_try(struct job_rows *rows, struct store_try *row, const json_t *result)
{
	const char *verdict = json_string_value(json_object_get(result, "verdict"));

	if (verdict)
		verdict_from_name(verdict, &row->verdict);
	row->code = number_of(json_object_get(result, "error"), "code");
	row->wait_status = wait_status(json_object_get(result, "exit"));
	row->ended = time_now();
	rows->result = json_dumps(result, JSON_COMPACT | JSON_DECIMALS);
	row->result = rows->result;
}

static void try_ends(struct job_rows *rows, const struct job *job, const json_t *event)
{
	fill_try(rows, add_try(rows, job, event), json_object_get(event, "data"));
}

static const char *task_reason(const struct job *job, enum state state, const json_t *result)
{
	const char *verdict = json_string_value(json_object_get(result, "verdict"));
	bool terminated = verdict && !strcmp(verdict, verdict_name(VERDICT_TERMINATED));

	if (!terminated)
		return verdict;
	if (state == STATE_CANCELED)
		return JOB_REASON_TASK_CANCELED;
	return end_reason(job) ?: verdict;
}

static void assessment_ends(struct job_rows *rows, const struct job *job, const json_t *event)
{
	const json_t *result = json_object_get(event, "data");
	enum state state = STATE_FAILED;

	state_from_name(json_string_value(json_object_get(result, "state")), &state);
	add_assessment(rows, job, event, state);
	if (state != STATE_FINISHED)
		rows->changes[0].assessment.reason = task_reason(job, state, result);
	try_ends(rows, job, event);
}

static const struct rows_maker {
	enum trace_type type;
	void (*make)(struct job_rows *rows, const struct job *job, const json_t *event);
} makers[] = {
	{ TRACE_JOB_PENDING, job_waits_now },
	{ TRACE_JOB_BEGIN, job_begins },
	{ TRACE_ASSESSMENT_BEGIN, assessment_begins },
	{ TRACE_ASSESSMENT_TRY, try_ends },
	{ TRACE_ASSESSMENT_END, assessment_ends },
	{ TRACE_JOB_END, job_ends },
};

void job_rows_make(struct job_rows *rows, const struct job *job, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));

	memset(rows, 0, sizeof(*rows));
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		if (!strcmp(type, trace_type_name(makers[i].type)))
			makers[i].make(rows, job, event);
	}
}

void job_rows_finish(struct job_rows *rows)
{
	free(rows->not_run);
	free(rows->result);
	free(rows->manifest);
}
