/* axe list: the jobs that there are, as their folders tell. */
#include <stdio.h>

#include "axe/client.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/job_folder.h"
#include "cli/job_live.h"
#include "cli/table.h"
#include "libaxe/connection.h"
#include "model/verdict.h"

struct list_values {
	struct client_options client;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct list_values, client.state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct list_values, client.socket), "PATH",
		"ask the supervisor there, too (AXE_SOCKET)", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct list_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
};
const struct option_table list_options = OPTION_TABLE(rows);

static const struct table_column columns[] = {
	{ .title = "JOB", .right = true },
	{ .title = "NAME", .flexible = true },
	{ .title = "STATE" },
	{ .title = "OUTCOME" },
	{ .title = "STARTED" },
	{ .title = "TIME", .right = true },
	{ .title = "PASSED", .right = true },
	{ .title = "FAILED", .right = true },
	{ .title = "OTHER", .right = true },
};

/* NULL: the job went away while we looked. */
static json_t *read_job(const char *state_dir, uint64_t id, const json_t *daemons)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_of(job_folder) struct job_folder *folder = NULL;
	auto_json live = NULL;

	if (job_folder_open(state_dir, id, &folder, NULL) < 0)
		return NULL;
	live = job_live_find(daemons, id, folder->path);
	if (!live)
		job_live_connect(NULL, id, folder->path, &connection, &live, NULL);
	return job_folder_read(folder, live);
}

struct tally {
	long long passed, failed, other;
};

static struct tally count(const json_t *job)
{
	const json_t *counts = json_object_get(job, "counts");
	struct tally tally = { .passed = 0 };

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		long long number =
			(long long)field_integer(counts, verdict_name((enum verdict)verdict));

		if (verdict == VERDICT_PASSED)
			tally.passed += number;
		else if (verdict_is_failure((enum verdict)verdict))
			tally.failed += number;
		else
			tally.other += number;
	}
	return tally;
}

static void add_row(struct table *table, const json_t *job)
{
	auto_free char *name = terminal_safe(field_text(job, "name"));
	const char *state = field_text(job, "state"), *outcome = field_text(job, "outcome");
	const char *started = field_text(job, "started");
	struct tally tally = count(job);
	char time[TEXT_DURATION_SIZE] = "-";

	if (json_is_number(json_object_get(job, "duration_ms")))
		text_format_duration(field_ms_as_ns(job, "duration_ms"), time);
	table_add(table, "%lld", (long long)field_integer(job, "job"));
	table_add(table, "%s", name ? name : "?");
	table_add(table, "%s", state ? state : "?");
	table_add(table, "%s", outcome ? outcome : "-");
	/* Without the microseconds. */
	table_add(table, "%.19s", started ? started : "-");
	table_add(table, "%s", time);
	table_add(table, "%lld", tally.passed);
	if (tally.failed) {
		char text[24];

		snprintf(text, sizeof(text), "%lld", tally.failed);
		table_add_painted(table, PAINT_BAD, text);
	} else {
		table_add(table, "0");
	}
	table_add(table, "%lld", tally.other);
}

static void print(const json_t *jobs)
{
	auto_of(table) struct table *table =
		table_create(columns, sizeof(columns) / sizeof(*columns));
	struct terminal terminal;
	json_t *job;
	size_t index;

	json_array_foreach ((json_t *)jobs, index, job)
		add_row(table, job);
	terminal_init(&terminal, stdout);
	table_print(table, &terminal);
}

static void report(const json_t *jobs, enum output_format format)
{
	auto_json document = NULL;
	json_t *job;
	size_t index;

	switch (format) {
	case OUTPUT_TABLE:
		print(jobs);
		break;
	case OUTPUT_JSON:
		document = json_pack("{s:i, s:O}", "v", 1, "jobs", jobs);
		output_json(document, format);
		break;
	case OUTPUT_NDJSON:
		json_array_foreach ((json_t *)jobs, index, job)
			output_json(job, format);
		break;
	}
}

/* 0, or a negative code with its reason. */
static int add_stored(
	json_t *jobs, const char *state_dir, const json_t *daemons, struct error *error)
{
	auto_free uint64_t *ids = NULL;
	size_t ids_count;
	int code = job_folder_list(state_dir, &ids, &ids_count, error);

	for (size_t index = 0; code == 0 && index < ids_count; index++) {
		json_t *job = read_job(state_dir, ids[index], daemons);

		/* One assessment a line is for `show`. */
		json_object_del(job, "assessments");
		if (job)
			json_array_append_new(jobs, job);
	}
	return code;
}

static int collect(json_t *jobs, const struct client_options *client, struct error *error)
{
	const char *socket = client_socket(client);
	auto_json daemons = NULL;
	int code = socket ? job_live_list(socket, &daemons, error) : 0;

	if (code == 0)
		code = add_stored(jobs, client->state_dir, daemons, error);
	return code;
}

int verb_list(int argc, char **argv)
{
	struct list_values values = { .format = OUTPUT_TABLE };
	auto_json jobs = json_array();
	struct operands operands;
	struct error error = { 0 };
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count)
		return verb_refuse("list", "unexpected `%s`", operands.words[0]);
	code = collect(jobs, &values.client, &error);
	if (code < 0) {
		fprintf(stderr, "axe list: %s\n", error.text);
		return client_exit_code(code);
	}
	report(jobs, (enum output_format)values.format);
	return EXIT_CODE_PASSED;
}
