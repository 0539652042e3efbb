/* What `axe run` was asked to do: the options, the manifest, and what the command reads. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "axe/client.h"
#include "axe/run_select.h"
#include "cli/options.h"
#include "cli/request.h"

struct run_values {
	struct client_options client;
	struct request_changes changes;
	struct run_selection selection;
	struct option_duration grace, kill_deadline, picture_budget, core_grace, abandon_after;
	const char *wait; /* for a slot: a duration, "forever", or NULL, which is the same */
	unsigned format; /* enum report_format */
	bool quiet;
};

struct run {
	struct run_values values;
	struct operands operands;
	struct option_duration wait; /* not set: for ever */
	bool command;
	json_t *manifest;
	int program_stdin; /* what the command reads; -1: nothing */
	int terminal_pipe; /* the other end of it, when what is typed must be relayed */
};

/* Each returns an exit code when it cannot be done, which was said; else 0. */

/* Whether the operands are a manifest or a command. */
int run_read_operands(struct run *run);

/* How long the job may wait for a slot. */
int run_read_wait(struct run *run);

/* Load or make the manifest, changed by the options. */
int run_read_manifest(struct run *run);

/* Make `program_stdin` and, for a terminal, the pipe that leads to it. */
int run_open_stdin(struct run *run);

/* The parameters of ExecuteJob. A new reference. */
json_t *run_make_parameters(const struct run *run);
