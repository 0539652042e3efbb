/* How a verb gets its supervisor: its own, or one that listens somewhere. */
#include "axe/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "libaxe/connection.h"
#include "libaxe/supervisor.h"

#define DISMISS_NS (10 * NS_PER_SEC)

static const struct {
	int code;
	enum exit_code exit_code;
} exit_rows[] = {
	{ -ECONNREFUSED, EXIT_CODE_UNREACHABLE },
	{ -ENOTSOCK, EXIT_CODE_UNREACHABLE },
	{ -EPIPE, EXIT_CODE_UNREACHABLE },
	{ -ETIMEDOUT, EXIT_CODE_UNREACHABLE },
	{ -ECONNRESET, EXIT_CODE_UNREACHABLE },
	{ -EACCES, EXIT_CODE_NOT_PERMITTED },
	{ -EPERM, EXIT_CODE_NOT_PERMITTED },
	{ -EINVAL, EXIT_CODE_USAGE },
	{ -ENOENT, EXIT_CODE_USAGE },
	{ -ESRCH, EXIT_CODE_USAGE },
	{ -ETIME, EXIT_CODE_SURVIVED },
};

int client_exit_code(int code)
{
	for (size_t index = 0; index < sizeof(exit_rows) / sizeof(*exit_rows); index++)
		if (exit_rows[index].code == code)
			return exit_rows[index].exit_code;
	return EXIT_CODE_INFRASTRUCTURE;
}

const char *client_socket(const struct client_options *options)
{
	const char *named = options->socket ? options->socket : getenv("AXE_SOCKET");

	return named && *named ? named : NULL;
}

int client_check_root(const char *verb, const struct client_options *options)
{
	if (geteuid() == 0 || client_socket(options))
		return -1;
	fprintf(stderr,
		"axe %s: needs root: it makes control groups and loads BPF programs; run it with "
		"sudo, or name a supervisor with --socket\n",
		verb);
	return EXIT_CODE_NOT_PERMITTED;
}

/* A socket that is not there is a supervisor that cannot be reached, not a wrong argument. */
static int open_socket(const char *verb, const char *path, struct client *client)
{
	struct error error = { 0 };
	int code = connection_open(path, &client->connection, &error);

	if (code == 0)
		return 0;
	fprintf(stderr, "axe %s: %s; is axed running there?\n", verb, error.text);
	return code == -ENOENT ? EXIT_CODE_UNREACHABLE : client_exit_code(code);
}

char *client_absolute(const char *path)
{
	auto_free char *here = NULL;
	char *whole;

	if (!path || path[0] == '/')
		return path ? strdup(path) : NULL;
	here = getcwd(NULL, 0);
	return here && asprintf(&whole, "%s/%s", here, path) > 0 ? whole : NULL;
}

int client_open(const char *verb, const struct client_options *options, int stdin_fd,
	struct client *ret_client)
{
	const char *socket = client_socket(options);
	auto_free char *state_dir = client_absolute(options->state_dir);
	auto_free char *cgroup_root = client_absolute(options->cgroup_root);
	const struct supervisor_options supervisor = { state_dir, cgroup_root, stdin_fd };
	struct error error = { 0 };

	*ret_client = (struct client){ .supervisor = NULL };
	if (socket)
		return open_socket(verb, socket, ret_client);
	if (supervisor_spawn(&supervisor, &ret_client->supervisor, &error) < 0) {
		fprintf(stderr, "axe %s: %s\n", verb, error.text);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	ret_client->connection = supervisor_connection(ret_client->supervisor);
	return 0;
}

void client_close(struct client *client)
{
	if (!client->supervisor) {
		connection_destroy(client->connection);
	} else {
		if (supervisor_dismiss(client->supervisor, DISMISS_NS, NULL) == -ETIMEDOUT)
			fprintf(stderr, "axe: the supervisor is still busy with its end\n");
		supervisor_destroy(client->supervisor);
	}
	*client = (struct client){ .supervisor = NULL };
}

int client_call(const char *verb, struct client *client, const char *method, json_t *parameters,
	json_t **ret_parameters)
{
	auto_reply reply = { 0 };
	struct error error = { 0 };
	int code = connection_call(
		client->connection, method, parameters, CONNECTION_FOREVER, &reply, &error);

	/* A supervisor of our own that dies has said why, to the same standard error. */
	if (code == -EPIPE && client->supervisor) {
		fprintf(stderr, "axe %s: the supervisor ended before it answered\n", verb);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	if (code == 0)
		code = reply_check(&reply, &error);
	if (code < 0) {
		fprintf(stderr, "axe %s: %s\n", verb, error.text);
		return client_exit_code(code);
	}
	*ret_parameters = json_incref(reply.parameters);
	return 0;
}
