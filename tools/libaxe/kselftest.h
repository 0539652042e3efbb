/* How one installed selftest of the kernel is run: for how long, and by which program. */
#pragma once

#include <jansson.h>

struct error;

#define KSELFTEST_TIMEOUT_SIZE 24

/*
 * What `timeout=` in the collection's file `settings` says, as a duration of a manifest; "" where
 * nothing is said. -EINVAL: the settings are no good, with file and line.
 */
int kselftest_timeout(const char *collection, char ret_timeout[static KSELFTEST_TIMEOUT_SIZE],
	struct error *error);

/*
 * The command that runs `test`, a path below `collection`, from its own directory: the program, or
 * what stands for one without the permission to execute: the collection's ksft_runner.sh, or the
 * interpreter that its first line names. A test that is missing keeps its name, to fail by it.
 */
int kselftest_command(
	const char *collection, const char *test, json_t **ret_command, struct error *error);
