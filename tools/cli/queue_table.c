/* Jobs and tasks of a queue as tables for people. */
#include "cli/queue_table.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/result_text.h"
#include "cli/table.h"
#include "model/state.h"

#define DAY_S 86400

static const struct table_column job_columns[] = {
	{ .title = "JOB", .right = true },
	{ .title = "NAME", .flexible = true },
	{ .title = "OWNER", .flexible = true },
	{ .title = "STATE" },
	{ .title = "PRI", .right = true },
	{ .title = "AGE", .right = true },
	{ .title = "TASKS", .right = true },
	{ .title = "WHY", .flexible = true },
};

static const struct table_column attempt_columns[] = {
	{ .title = "ATTEMPT", .right = true },
	{ .title = "STATE" },
	{ .title = "OUTCOME" },
	{ .title = "STARTED" },
	{ .title = "ENDED" },
	{ .title = "WHY", .flexible = true },
};

static const struct table_column task_columns[] = {
	{ .title = "INDEX", .right = true },
	{ .title = "NAME", .flexible = true },
	{ .title = "STATE" },
	{ .title = "ATTEMPT", .right = true },
	{ .title = "VERDICT" },
	{ .title = "TIME", .right = true },
	{ .title = "PROCS", .right = true },
	{ .title = "PEAK", .right = true },
	{ .title = "WHY", .flexible = true },
};

const char *queue_age(const char *time, int64_t now_s, char buffer[static QUEUE_AGE_SIZE])
{
	struct tm parts = { .tm_isdst = 0 };
	int64_t age_s;

	if (!time || !strptime(time, "%Y-%m-%dT%H:%M:%S", &parts))
		return strcpy(buffer, "-");
	age_s = now_s - (int64_t)timegm(&parts);
	/* A clock that was set back tells no age. */
	if (age_s < 0)
		age_s = 0;
	if (age_s < 60)
		snprintf(buffer, QUEUE_AGE_SIZE, "%llds", (long long)age_s);
	else if (age_s < 3600)
		snprintf(buffer, QUEUE_AGE_SIZE, "%lldm", (long long)age_s / 60);
	else if (age_s < 2 * DAY_S)
		snprintf(buffer, QUEUE_AGE_SIZE, "%lldh", (long long)age_s / 3600);
	else
		snprintf(buffer, QUEUE_AGE_SIZE, "%lldd", (long long)age_s / DAY_S);
	return buffer;
}

static void add_safe(struct table *table, const char *text)
{
	auto_free char *safe = terminal_safe(text);

	table_add(table, "%s", safe ? safe : "?");
}

static void add_time(struct table *table, const char *time)
{
	/* Without the fraction of a second. */
	table_add(table, "%.19s", time ? time : "-");
}

static void add_state(struct table *table, const json_t *object, bool held)
{
	const char *name = field_text(object, "state");
	enum state state;

	if (held)
		table_add_painted(table, PAINT_WARNING, "Queued, held");
	else if (name && state_from_name(name, &state) && state == STATE_FAILED)
		table_add_painted(table, PAINT_BAD, name);
	else if (name && state_from_name(name, &state) && state == STATE_FINISHED)
		table_add_painted(table, PAINT_GOOD, name);
	else
		add_safe(table, name);
}

static bool is_queued(const json_t *job)
{
	const char *state = field_text(job, "state");

	return state && strcmp(state, state_name(STATE_QUEUED)) == 0;
}

/* How many of its tasks have ended, of how many. */
static void add_tally(struct table *table, const json_t *job)
{
	const json_t *counts = json_object_get(job, "task_states");
	long long ended = 0, all = 0;

	for (int state = 0; state < STATE_COUNT; state++) {
		long long count = (long long)field_integer(counts, state_name((enum state)state));

		all += count;
		if (state >= STATE_FINISHED)
			ended += count;
	}
	table_add(table, "%lld/%lld", ended, all);
}

static const char *latest_time(const json_t *job)
{
	static const char *const names[] = { "ended", "started", "submitted", "created" };

	for (size_t at = 0; at < sizeof(names) / sizeof(*names); at++)
		if (field_text(job, names[at]))
			return field_text(job, names[at]);
	return NULL;
}

static void add_job(struct table *table, const json_t *job, int64_t now_s)
{
	const char *owner = field_text(job, "owner_name"), *why = field_text(job, "message");
	char age[QUEUE_AGE_SIZE];

	table_add(table, "%lld", (long long)field_integer(job, "job"));
	add_safe(table, field_text(job, "name"));
	if (owner)
		add_safe(table, owner);
	else
		table_add(table, "%lld", (long long)field_integer(job, "owner"));
	add_state(table, job, is_queued(job) && json_is_true(json_object_get(job, "held")));
	table_add(table, "%lld", (long long)field_integer(job, "priority"));
	table_add(table, "%s", queue_age(latest_time(job), now_s, age));
	add_tally(table, job);
	add_safe(table, why && *why ? why : field_text(job, "reason"));
}

void queue_table_jobs(const json_t *jobs, int64_t now_s, const struct terminal *terminal)
{
	auto_of(table) struct table *table =
		table_create(job_columns, sizeof(job_columns) / sizeof(*job_columns));
	json_t *job;
	size_t index;

	json_array_foreach ((json_t *)jobs, index, job)
		add_job(table, job, now_s);
	table_print(table, terminal);
}

void queue_table_attempts(const json_t *attempts, const struct terminal *terminal)
{
	auto_of(table) struct table *table =
		table_create(attempt_columns, sizeof(attempt_columns) / sizeof(*attempt_columns));
	json_t *attempt;
	size_t index;

	json_array_foreach ((json_t *)attempts, index, attempt) {
		table_add(table, "%lld", (long long)field_integer(attempt, "attempt"));
		add_state(table, attempt, false);
		add_safe(table, field_text(attempt, "outcome"));
		add_time(table, field_text(attempt, "started"));
		add_time(table, field_text(attempt, "ended"));
		add_safe(table, field_text(attempt, "reason"));
	}
	table_print(table, terminal);
}

/* NULL: it has no result. */
static const json_t *find_result(const json_t *assessments, json_int_t index)
{
	for (size_t left = json_array_size(assessments); left > 0; left--) {
		const json_t *result = json_array_get(assessments, left - 1);

		if (field_integer(result, "index") == index)
			return result;
	}
	return NULL;
}

static void add_result(struct table *table, const json_t *task, const json_t *result)
{
	const json_t *usage = json_object_get(result, "usage");
	const json_t *processes = json_object_get(result, "processes");
	char reason[RESULT_REASON_SIZE] = "", peak[TEXT_BYTES_SIZE] = "-";

	if (json_is_integer(json_object_get(usage, "memory_peak_bytes")))
		text_format_bytes((uint64_t)field_integer(usage, "memory_peak_bytes"), peak);
	if (json_is_integer(json_object_get(processes, "seen")))
		table_add(table, "%lld", (long long)field_integer(processes, "seen"));
	else
		table_add(table, "-");
	table_add(table, "%s", peak);
	if (result)
		result_reason(result, reason);
	if (reason[0])
		table_add(table, "%s", reason);
	else
		add_safe(table, field_text(task, "reason"));
}

static void add_task(struct table *table, const json_t *task, const json_t *assessments)
{
	const char *verdict = field_text(task, "verdict");
	json_int_t index = field_integer(task, "index"), attempt = field_integer(task, "attempt");
	char time[TEXT_DURATION_SIZE] = "-";

	if (json_is_number(json_object_get(task, "duration_ms")))
		text_format_duration(field_ms_as_ns(task, "duration_ms"), time);
	table_add(table, "%lld", (long long)index);
	add_safe(table, field_text(task, "name"));
	add_state(table, task, false);
	if (attempt)
		table_add(table, "%lld", (long long)attempt);
	else
		table_add(table, "-");
	if (verdict)
		table_add_painted(table, result_paint(verdict), verdict);
	else
		table_add(table, "-");
	table_add(table, "%s", time);
	add_result(table, task, verdict ? find_result(assessments, index) : NULL);
}

void queue_table_tasks(
	const json_t *tasks, const json_t *assessments, const struct terminal *terminal)
{
	auto_of(table) struct table *table =
		table_create(task_columns, sizeof(task_columns) / sizeof(*task_columns));
	json_t *task;
	size_t index;

	json_array_foreach ((json_t *)tasks, index, task)
		add_task(table, task, assessments);
	table_print(table, terminal);
}
