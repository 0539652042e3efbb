/* What is asked of a supervisor: a manifest, changed by the command line, and how to run it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "cli/options.h"

struct error;

/* What the command line says over a manifest. NULL or not set: as the manifest has it. */
struct request_changes {
	const char *name;
	const char *user;
	const char *leaks;
	struct option_duration timeout;
	struct option_duration timeout_grace;
};

/* Every assessment gets what the command line says; the manifest is changed in place. */
void request_change(json_t *manifest, const struct request_changes *changes);

/*
 * The manifest of `run -- CMD`: one assessment with the caller's environment, working directory
 * and, where `stdin_inherited`, standard input. It dies of SIGINT when it is cancelled, as it would
 * on a terminal without us. A new reference; NULL with `error`.
 */
json_t *request_command(char *const *words, int count, bool stdin_inherited, struct error *error);

/* The variables that can be carried (UTF-8, with a name), as an array of texts; *ret_left_out
 * counts the others. A new reference. */
json_t *request_environment(char *const *environment, unsigned *ret_left_out);

/* How many assessments have no timeout. */
size_t request_count_endless(const json_t *manifest);
