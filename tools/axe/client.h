/* How a verb gets its supervisor: its own, or one that listens somewhere. */
#pragma once

#include <jansson.h>

#include "cli/options.h"

struct connection;
struct error;
struct supervisor;

struct client_options {
	const char *state_dir;
	const char *socket;
	const char *cgroup_root;
};

struct client {
	struct supervisor *supervisor; /* NULL: it is not ours */
	struct connection *connection; /* borrowed from the supervisor, or owned */
};

/* NULL where the environment's AXE_SOCKET is unset or empty, too. */
const char *client_socket(const struct client_options *options);

/* As the supervisor takes paths, whose working directory is not ours. The caller frees; NULL stays
 * NULL. */
char *client_absolute(const char *path);

/* An exit code when only root can do it here, and that was said; else -1. */
int client_check_root(const char *verb, const struct client_options *options);

/*
 * Connect to the socket, or start a supervisor with `stdin_fd` (-1: none). On failure it was said,
 * and the exit code is returned; else 0.
 */
int client_open(const char *verb, const struct client_options *options, int stdin_fd,
	struct client *ret_client);

/* Hang up; waits for the end of a supervisor of our own, so that nothing of it is left. */
void client_close(struct client *client);

/*
 * Call and wait; says what went wrong and returns the exit code, else 0 and a new reference to the
 * reply's parameters.
 */
int client_call(const char *verb, struct client *client, const char *method, json_t *parameters,
	json_t **ret_parameters);

/* The exit code that fits a negative code of libaxe. */
int client_exit_code(int code);
