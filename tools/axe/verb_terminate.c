/* axe terminate: end a job now, and print the kill receipt. */
#include <stdio.h>
#include <unistd.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/receipt_text.h"
#include "libaxe/connection.h"

struct terminate_values {
	const char *state_dir, *socket;
	bool yes;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "yes", 'y', OPTION_FLAG, offsetof(struct terminate_values, yes), NULL, "do not ask",
		NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct terminate_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct terminate_values, socket), "PATH",
		"ask the supervisor there", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct terminate_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
};
const struct option_table terminate_options = OPTION_TABLE(rows);

static bool ask_person(const struct job_operand *operand)
{
	char answer[8];

	fprintf(stderr,
		"Kill all processes of job %lld now? What they were doing is cut off. [y/N] ",
		(long long)operand->name.job);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* Exit code, or 0 to go on. */
static int confirm(const struct job_operand *operand, bool yes)
{
	int code = job_operand_check_runs("terminate", operand);

	if (code || yes)
		return code;
	if (!isatty(STDIN_FILENO))
		return verb_refuse("terminate",
			"nobody can be asked here: say --yes to kill all processes of job %lld",
			(long long)operand->name.job);
	if (ask_person(operand))
		return 0;
	fprintf(stderr, "axe: nothing was done\n");
	return EXIT_CODE_CANCELED;
}

static void report(const struct reply *reply, enum output_format format)
{
	const json_t *receipt = json_object_get(reply->parameters, "receipt");
	struct terminal terminal;

	if (format != OUTPUT_TABLE) {
		output_json(reply->parameters, format);
		return;
	}
	terminal_init(&terminal, stdout);
	receipt_print(
		receipt, !json_is_false(json_object_get(reply->parameters, "durable")), &terminal);
}

static int terminate(const struct job_operand *operand, enum output_format format)
{
	auto_reply reply = { 0 };
	struct error error = { 0 };
	int code = connection_call(operand->connection, "TerminateJob",
		json_pack("{s:I}", "job", (json_int_t)operand->name.job), CONNECTION_FOREVER,
		&reply, &error);

	if (code < 0) {
		fprintf(stderr, "axe terminate: %s\n", error.text);
		return EXIT_CODE_UNREACHABLE;
	}
	code = reply_check(&reply, &error);
	if (code < 0)
		fprintf(stderr, "axe terminate: %s\n", error.text);
	if (json_object_get(reply.parameters, "receipt"))
		report(&reply, format);
	if (json_array_size(
		    json_object_get(json_object_get(reply.parameters, "receipt"), "survivors")))
		return EXIT_CODE_SURVIVED;
	return code < 0 ? client_exit_code(code) : EXIT_CODE_PASSED;
}

int verb_terminate(int argc, char **argv)
{
	struct terminate_values values = { .format = OUTPUT_TABLE };
	struct job_operand operand;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = job_operand_open("terminate", &operands, values.state_dir, values.socket, &operand);
	if (code)
		return code;
	if (operand.name.has_index)
		code = verb_refuse("terminate",
			"only a whole job can be terminated: say %lld, or `axe cancel --soft "
			"--grace 0 %lld/%u` for one assessment",
			(long long)operand.name.job, (long long)operand.name.job,
			operand.name.index);
	if (code == 0)
		code = confirm(&operand, values.yes);
	if (code == 0)
		code = terminate(&operand, (enum output_format)values.format);
	job_operand_finish(&operand);
	return code;
}
