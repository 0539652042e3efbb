/* What the jobs of a test do, as the engine would tell and store it. */
#pragma once

#include "unit/queue/queue_case.h"

static inline struct store_change job_change(const struct job *job, enum state state)
{
	struct store_change change = { .kind = STORE_JOB, .job = job->row };

	change.job.state = state;
	change.job.started = (struct store_time){ clock_wall_ns(), case_clock(job->test) };
	return change;
}

static inline struct store_change attempt_change(const struct job *job, enum state state)
{
	return (struct store_change){ .kind = STORE_ATTEMPT,
		.attempt = { .job = job->row.id, .number = job->row.attempt, .state = state } };
}

static inline struct store_change event_change(
	const struct job *job, const char *type, const char *data)
{
	return (struct store_change){ .kind = STORE_EVENT,
		.event = { .job = job->row.id,
			.attempt = job->row.attempt,
			.type = type,
			.data = data } };
}

static inline void job_tells(struct job *job, const char *type, json_t *data, int index)
{
	auto_json event =
		json_pack("{s:s, s:I, s:i, s:o}", "type", type, "job", (json_int_t)job->row.id,
			"attempt", (int)job->row.attempt, "data", data ? data : json_object());

	if (index >= 0)
		json_object_set_new(event, "assessment", json_integer(index));
	job->observer.event(job, event, job->observer.data);
}

/* Start the next job as the host would; NULL: none may start. */
static inline struct job *case_start(struct queue_case *test)
{
	unsigned before = test->launched;
	struct job *job;

	if (!queue_start_next(test->queue) || test->launched == before)
		return NULL;
	job = test->jobs[before];
	assert_int_equal(0, store_submit(test->store,
				    (struct store_change[]){ job_change(job, STATE_RUNNING),
					    attempt_change(job, STATE_RUNNING),
					    event_change(job, "job.begin", NULL) },
				    3, NULL, NULL, NULL));
	case_dispatch(test);
	job_tells(job, "job.begin", NULL, -1);
	return job;
}

static inline void store_task(struct job *job, unsigned index, enum state state, const char *reason)
{
	char name[] = { (char)('a' + index), 0 };
	struct store_change change = { .kind = STORE_ASSESSMENT,
		.assessment = { .job = job->row.id,
			.index = index,
			.name = name,
			.state = state,
			.reason = reason } };

	assert_int_equal(0, store_submit(job->test->store, &change, 1, NULL, NULL, NULL));
	case_dispatch(job->test);
	job->tasks[index] = state;
}

static inline void task_begins(struct job *job, unsigned index)
{
	job->begun = true;
	store_task(job, index, STATE_RUNNING, NULL);
}

static inline void task_ends(struct job *job, unsigned index, enum state state, const char *reason)
{
	store_task(job, index, state, reason);
	job_tells(
		job, "assessment.end", json_pack("{s:s}", "state", state_name(state)), (int)index);
}

/* As the engine ends a job: rows first, then the word. */
static inline void job_ends(
	struct job *job, const char *outcome, enum state state, const char *reason)
{
	auto_json summary = json_pack("{s:s, s:I, s:s*, s:{s:i}}", "outcome", outcome, "code", 0,
		"reason", reason, "receipt", "killed", 1);
	auto_free char *text = json_dumps(summary, 0);
	struct store_change changes[] = { job_change(job, state), attempt_change(job, state),
		{ .kind = STORE_TASK_MOVE,
			.move = { .job = job->row.id,
				.from = 1u << STATE_NOT_SUBMITTED | 1u << STATE_QUEUED,
				.state = STATE_CANCELED,
				.reason = reason ? reason : "not_run" } },
		event_change(job, "job.end", text) };

	changes[0].job.outcome = outcome;
	changes[0].job.reason = reason;
	changes[0].job.message = job->killed[0] ? job->message : NULL;
	changes[0].job.ended = (struct store_time){ clock_wall_ns(), case_clock(job->test) };
	assert_int_equal(0, store_submit(job->test->store, changes, 4, NULL, NULL, NULL));
	case_dispatch(job->test);
	job->over = true;
	job->observer.ended(job, S_OK, summary, job->observer.data);
	case_dispatch(job->test);
}

/* As it does for one that was killed. */
static inline void job_dies(struct job *job)
{
	for (unsigned index = 0; index < job->tasks_count; index++)
		if (job->tasks[index] == STATE_RUNNING)
			task_ends(job, index, STATE_FAILED, job->killed);
	job_ends(job, "canceled", STATE_CANCELED, job->killed);
}

static inline void job_finishes(struct job *job)
{
	for (unsigned index = 0; index < job->tasks_count; index++)
		if (job->tasks[index] == STATE_QUEUED)
			store_task(job, index, STATE_FINISHED, NULL);
	job_ends(job, "finished", STATE_FINISHED, NULL);
}
