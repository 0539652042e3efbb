/* axe call: any method of any interface that a supervisor has. */
#include <stdio.h>
#include <string.h>

#include "axe/call_list.h"
#include "axe/call_reply.h"
#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "libaxe/connection.h"

#define DAEMON_SOCKET "/run/axe/axed.sock"

struct call_values {
	struct client_options client;
	const char *job;
	bool more, oneway;
};

static const struct option_row rows[] = {
	{ "socket", 0, OPTION_TEXT, offsetof(struct call_values, client.socket), "PATH",
		"call the supervisor there (AXE_SOCKET, else " DAEMON_SOCKET ")", NULL },
	{ "job", 0, OPTION_TEXT, offsetof(struct call_values, job), "JOB",
		"call the supervisor that runs this job", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct call_values, client.state_dir), "DIR",
		"with --job: where the jobs are (/var/lib/axe)", NULL },
	{ "more", 0, OPTION_FLAG, offsetof(struct call_values, more), NULL,
		"ask for all replies, a line each as they come", NULL },
	{ "oneway", 0, OPTION_FLAG, offsetof(struct call_values, oneway), NULL,
		"ask for no reply, not even an error", NULL },
};
const struct option_table call_options = OPTION_TABLE(rows);

/* NULL: that was no JSON object, and it was said. */
static json_t *read_parameters(const char *text)
{
	auto_json parameters = NULL;
	json_error_t wrong;

	if (!text)
		return json_object();
	if (strcmp(text, "-") == 0)
		parameters = json_loadf(stdin, JSON_REJECT_DUPLICATES, &wrong);
	else
		parameters = json_loads(text, JSON_REJECT_DUPLICATES, &wrong);
	if (json_is_object(parameters))
		return take_pointer(parameters);
	if (parameters)
		verb_refuse("call", "the parameters must be a JSON object");
	else
		verb_refuse("call", "the parameters must be a JSON object: line %d, column %d: %s",
			wrong.line, wrong.column, wrong.text);
	return NULL;
}

/* One line a reply, seen at once by whoever reads along. */
static int print_replies(struct connection *connection)
{
	bool continues = true;

	while (continues) {
		auto_reply reply = { 0 };
		struct error error = { 0 };
		int code = connection_wait(connection, CONNECTION_FOREVER, &reply, &error);

		if (code < 0)
			return call_broke(code, &error);
		code = call_check(&reply);
		if (code)
			return code;
		output_json(reply.parameters, OUTPUT_NDJSON);
		if (fflush(stdout) == EOF)
			return EXIT_CODE_INFRASTRUCTURE; /* main says why */
		continues = reply.continues;
	}
	return EXIT_CODE_PASSED;
}

static int call(struct connection *connection, const struct call_values *values,
	const struct operands *operands)
{
	enum connection_replies replies = CONNECTION_ONE;
	struct error error = { 0 };
	json_t *parameters;
	int code;

	if (operands->count == 0)
		return call_list_all(connection);
	if (operands->count == 1 && !values->more && !values->oneway) {
		bool listed = false;

		code = call_list(connection, operands->words[0], &listed);
		if (code || listed)
			return code;
	}
	if (!strchr(operands->words[0], '.')) {
		code = call_find(connection, operands->words[0]);
		if (code)
			return code;
	}
	parameters = read_parameters(operands->count > 1 ? operands->words[1] : NULL);
	if (!parameters)
		return EXIT_CODE_USAGE;
	if (values->more || values->oneway)
		replies = values->more ? CONNECTION_MORE : CONNECTION_NONE;
	code = connection_send_to(connection, operands->words[0], parameters, replies, &error);
	if (code < 0)
		return call_broke(code, &error);
	return values->oneway ? EXIT_CODE_PASSED : print_replies(connection);
}

static int call_job(struct call_values *values, const struct operands *operands)
{
	const struct operands job = { .words = (char **)&values->job, .count = 1 };
	struct job_operand operand;
	int code = job_operand_open(
		"call", &job, values->client.state_dir, values->client.socket, &operand);

	if (code)
		return code;
	if (operand.connection) {
		code = call(operand.connection, values, operands);
	} else {
		fprintf(stderr, "axe call: job %lld does not run\n", (long long)operand.name.job);
		code = EXIT_CODE_USAGE;
	}
	job_operand_finish(&operand);
	return code;
}

static int call_socket(struct call_values *values, const struct operands *operands)
{
	struct client client;
	int code;

	if (!client_socket(&values->client))
		values->client.socket = DAEMON_SOCKET;
	code = client_open("call", &values->client, -1, &client);
	if (code)
		return code;
	code = call(client.connection, values, operands);
	client_close(&client);
	return code;
}

int verb_call(int argc, char **argv)
{
	struct call_values values = { .job = NULL };
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count > 2)
		return verb_refuse("call", "expected a method and its parameters");
	if (values.more && values.oneway)
		return verb_refuse("call", "--more and --oneway exclude each other");
	return values.job ? call_job(&values, &operands) : call_socket(&values, &operands);
}
