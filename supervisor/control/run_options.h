/* How a client wants its job to be run: the `options` of a call, read and bounded. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/job.h"

struct error;

#define RUN_ENVIRONMENT_MAX 16384 /* variables */

struct run_options {
	struct job_options job; /* its texts belong to `source` */
	bool user_bounded; /* by what the queue's parameters give each user */
	bool wait_bounded; /* else the job waits for a slot as long as it takes */
	uint64_t wait_ns; /* 0: not at all */
	json_t *source; /* owned */
	const char **environment; /* owned */
};

/*
 * NULL options (or null) stand for all defaults. -EINVAL: the error's text is the name of the first
 * parameter that is unknown, of another type or out of its range, "options.state_dir" say.
 */
int run_options_read(
	const json_t *options, struct run_options *ret_options, struct error *ret_wrong);
void run_options_finish(struct run_options *options);
