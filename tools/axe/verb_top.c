/* axe top: what a daemon runs now, and what waits, as it goes on. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "axe/client.h"
#include "axe/output.h"
#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/queue_story.h"
#include "cli/queue_top.h"
#include "libaxe/connection.h"

#define INTERVAL_DEFAULT_NS NS_PER_SEC
#define INTERVAL_LEAST_NS   (100 * NS_PER_MS)
#define JOBS_MOST           50 /* of those that wait */

struct top_values {
	const char *socket;
	struct option_duration interval;
	bool once;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "interval", 0, OPTION_DURATION, offsetof(struct top_values, interval), "D",
		"between two looks (1s)", NULL },
	{ "once", 0, OPTION_FLAG, offsetof(struct top_values, once), NULL,
		"look once; so it is without a terminal, unless --interval is given", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct top_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
	{ "socket", 0, OPTION_TEXT, offsetof(struct top_values, socket), "PATH", QUEUE_SOCKET_HELP,
		NULL },
};
const struct option_table top_options = OPTION_TABLE(rows);

static void add_lines(json_t *lines, const json_t *jobs, bool held_only)
{
	json_t *job;
	size_t index;

	json_array_foreach ((json_t *)jobs, index, job)
		if ((!held_only || json_is_true(json_object_get(job, "held"))) &&
			json_array_size(lines) < JOBS_MOST)
			json_array_append_new(lines, queue_story_line(job));
}

static int list(struct connection *connection, const char *state, bool held_only, json_t *lines)
{
	auto_json answer = NULL;
	int code = queue_call("top", connection, "ListJobs",
		json_pack("{s:[s], s:i}", "states", state, "limit", JOBS_MOST), &answer);

	add_lines(lines, json_object_get(answer, "jobs"), held_only);
	return code;
}

/* The next one first; those that are held come last. */
static int list_waiting(struct connection *connection, json_t *lines)
{
	auto_json answer = NULL;
	int code = queue_call(
		"top", connection, "ListWaiting", json_pack("{s:i}", "limit", JOBS_MOST), &answer);

	add_lines(lines, json_object_get(answer, "jobs"), false);
	return code ? code : list(connection, "Queued", true, lines);
}

/* {counts, running: as Engine.ListJobs, jobs: those of the queue that run, waiting}. An exit code,
 * which was explained, or 0. */
static int look(struct connection *connection, json_t **ret_view)
{
	struct client client = { .connection = connection };
	auto_json counter = NULL;
	auto_json running = json_array();
	auto_json waiting = json_array();
	auto_json live = NULL;
	int code = queue_call("top", connection, "GetJobCounter", NULL, &counter);

	if (code == 0)
		code = list(connection, "Running", false, running);
	if (code == 0)
		code = list_waiting(connection, waiting);
	if (code == 0)
		code = client_call("top", &client, "ListJobs", NULL, &live);
	if (code)
		return code;
	*ret_view = json_pack("{s:i, s:O*, s:O*, s:O*, s:O*}", "v", 1, "counts",
		json_object_get(counter, "counts"), "running", json_object_get(live, "jobs"),
		"jobs", running, "waiting", waiting);
	return 0;
}

static int show_once(struct connection *connection, const struct top_values *values)
{
	auto_json view = NULL;
	struct terminal terminal;
	int code = look(connection, &view);

	if (code)
		return code;
	terminal_init(&terminal, stdout);
	if (values->format == OUTPUT_TABLE)
		queue_top_print(view, time(NULL), &terminal);
	else
		output_json(view, (enum output_format)values->format);
	return fflush(stdout) == EOF ? EXIT_CODE_INFRASTRUCTURE : EXIT_CODE_PASSED;
}

/* Until it is interrupted, which is how a person leaves it. */
static int show_on(struct connection *connection, const struct top_values *values)
{
	uint64_t interval_ns = values->interval.set ? values->interval.ns : INTERVAL_DEFAULT_NS;
	auto_fd signals = -1;
	sigset_t ends;

	if (interval_ns < INTERVAL_LEAST_NS)
		interval_ns = INTERVAL_LEAST_NS;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	for (;;) {
		struct pollfd poller = { .fd = signals, .events = POLLIN };
		int code = show_once(connection, values);

		if (code)
			return code;
		if (poll(&poller, 1, (int)(interval_ns / NS_PER_MS)) > 0)
			return EXIT_CODE_PASSED;
	}
}

int verb_top(int argc, char **argv)
{
	struct top_values values = { .format = OUTPUT_TABLE };
	auto_of(connection) struct connection *connection = NULL;
	struct operands operands;
	bool live;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count)
		return verb_refuse("top", "unexpected `%s`", operands.words[0]);
	if (values.interval.set && values.interval.ns > INT32_MAX * NS_PER_MS)
		return verb_refuse("top", "--interval: so long nobody waits");
	code = queue_open("top", values.socket, &connection);
	if (code)
		return code;
	live = values.interval.set || (isatty(STDOUT_FILENO) && values.format == OUTPUT_TABLE);
	return live && !values.once ? show_on(connection, &values) : show_once(connection, &values);
}
