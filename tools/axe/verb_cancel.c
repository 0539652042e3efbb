/* axe cancel: cancel a job or a task of a daemon's queue, or ask a job that runs to stop. */
#include <errno.h>
#include <stdio.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/receipt_text.h"
#include "libaxe/connection.h"

struct cancel_values {
	const char *state_dir, *socket, *message;
	bool soft, no_wait;
	struct option_duration grace;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "message", 0, OPTION_ANY, offsetof(struct cancel_values, message), "TEXT",
		"why, at most 320 characters; kept with the job", NULL },
	{ "no-wait", 0, OPTION_FLAG, offsetof(struct cancel_values, no_wait), NULL,
		"do not wait for its processes to be dead", NULL },
	{ "soft", 0, OPTION_FLAG, offsetof(struct cancel_values, soft), NULL,
		"ask what runs to stop, and start nothing more", NULL },
	{ "grace", 0, OPTION_DURATION, offsetof(struct cancel_values, grace), "D",
		"with --soft: kill what still runs after this time", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct cancel_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct cancel_values, socket), "PATH",
		"ask the supervisor there", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct cancel_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
};
const struct option_table cancel_options = OPTION_TABLE(rows);

/* ---- asking what runs ---- */

static json_t *make_parameters(const struct job_name *name, const struct option_duration *grace)
{
	json_t *parameters = json_pack("{s:I}", "job", (json_int_t)name->job);

	if (name->has_index)
		json_object_set_new(parameters, "index", json_integer(name->index));
	/* 0 would mean that nothing follows; a person who says 0 means at once. */
	if (grace->set)
		json_object_set_new(parameters, "grace_ns",
			json_integer((json_int_t)(grace->ns ? grace->ns : 1)));
	return parameters;
}

static int ask_to_stop(const struct job_operand *operand, const struct option_duration *grace)
{
	struct client client = { .connection = operand->connection };
	const char *method = operand->name.has_index ? "CancelAssessment" : "CancelJob";
	auto_json answer = NULL;
	int code = job_operand_check_runs("cancel", operand);

	if (code == 0)
		code = client_call(
			"cancel", &client, method, make_parameters(&operand->name, grace), &answer);
	if (code == 0)
		fprintf(stderr, "axe: asked it to stop; %s\n",
			grace->set ? "what still runs after the grace is killed"
				   : "nothing is killed (--grace sets when; `axe terminate` "
				     "kills now)");
	return code;
}

static int cancel_softly(const struct cancel_values *values, const struct operands *operands)
{
	struct job_operand operand;
	int code =
		job_operand_open("cancel", operands, values->state_dir, values->socket, &operand);

	if (code)
		return code;
	/* One assessment is only ever asked; all of a job is asked when a person says so. */
	if (values->message)
		code = verb_refuse("cancel",
			"--message is kept with a job of a daemon's queue, and this one is in "
			"none: leave it out");
	else if (!values->soft && !operand.name.has_index)
		code = verb_refuse("cancel",
			"needs the queue of a daemon, which this job is not in: use --soft to ask "
			"it to stop, or `axe terminate`");
	else
		code = ask_to_stop(&operand, &values->grace);
	job_operand_finish(&operand);
	return code;
}

/* ---- the queue's own ---- */

static json_t *make_request(const struct job_name *name, const struct cancel_values *values)
{
	json_t *request = json_pack("{s:I}", "job", (json_int_t)name->job);

	if (name->has_index)
		json_object_set_new(request, "index", json_integer(name->index));
	if (values->message)
		json_object_set_new(request, "message", json_string(values->message));
	if (values->no_wait && !name->has_index)
		json_object_set_new(request, "asynchronous", json_true());
	return request;
}

static void report(
	const struct job_name *name, const struct cancel_values *values, const json_t *answer)
{
	const json_t *receipt = json_object_get(answer, "receipt");
	struct terminal terminal;

	if (name->has_index)
		fprintf(stderr, "axe: task %u of job %lld is canceled\n", name->index,
			(long long)name->job);
	else
		fprintf(stderr, "axe: job %lld %s canceled\n", (long long)name->job,
			values->no_wait ? "is being" : "is");
	if (values->format != OUTPUT_TABLE) {
		auto_json line = json_pack("{s:I, s:O?}", "job", (json_int_t)name->job, "receipt",
			json_is_object(receipt) ? receipt : NULL);

		output_json(line, (enum output_format)values->format);
	} else if (json_is_object(receipt)) {
		terminal_init(&terminal, stdout);
		receipt_print(receipt, true, &terminal);
	}
}

static int cancel_one(struct connection *connection, const struct job_name *name, void *data)
{
	const struct cancel_values *values = data;
	auto_json answer = NULL;
	int code = queue_call("cancel", connection, name->has_index ? "CancelTask" : "CancelJob",
		make_request(name, values), &answer);

	if (code == 0)
		report(name, values, answer);
	return code;
}

/* Whether a queue has the one job that is named; several are always the queue's. */
static bool is_queued(const struct cancel_values *values, const struct operands *operands)
{
	const struct client_options client = { .socket = values->socket };
	struct job_name name;
	auto_json job = NULL;

	if (operands->count != 1)
		return operands->count > 1;
	/* A folder that was named is not the default daemon's. */
	if (job_name_parse(operands->words[0], &name, NULL) < 0 ||
		(values->state_dir && !client_socket(&client)))
		return false;
	switch (queue_look_up(values->socket, name.job, &job, NULL, NULL)) {
	case 0:
	case -EPERM:
		return true;
	default:
		return false;
	}
}

int verb_cancel(int argc, char **argv)
{
	struct cancel_values values = { .format = OUTPUT_TABLE };
	auto_json message = NULL;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	message = values.message ? json_string(values.message) : json_null();
	if (!message)
		return verb_refuse("cancel", "--message: not UTF-8");
	if (values.soft && values.message)
		return verb_refuse("cancel", "--message is kept by the cancel of a queue, which "
					     "kills: leave --soft or it "
					     "out");
	if (!values.soft && !values.grace.set && is_queued(&values, &operands))
		return queue_each("cancel", &operands, values.socket, cancel_one, &values);
	return cancel_softly(&values, &operands);
}
