/* The job that a verb was told to look at: its folder and, while it runs, its supervisor. */
#pragma once

#include <jansson.h>

#include "cli/job_folder.h"
#include "cli/job_name.h"
#include "cli/options.h"

struct connection;

struct job_operand {
	struct job_name name;
	struct job_folder *folder;
	struct connection *connection; /* NULL: it does not run */
	json_t *live; /* its status; NULL likewise */
};

/* Exit code, which was explained, or 0. Exactly one operand is expected. */
int job_operand_open(const char *verb, const struct operands *operands, const char *state_dir,
	const char *socket, struct job_operand *ret_job);

/* Say on standard error which of the job's files end with half a line, which is left out of what is
 * shown. Nothing is said of a job that runs: its supervisor may be about to write the rest. */
void job_operand_tell_torn(const char *verb, const struct job_operand *job);

/* 0: it runs. Else it is said why it cannot be steered, and the exit code is returned. */
int job_operand_check_runs(const char *verb, const struct job_operand *job);

void job_operand_finish(struct job_operand *job);
