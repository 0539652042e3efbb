/* The answers to `axe call`: data, or an error with its name, its parameters and an exit code. */
#include "axe/call_reply.h"

#include <stdio.h>
#include <string.h>

#include "axe/client.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "libaxe/connection.h"

#define SERVICE "org.varlink.service."

/* What the call itself has wrong. */
static const char *const usage_errors[] = {
	SERVICE "InterfaceNotFound",
	SERVICE "MethodNotFound",
	SERVICE "MethodNotImplemented",
	SERVICE "InvalidParameter",
	SERVICE "ExpectedMore",
	"io.axe.Events.UnknownType",
	"io.axe.Events.NotFound",
};

static int exit_code_of_error(const struct reply *reply)
{
	struct error error = { 0 };

	for (size_t index = 0; index < sizeof(usage_errors) / sizeof(*usage_errors); index++)
		if (strcmp(usage_errors[index], reply->error_name) == 0)
			return EXIT_CODE_USAGE;
	return client_exit_code(reply_check(reply, &error));
}

static bool is_unknown(const char *error_name)
{
	return strcmp(error_name, SERVICE "InterfaceNotFound") == 0 ||
	       strcmp(error_name, SERVICE "MethodNotFound") == 0;
}

int call_check(const struct reply *reply)
{
	auto_free char *name = NULL, *parameters = NULL;

	if (!reply->error_name[0])
		return EXIT_CODE_PASSED;
	name = terminal_safe(reply->error_name);
	parameters = json_dumps(reply->parameters, JSON_COMPACT | JSON_ENSURE_ASCII);
	fprintf(stderr, "axe call: %s %s\n", name, parameters ? parameters : "{}");
	if (is_unknown(reply->error_name))
		fprintf(stderr, "axe call: `axe call` tells all methods that there are, `axe call "
				"INTERFACE` those of one\n");
	return exit_code_of_error(reply);
}

int call_broke(int code, const struct error *error)
{
	fprintf(stderr, "axe call: %s\n", error->text);
	return client_exit_code(code);
}

int call_reply(struct connection *connection, const char *method, json_t *parameters,
	struct reply *ret_reply)
{
	struct error error = { 0 };
	int code = connection_send_to(connection, method, parameters, CONNECTION_ONE, &error);

	if (code == 0)
		code = connection_wait(connection, CONNECTION_FOREVER, ret_reply, &error);
	return code < 0 ? call_broke(code, &error) : call_check(ret_reply);
}
