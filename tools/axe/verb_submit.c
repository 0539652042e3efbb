/* axe submit: put manifests, or one command, into the queue of a daemon. */
#include <stdio.h>
#include <unistd.h>

#include "axe/output.h"
#include "axe/queue_call.h"
#include "axe/submit_request.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "libaxe/connection.h"

#define BATCH_MAX 1000 /* what the daemon takes at once */

static const char *const leak_names[] = { "fail", "warn", "allow", NULL };
/* clang-format off */
#define ROW(name, letter, kind, field, value, help, ...) \
	{ name, letter, kind, offsetof(struct submit_values, field), value, help, __VA_ARGS__ }

static const struct option_row rows[] = {
	ROW("name", 0, OPTION_TEXT, changes.name, "NAME", "the job's name", NULL),
	ROW("priority", 0, OPTION_TEXT, priority, "P", "0 to 4, or lowest, below-normal, normal, above-normal, highest (2)", NULL),
	ROW("processors", 0, OPTION_TEXT, processors, "N", "how many processors it needs (1)", NULL),
	ROW("runtime", 0, OPTION_DURATION, runtime, "D", "cancel the whole job after this time", NULL),
	ROW("hold", 0, OPTION_FLAG, hold, NULL, "do not start it until `axe release`", NULL),
	ROW("add", 0, OPTION_FLAG, add, NULL, "only store it: `axe submit JOB` queues it", NULL),
	ROW("timeout", 0, OPTION_DURATION, changes.timeout, "D", "end each assessment after this time", NULL),
	ROW("timeout-grace", 0, OPTION_DURATION, changes.timeout_grace, "D", "between its SIGTERM and its kill (5s)", NULL),
	ROW("leaks", 0, OPTION_WORD, changes.leaks, "POLICY", "processes left over: fail, warn or allow", leak_names),
	ROW("user", 0, OPTION_TEXT, changes.user, "USER", "run the assessments as this user", NULL),
	ROW("only", 0, OPTION_LIST, selection.only, "GLOB", "run the assessments of these names; may be repeated", NULL),
	ROW("skip", 0, OPTION_LIST, selection.skip, "GLOB", "leave those of these names out; may be repeated", NULL),
	ROW("failed-of", 0, OPTION_TEXT, selection.failed_of, "JOB", "run what failed in that job", NULL),
	ROW("fail-fast", 0, OPTION_FLAG, selection.fail_fast, NULL, "start no more once one has failed", NULL),
	ROW("parallel", 0, OPTION_TEXT, selection.parallel, "N", "run this many at once", NULL),
	ROW("timeout-scale", 0, OPTION_TEXT, selection.timeout_scale, "X", "multiply every timeout by this", NULL),
	ROW("parameter", 0, OPTION_LIST, selection.parameters, "NAME=VALUE", "set a parameter of the job; may be repeated", NULL),
	ROW("state-dir", 0, OPTION_TEXT, state_dir, "DIR", "where --failed-of finds its job (/var/lib/axe)", NULL),
	ROW("output", 'o', OPTION_CHOICE, format, "FORMAT", "table, json or ndjson", output_format_names),
	ROW("socket", 0, OPTION_TEXT, socket, "PATH", QUEUE_SOCKET_HELP, NULL),
};
#undef ROW
/* clang-format on */

const struct option_table submit_options = OPTION_TABLE(rows);

static void report(const json_t *numbers, const struct submit_values *values)
{
	const char *state = values->add ? "NotSubmitted" : "Queued";
	auto_json document = NULL;
	json_t *number;
	size_t index;

	json_array_foreach ((json_t *)numbers, index, number) {
		auto_json line = json_pack("{s:O, s:s}", "job", number, "state", state);

		if (values->format == OUTPUT_NDJSON)
			output_json(line, OUTPUT_NDJSON);
		else if (values->format == OUTPUT_TABLE)
			printf("%lld\n", (long long)json_integer_value(number));
	}
	if (values->format != OUTPUT_JSON)
		return;
	document = json_pack("{s:i, s:O, s:O, s:s}", "v", 1, "job", json_array_get(numbers, 0),
		"jobs", numbers, "state", state);
	output_json(document, OUTPUT_JSON);
}

static int submit(const struct submit_values *values, json_t *jobs)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_json owned = jobs;
	auto_json answer = NULL;
	int code = queue_open("submit", values->socket, &connection);

	if (code == 0)
		code = queue_call("submit", connection, values->add ? "AddJob" : "QueueJob",
			json_pack("{s:O}", "jobs", owned), &answer);
	if (code == 0)
		report(json_object_get(answer, "jobs"), values);
	return code;
}

/* Whether all of them are numbers of jobs that were added before, and no files of such names. */
static bool are_numbers(const struct operands *operands)
{
	uint64_t number;

	for (int at = 0; at < operands->count; at++)
		if (text_parse_number(operands->words[at], 1, INT64_MAX, &number) < 0 ||
			access(operands->words[at], F_OK) == 0)
			return false;
	return operands->count > 0 && !operands->dashes;
}

static int submit_added(const struct submit_values *values, const struct operands *operands)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_json numbers = json_array();
	int code = queue_open("submit", values->socket, &connection);

	for (int at = 0; at < operands->count; at++) {
		uint64_t number = 0;

		text_parse_number(operands->words[at], 1, INT64_MAX, &number);
		json_array_append_new(numbers, json_integer((json_int_t)number));
	}
	if (code == 0)
		code = queue_call("submit", connection, "SubmitJob",
			json_pack("{s:O}", "jobs", numbers), NULL);
	if (code == 0)
		report(numbers, values);
	return code;
}

static int check_operands(const struct operands *operands, const struct submit_values *values)
{
	const char *selected = run_select_given(&values->selection);

	if (operands->count == 0)
		return verb_refuse("submit",
			"expected manifests, numbers of added jobs, or `--` and a command");
	if (operands->dashes && operands->after_dashes != operands->count)
		return verb_refuse("submit",
			"`%s` before `--`: expected either manifests or a command",
			operands->words[0]);
	if (operands->dashes && selected)
		return verb_refuse("submit",
			"`%s` is for a manifest; a command has nothing to choose", selected);
	if (operands->count > BATCH_MAX && !operands->dashes)
		return verb_refuse(
			"submit", "%d manifests; at most %d at once", operands->count, BATCH_MAX);
	return 0;
}

int verb_submit(int argc, char **argv)
{
	struct submit_values values = { .format = OUTPUT_TABLE };
	auto_json options = NULL;
	struct operands operands;
	json_t *jobs;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = check_operands(&operands, &values);
	if (code)
		return code;
	if (are_numbers(&operands))
		return submit_added(&values, &operands);
	options = submit_make_options(&values, operands.dashes, &code);
	if (!options)
		return code;
	jobs = submit_make_jobs(&operands, &values, options);
	return jobs ? submit(&values, jobs) : EXIT_CODE_USAGE;
}
