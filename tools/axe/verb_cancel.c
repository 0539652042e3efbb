/* axe cancel: ask a job, or one of its assessments, to stop. */
#include <errno.h>
#include <stdio.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "libaxe/connection.h"

struct cancel_values {
	const char *state_dir, *socket, *message;
	bool soft;
	struct option_duration grace;
};

static const struct option_row rows[] = {
	{ "soft", 0, OPTION_FLAG, offsetof(struct cancel_values, soft), NULL,
		"ask what runs to stop, and start nothing more", NULL },
	{ "message", 0, OPTION_TEXT, offsetof(struct cancel_values, message), "TEXT",
		"why, kept with a job of a daemon's queue", NULL },
	{ "grace", 0, OPTION_DURATION, offsetof(struct cancel_values, grace), "D",
		"kill what still runs after this time", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct cancel_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct cancel_values, socket), "PATH",
		"ask the supervisor there", NULL },
};
const struct option_table cancel_options = OPTION_TABLE(rows);

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

static int cancel(const struct job_operand *operand, const struct option_duration *grace)
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

int verb_cancel(int argc, char **argv)
{
	struct cancel_values values = { .soft = false };
	struct job_operand operand;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (values.message)
		return verb_refuse("cancel",
			"--message is kept with a job of a daemon's queue, and this one is in "
			"none: leave it out");
	code = job_operand_open("cancel", &operands, values.state_dir, values.socket, &operand);
	if (code)
		return code;
	/* One assessment is only ever asked; all of a job is asked when a person says so. */
	if (!values.soft && !operand.name.has_index)
		code = verb_refuse("cancel",
			"needs the queue of a daemon, which this job is not in: use --soft to ask "
			"it to stop, or `axe terminate`");
	else
		code = cancel(&operand, &values.grace);
	job_operand_finish(&operand);
	return code;
}
