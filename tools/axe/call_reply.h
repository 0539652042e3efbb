/* The answers to `axe call`: data, or an error with its name, its parameters and an exit code. */
#pragma once

#include <jansson.h>

struct connection;
struct error;
struct reply;

/* EXIT_CODE_PASSED, or that of the error, which was said. */
int call_check(const struct reply *reply);

/* The connection failed; says it and returns the exit code. */
int call_broke(int code, const struct error *error);

/* Call and wait for the one reply. `parameters` is taken. Returns likewise. */
int call_reply(struct connection *connection, const char *method, json_t *parameters,
	struct reply *ret_reply);
