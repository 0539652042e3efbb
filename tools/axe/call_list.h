/* The methods that a supervisor has, as its interfaces declare them. */
#pragma once

#include <stdbool.h>

struct connection;

/* One a line, if there is an interface of that name: else *ret_listed stays as it is. Returns the
 * exit code. */
int call_list(struct connection *connection, const char *interface, bool *ret_listed);

/* Those of all interfaces. */
int call_list_all(struct connection *connection);

/* A method without its interface: refused with the one that has it. 0: none has. */
int call_find(struct connection *connection, const char *method);
