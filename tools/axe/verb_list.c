/* axe list: the jobs that there are, as the queue of a daemon or their folders tell. */
#include <stdio.h>
#include <string.h>

#include "axe/client.h"
#include "axe/list_queue.h"
#include "axe/output.h"
#include "axe/queue_call.h"
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
	struct list_query query;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "state", 0, OPTION_LIST, offsetof(struct list_values, query.states), "STATE",
		"jobs in this state, such as Queued; may be repeated", NULL },
	{ "owner", 0, OPTION_TEXT, offsetof(struct list_values, query.owner), "USER",
		"jobs of this user", NULL },
	{ "limit", 0, OPTION_TEXT, offsetof(struct list_values, query.limit), "N",
		"so many of them, at most 1000 (100)", NULL },
	{ "page", 0, OPTION_TEXT, offsetof(struct list_values, query.page), "PAGE",
		"go on where a listing ended", NULL },
	{ "all", 0, OPTION_FLAG, offsetof(struct list_values, query.all), NULL, "all of them",
		NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct list_values, client.state_dir), "DIR",
		"read the folders there, of jobs without a daemon (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct list_values, client.socket), "PATH",
		QUEUE_SOCKET_HELP, NULL },
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

static int list_folders(const struct list_values *values)
{
	auto_json jobs = json_array();
	struct error error = { 0 };
	int code = collect(jobs, &values->client, &error);

	if (code < 0) {
		fprintf(stderr, "axe list: %s\n", error.text);
		return client_exit_code(code);
	}
	report(jobs, (enum output_format)values->format);
	return EXIT_CODE_PASSED;
}

/* *ret_connection stays NULL: nobody is there, a folder is asked for, or a supervisor that has its
 * one job only. An exit code where one that was named is not there. */
static int reach_queue(const struct client_options *client, struct connection **ret_connection)
{
	static const char private[] = JOB_LIVE_RUN_DIR "/";
	const char *socket = client_socket(client);

	if (socket && strncmp(socket, private, sizeof(private) - 1) == 0)
		return EXIT_CODE_PASSED;
	if (socket)
		return queue_open("list", socket, ret_connection);
	if (!client->state_dir)
		connection_open(QUEUE_SOCKET_DEFAULT, ret_connection, NULL);
	return EXIT_CODE_PASSED;
}

int verb_list(int argc, char **argv)
{
	struct list_values values = { .format = OUTPUT_TABLE };
	auto_of(connection) struct connection *connection = NULL;
	bool lacking = true;
	const char *given;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count)
		return verb_refuse("list", "unexpected `%s`", operands.words[0]);
	code = reach_queue(&values.client, &connection);
	if (code)
		return code;
	if (connection)
		code = list_queue(
			connection, &values.query, (enum output_format)values.format, &lacking);
	if (!lacking)
		return code;
	given = list_query_given(&values.query);
	if (given && !client_socket(&values.client))
		return verb_refuse(
			"list", "%s is for the queue of a daemon: name it with --socket", given);
	return list_folders(&values);
}
