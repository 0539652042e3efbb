/* A daemon at one moment: what runs, and what waits. */
#include "cli/queue_top.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/queue_table.h"
#include "cli/table.h"
#include "model/state.h"

#define CLEAR     "\033[H\033[2J"
#define JOBS_MOST 50 /* shown of those that wait */

static const struct table_column columns[] = {
	{ .title = "JOB", .right = true },
	{ .title = "NAME", .flexible = true },
	{ .title = "TASK", .flexible = true },
	{ .title = "TIME", .right = true },
	{ .title = "TIMEOUT", .right = true },
	{ .title = "PROCS", .right = true },
	{ .title = "MEMORY", .right = true },
};

static void print_counts(const json_t *counts, const struct terminal *terminal)
{
	for (int state = 0; state < STATE_COUNT; state++) {
		const char *name = state_name((enum state)state);

		fprintf(terminal->stream, "%s%s %lld", state ? "  " : "", name,
			(long long)field_integer(counts, name));
	}
	fputs("\n\n", terminal->stream);
}

static void add_running(struct table *table, const json_t *job, const json_t *running)
{
	auto_free char *name = terminal_safe(field_text(job, "name"));
	auto_free char *task = terminal_safe(field_text(running, "name"));
	char time[TEXT_DURATION_SIZE], timeout[TEXT_DURATION_SIZE] = "-";
	char memory[TEXT_BYTES_SIZE] = "-";

	if (json_is_number(json_object_get(running, "timeout_ms")))
		text_format_duration(field_ms_as_ns(running, "timeout_ms"), timeout);
	if (json_is_integer(json_object_get(running, "memory_bytes")))
		text_format_bytes((uint64_t)field_integer(running, "memory_bytes"), memory);
	table_add(table, "%lld", (long long)field_integer(job, "job"));
	table_add(table, "%s", name);
	table_add(table, "%lld %s", (long long)field_integer(running, "index"), task);
	table_add(table, "%s", text_format_duration(field_ms_as_ns(running, "elapsed_ms"), time));
	table_add(table, "%s", timeout);
	table_add(table, "%lld", (long long)field_integer(running, "processes"));
	table_add(table, "%s", memory);
}

static void print_running(const json_t *jobs, const struct terminal *terminal)
{
	auto_of(table) struct table *table =
		table_create(columns, sizeof(columns) / sizeof(*columns));
	json_t *job, *running;
	size_t index, at;

	json_array_foreach ((json_t *)jobs, index, job)
		json_array_foreach (json_object_get(job, "running"), at, running)
			add_running(table, job, running);
	table_print(table, terminal);
}

static int compare_ranks(const void *one, const void *other)
{
	json_int_t first = field_integer(*(json_t *const *)one, "rank");
	json_int_t second = field_integer(*(json_t *const *)other, "rank");

	return (first > second) - (first < second);
}

/* The next to start comes first. */
static json_t *sort(const json_t *waiting)
{
	json_t *jobs[JOBS_MOST], *job, *sorted = json_array();
	size_t count = 0, index;

	json_array_foreach ((json_t *)waiting, index, job)
		if (count < JOBS_MOST)
			jobs[count++] = job;
	if (count)
		qsort(jobs, count, sizeof(*jobs), compare_ranks);
	for (index = 0; index < count; index++)
		json_array_append(sorted, jobs[index]);
	return sorted;
}

void queue_top_print(const json_t *view, int64_t now_s, const struct terminal *terminal)
{
	auto_json waiting = sort(json_object_get(view, "waiting"));

	if (terminal->interactive)
		fputs(CLEAR, terminal->stream);
	print_counts(json_object_get(view, "counts"), terminal);
	print_running(json_object_get(view, "running"), terminal);
	if (json_array_size(waiting)) {
		putc('\n', terminal->stream);
		queue_table_jobs(waiting, now_s, terminal);
	}
}
