/* A job in words and a table, on standard output. */
#include "axe/show_text.h"

#include <stdio.h>
#include <string.h>

#include "axe/show_asked.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/queue_table.h"
#include "cli/result_text.h"
#include "cli/table.h"

static const struct table_column columns[] = {
	{ .title = "INDEX", .right = true },
	{ .title = "NAME", .flexible = true },
	{ .title = "VERDICT" },
	{ .title = "TIME", .right = true },
	{ .title = "PROCS", .right = true },
	{ .title = "PEAK", .right = true },
	{ .title = "WHY", .flexible = true },
};

static const struct output_row {
	const char *name;
	const char *file; /* below the job's folder; "": the folder */
} file_rows[] = {
	{ "files", "" },
	{ "results", "/results.json" },
	{ "trace", "/trace.ndjson" },
};

static void print_field(const char *name, const char *text)
{
	auto_free char *safe = terminal_safe(text);

	printf("%-10s %s\n", name, safe ? safe : "?");
}

static void print_person(const json_t *job)
{
	const json_t *by = json_object_get(job, "by");
	const char *owner = field_text(job, "owner_name");
	auto_free char *comm = NULL, *name = terminal_safe(owner);

	if (json_is_integer(json_object_get(job, "owner")))
		printf("%-10s %s%suid %lld\n", "owner", owner ? name : "", owner ? ", " : "",
			(long long)field_integer(job, "owner"));

	if (!json_is_integer(json_object_get(by, "uid")))
		return;
	comm = terminal_safe(field_text(by, "comm"));
	printf("%-10s uid %lld (%s, pid %lld)\n", "by", (long long)field_integer(by, "uid"), comm,
		(long long)field_integer(by, "pid"));
}

/* Where it stands in a daemon's queue. */
static void print_place(const json_t *job)
{
	if (!json_is_integer(json_object_get(job, "priority")))
		return;
	printf("%-10s %lld%s", "priority", (long long)field_integer(job, "priority"),
		json_is_true(json_object_get(job, "held")) ? ", held" : "");
	if (json_is_integer(json_object_get(job, "rank")))
		printf(", %lld before it", (long long)field_integer(job, "rank"));
	if (field_integer(job, "processors") > 1)
		printf(", %lld processors", (long long)field_integer(job, "processors"));
	putchar('\n');
}

static void print_times(const json_t *job)
{
	static const char *const times[] = { "created", "submitted", "started", "ended" };
	const char *kept = field_text(job, "purge_after");

	for (size_t at = 0; at < sizeof(times) / sizeof(*times); at++)
		if (field_text(job, times[at]) || strcmp(times[at], "started") == 0)
			print_field(times[at], field_text(job, times[at]));
	if (kept)
		printf("%-10s at least until %.19s\n", "kept", kept);
}

static void print_head(const json_t *job)
{
	const char *outcome = field_text(job, "outcome"), *code = field_text(job, "code_name");
	char time[TEXT_DURATION_SIZE];

	printf("%-10s %lld\n", "job", (long long)field_integer(job, "job"));
	print_field("name", field_text(job, "name"));
	print_field("state", field_text(job, "state"));
	if (outcome && code)
		printf("%-10s %s (%s)\n", "outcome", outcome, code);
	else if (outcome)
		print_field("outcome", outcome);
	if (field_text(job, "reason"))
		print_field("reason", field_text(job, "reason"));
	if (field_text(job, "message"))
		print_field("message", field_text(job, "message"));
	show_asked(json_object_get(job, "asked"));
	print_place(job);
	print_times(job);
	print_person(job);
	if (json_is_number(json_object_get(job, "duration_ms")))
		printf("%-10s %s\n", "time",
			text_format_duration(field_ms_as_ns(job, "duration_ms"), time));
	if (strcmp(field_text(job, "state"), "Incomplete") == 0)
		puts("           its supervisor ended without results; what follows was written "
		     "before");
}

static void add_row(struct table *table, const json_t *result)
{
	auto_free char *name = terminal_safe(field_text(result, "name"));
	const char *verdict = field_text(result, "verdict");
	const json_t *usage = json_object_get(result, "usage");
	const json_t *processes = json_object_get(result, "processes");
	char reason[RESULT_REASON_SIZE], time[TEXT_DURATION_SIZE] = "-";
	char peak[TEXT_BYTES_SIZE] = "-";

	if (json_is_number(json_object_get(result, "duration_ms")))
		text_format_duration(field_ms_as_ns(result, "duration_ms"), time);
	if (json_is_integer(json_object_get(usage, "memory_peak_bytes")))
		text_format_bytes((uint64_t)field_integer(usage, "memory_peak_bytes"), peak);
	if (field_integer(result, "try") > 1)
		table_add(table, "%lld.%lld", (long long)field_integer(result, "index"),
			(long long)field_integer(result, "try"));
	else
		table_add(table, "%lld", (long long)field_integer(result, "index"));
	table_add(table, "%s", name ? name : "?");
	table_add_painted(table, result_paint(verdict), verdict ? verdict : "?");
	table_add(table, "%s", time);
	table_add(table, "%lld", (long long)field_integer(processes, "seen"));
	table_add(table, "%s", peak);
	table_add(table, "%s", result_reason(result, reason));
}

static void print_results(const json_t *job, const struct terminal *terminal)
{
	auto_of(table) struct table *table =
		table_create(columns, sizeof(columns) / sizeof(*columns));
	json_t *result;
	size_t index;

	json_array_foreach (json_object_get(job, "assessments"), index, result)
		add_row(table, result);
	table_print(table, terminal);
}

static void print_table(const json_t *job, const struct terminal *terminal)
{
	const json_t *history = json_object_get(job, "history");
	const json_t *tasks = json_object_get(job, "tasks");

	if (!tasks) {
		print_results(job, terminal);
		return;
	}
	if (json_array_size(history) > 1) {
		queue_table_attempts(history, terminal);
		putchar('\n');
	}
	queue_table_tasks(tasks, json_object_get(job, "assessments"), terminal);
}

static void print_remarks(const json_t *job, const struct terminal *terminal)
{
	json_t *result;
	size_t index;

	json_array_foreach (json_object_get(job, "assessments"), index, result) {
		auto_free char *title = result_title(result);
		auto_free char *prefix = NULL;

		if (asprintf(&prefix, "%s: ", title ? title : "?") < 0) {
			prefix = NULL;
			continue;
		}
		result_print_leaks(result, prefix, terminal);
		result_print_warnings(result, prefix, terminal);
	}
}

static void print_details(const json_t *job)
{
	json_t *result;
	size_t index;

	json_array_foreach (json_object_get(job, "assessments"), index, result) {
		auto_free char *text =
			json_dumps(result, JSON_INDENT(2) | JSON_DECIMALS | JSON_ENSURE_ASCII);

		printf("\n%s\n", text ? text : "");
	}
}

static void print_running(const json_t *job)
{
	json_t *running;
	size_t index;

	json_array_foreach (json_object_get(job, "running"), index, running) {
		auto_free char *name = terminal_safe(field_text(running, "name"));
		char time[TEXT_DURATION_SIZE];

		printf("%-10s %lld %s, %s so far, %lld processes\n", "running",
			(long long)field_integer(running, "index"), name ? name : "?",
			text_format_duration(field_ms_as_ns(running, "elapsed_ms"), time),
			(long long)field_integer(running, "processes"));
	}
}

void show_text(const json_t *job, bool details)
{
	auto_free char *directory = terminal_safe(field_text(job, "directory"));
	struct terminal terminal;

	terminal_init(&terminal, stdout);
	print_head(job);
	print_running(job);
	for (size_t index = 0; index < sizeof(file_rows) / sizeof(*file_rows); index++)
		printf("%-10s %s%s\n", file_rows[index].name, directory, file_rows[index].file);
	putchar('\n');
	print_table(job, &terminal);
	result_print_survivors(json_object_get(job, "survivors"), "", &terminal);
	print_remarks(job, &terminal);
	if (details)
		print_details(job);
}
