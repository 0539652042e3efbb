/* axe wait: wait for the end of a job, and end as it ended. */
#include <stdio.h>
#include <string.h>

#include "axe/job_operand.h"
#include "axe/job_wait.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/job_events.h"

struct wait_values {
	const char *state_dir, *socket;
	struct option_duration timeout;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "timeout", 0, OPTION_DURATION, offsetof(struct wait_values, timeout), "D",
		"give up after this time (exit 124); the job goes on", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct wait_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct wait_values, socket), "PATH",
		"ask the supervisor there", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct wait_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
};
const struct option_table wait_options = OPTION_TABLE(rows);

static void report(long long job, const json_t *summary, enum output_format format)
{
	const char *outcome = field_text(summary, "outcome");

	if (format == OUTPUT_TABLE)
		printf("%lld %s\n", job, outcome ? outcome : "?");
	else
		output_json(summary, format);
}

/* The end of a job that a queue knows, from its results or, where nothing was run, by its state. */
static json_t *recall_end(const struct job_operand *operand)
{
	const json_t *queued = json_object_get(operand->queued, "job");
	auto_json job = operand->folder ? job_folder_read(operand->folder, NULL) : NULL;
	const char *outcome = field_text(queued, "outcome"), *state = field_text(queued, "state");

	if (outcome && field_text(job, "outcome") &&
		strcmp(outcome, field_text(job, "outcome")) == 0)
		return json_incref(job);
	if (!outcome)
		outcome = strcmp(state, "Finished") == 0   ? "finished"
			  : strcmp(state, "Canceled") == 0 ? "canceled"
							   : "failed";
	return json_pack("{s:I, s:s, s:s, s:O?, s:{}}", "job", (json_int_t)operand->name.job,
		"outcome", outcome, "state", state, "message", json_object_get(queued, "message"),
		"counts");
}

static int wait_for_end(const struct job_operand *operand, const struct wait_values *values)
{
	const struct job_events events = {
		.connection = operand->connection,
		.folder = operand->folder,
		.job = operand->name.job,
		.attempt = job_operand_attempt(operand),
		.since = job_operand_since(operand),
		.deadline_ns = values->timeout.set ? clock_monotonic_ns() + values->timeout.ns : 0,
	};
	long long job = (long long)operand->name.job;
	auto_json summary = NULL;
	struct error error = { 0 };
	int code = 0;

	if (job_operand_has_ended(operand))
		summary = recall_end(operand);
	else
		code = job_events_tell(&events, &summary, &error);

	if (summary)
		report(job, summary, (enum output_format)values->format);
	return job_wait_exit("wait", job, code, summary, &error);
}

int verb_wait(int argc, char **argv)
{
	struct wait_values values = { .format = OUTPUT_TABLE };
	struct job_operand operand;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = job_operand_open("wait", &operands, values.state_dir, values.socket, &operand);
	if (code)
		return code;
	code = operand.name.has_index
		       ? verb_refuse("wait", "only a whole job can be waited for: say %lld",
				 (long long)operand.name.job)
		       : wait_for_end(&operand, &values);
	job_operand_finish(&operand);
	return code;
}
