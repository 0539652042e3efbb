/* What became of the jobs of a test, as any caller would see it. */
#pragma once

#include "unit/queue/queue_calls.h"
#include "unit/queue/queue_jobs.h"

/* GetJob's `job`; a new reference. */
static inline json_t *case_get(struct queue_case *test, uint64_t id)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_get(test->queue, &caller, id);
	expect_done(&answer);
	return json_incref(json_object_get(answer.parameters, "job"));
}

static inline void expect_state(struct queue_case *test, uint64_t id, const char *state)
{
	auto_json job = case_get(test, id);

	assert_string_equal(state, text_in(job, "state"));
}

static inline void expect_no_job(struct queue_case *test, uint64_t id)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_get(test->queue, &caller, id);
	expect_refused(&answer, "NotFound", AXE_E_NOT_FOUND);
}

/* "Finished Failed/job_canceled Queued" */
static inline void expect_tasks(struct queue_case *test, uint64_t id, const char *expected)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	char text[512] = "";
	json_t *task;
	size_t at;

	queue_list_tasks(test->queue, &caller, id, 0, 0, 0);
	expect_done(&answer);
	json_array_foreach (json_object_get(answer.parameters, "tasks"), at, task) {
		const char *reason = json_string_value(json_object_get(task, "reason"));

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s",
			at ? " " : "", text_in(task, "state"), reason ? "/" : "",
			reason ? reason : "");
	}
	assert_string_equal(expected, text);
}

struct end_count {
	uint64_t job;
	unsigned ends, purges, task_cancels;
};

static inline void count_end(const struct store_event *event, void *data)
{
	struct end_count *count = data;

	if (event->job != count->job)
		return;
	count->ends += strcmp(event->type, "job.end") == 0;
	count->purges += strcmp(event->type, "job.purge") == 0;
	count->task_cancels += strcmp(event->type, "task.cancel") == 0 && event->actor;
}

static inline struct end_count case_count(struct queue_case *test, uint64_t id)
{
	struct store_event_page page = { .job = id };
	struct end_count count = { .job = id };

	assert_int_equal(0, store_read_events(test->store, &page, count_end, &count, NULL, NULL));
	return count;
}
