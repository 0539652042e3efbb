/* What `axe submit` sends: manifests, or one command, and what is asked of them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "axe/run_select.h"
#include "cli/options.h"
#include "cli/request.h"

struct submit_values {
	const char *socket, *state_dir, *priority, *processors;
	struct request_changes changes;
	struct run_selection selection;
	struct option_duration runtime;
	bool hold, add;
	unsigned format; /* enum output_format */
};

/* The JobOptions. A new reference; NULL: that was refused, and *ret_code is the exit code. */
json_t *submit_make_options(const struct submit_values *values, bool command, int *ret_code);

/* The NewJobs. A new reference; NULL: it was said why. */
json_t *submit_make_jobs(
	const struct operands *operands, const struct submit_values *values, json_t *options);
