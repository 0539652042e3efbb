/* axe watch: the events of a job, or of all jobs of a daemon, as they come. */
#include <errno.h>
#include <stdio.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/job_wait.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/job_events.h"
#include "cli/story.h"
#include "libaxe/connection.h"

#define DAEMON_SOCKET "/run/axe/axed.sock"
#define NUMBER_MAX    999999999999999999u /* a JSON integer holds it */

struct watch_values {
	const char *state_dir, *socket, *after;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "after", 0, OPTION_TEXT, offsetof(struct watch_values, after), "SEQ",
		"only what came after the event of this number", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct watch_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct watch_values, socket), "PATH",
		"ask the supervisor there (AXE_SOCKET, else " DAEMON_SOCKET ")", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct watch_values, format), "FORMAT",
		"table (words), json or ndjson", output_format_names },
};
const struct option_table watch_options = OPTION_TABLE(rows);

struct watch {
	struct story story;
	struct terminal terminal;
	enum output_format format;
	bool told;
};

/* Whoever reads them wants them now. */
static int tell(const json_t *event, void *data)
{
	struct watch *watch = data;

	switch (watch->format) {
	case OUTPUT_TABLE:
		story_tell(&watch->story, event);
		break;
	case OUTPUT_JSON:
		fputs(watch->told ? ",\n" : "[\n", stdout);
		json_dumpf(event, stdout, JSON_COMPACT | JSON_DECIMALS);
		break;
	case OUTPUT_NDJSON:
		output_json(event, OUTPUT_NDJSON);
		break;
	}
	watch->told = true;
	return fflush(stdout) == EOF;
}

static int watch(struct job_events *events, long long job, enum output_format format)
{
	struct watch telling = { .format = format };
	auto_json summary = NULL;
	struct error error = { 0 };
	int code;

	terminal_init(&telling.terminal, stdout);
	telling.story.terminal = &telling.terminal;
	events->event = tell;
	events->data = &telling;
	code = job_events_tell(events, &summary, &error);
	if (format == OUTPUT_JSON)
		puts(telling.told ? "\n]" : "[]");
	return events->job ? job_wait_exit("watch", job, code, summary, &error) : code;
}

static int watch_job(const struct operands *operands, const struct watch_values *values,
	struct job_events *events)
{
	struct job_operand operand;
	int code = job_operand_open("watch", operands, values->state_dir, values->socket, &operand);

	if (code)
		return code;
	events->connection = operand.connection;
	events->folder = operand.folder;
	events->job = operand.name.job;
	events->attempt = job_operand_attempt(&operand);
	events->since = job_operand_since(&operand);
	code = operand.name.has_index
		       ? verb_refuse("watch", "only a whole job can be watched: say %lld",
				 (long long)operand.name.job)
		       : watch(events, (long long)operand.name.job,
				 (enum output_format)values->format);
	job_operand_finish(&operand);
	return code;
}

/* Until somebody interrupts us, or the supervisor ends. */
static int watch_all(const struct watch_values *values, struct job_events *events)
{
	const struct client_options options = { .socket = values->socket };
	const char *asked = client_socket(&options);
	auto_of(connection) struct connection *connection = NULL;
	struct error error = { 0 };
	int code = connection_open(asked ? asked : DAEMON_SOCKET, &connection, &error);

	if (code < 0) {
		fprintf(stderr, "axe watch: %s; name a JOB, or a daemon with --socket\n",
			error.text);
		return code == -ENOENT ? EXIT_CODE_UNREACHABLE : client_exit_code(code);
	}
	events->connection = connection;
	events->from_now = !values->after;
	code = watch(events, 0, (enum output_format)values->format);
	if (code == 0)
		return EXIT_CODE_PASSED;
	fprintf(stderr, "axe watch: %s\n",
		code == -ENOSYS ? "this supervisor keeps no events: watch its JOB"
				: "the supervisor has ended");
	return EXIT_CODE_UNREACHABLE;
}

int verb_watch(int argc, char **argv)
{
	struct watch_values values = { .format = OUTPUT_TABLE };
	struct job_events events = { .folder = NULL };
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (values.after && text_parse_number(values.after, 0, NUMBER_MAX, &events.after) < 0)
		return verb_refuse("watch", "--after: expected the number of an event, found `%s`",
			values.after);
	return operands.count ? watch_job(&operands, &values, &events)
			      : watch_all(&values, &events);
}
