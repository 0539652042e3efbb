/* What an assessment's environment says about it: the AXE_ variables, as they were at one moment.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct support_environment {
	char **entries; /* "AXE_NAME=value", ends with NULL; owned */
};

/* A copy, since the program may change its environment. 0 or -ENOMEM. */
int support_environment_read(struct support_environment *ret_environment);
void support_environment_finish(struct support_environment *environment);

/* Borrowed; NULL: there is none, or it is empty. The name is `prefix` and `name` together. */
const char *support_environment_get(
	const struct support_environment *environment, const char *prefix, const char *name);

/* The same as a number; false: it is none. */
bool support_environment_number(const struct support_environment *environment, const char *name,
	uint64_t high, uint64_t *ret_number);
