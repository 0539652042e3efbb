/* The output of `run -- CMD`, as it comes: read back from the job's files. */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

struct error;
struct poller;
struct run_output;

struct run_output_owner {
	void (*drained)(void *data); /* all was copied */
	void (*broken)(int code, void *data); /* it cannot be written any more: an errno */
	void *data;
};

/* With `data_to_stderr` the command's standard output goes to stderr: stdout is for the report. */
int run_output_create(struct poller *poller, bool data_to_stderr,
	const struct run_output_owner *owner, struct run_output **ret_output, struct error *error);

/* NULL is fine. */
void run_output_destroy(struct run_output *output);
DEFINE_CLEANUP(run_output)

/* The command has begun: its files are below this folder of its job. */
void run_output_open(struct run_output *output, int directory);

/* The command and all its processes are dead: `drained` follows. */
void run_output_end(struct run_output *output);

/* Say what was cut away before it could be copied; whether there was any. */
bool run_output_report(const struct run_output *output);
