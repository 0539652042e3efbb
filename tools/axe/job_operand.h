/* The job that a verb was told to look at: its folder and, while it runs, its supervisor. */
#pragma once

#include <jansson.h>

#include "cli/job_folder.h"
#include "cli/job_name.h"
#include "cli/options.h"

struct connection;

struct job_operand {
	struct job_name name;
	struct job_folder *folder; /* NULL: not readable, though a queue knows it (see below) */
	struct connection *connection; /* NULL: it neither runs nor waits in a queue */
	json_t *live; /* its status; NULL: it does not run */
	bool silent; /* it may: a supervisor that may have it did not answer */
	json_t *queued; /* what a queue knows, as GetJob answers; NULL: nothing */
};

/* Exit code, which was explained, or 0. Exactly one operand is expected. The folder may be missing
 * when a queue knows the job: its user need not have a right to it. */
int job_operand_open(const char *verb, const struct operands *operands, const char *state_dir,
	const char *socket, struct job_operand *ret_job);

/* 0: its folder is there. Else it is said that it cannot be read, and the exit code is returned. */
int job_operand_check_folder(const char *verb, const struct job_operand *job);

/* Of a job of a queue: the attempt that it is at, 1 for others. */
unsigned job_operand_attempt(const struct job_operand *job);

/* When one that waits in the queue was put there: earlier ends are of earlier attempts. NULL: it
 * does not wait. */
const char *job_operand_since(const struct job_operand *job);

/* Whether a queue says that the job has ended. */
bool job_operand_has_ended(const struct job_operand *job);

/* Say on standard error which of the job's files end with half a line, which is left out of what is
 * shown. Nothing is said of a job that runs: its supervisor may be about to write the rest. */
void job_operand_tell_torn(const char *verb, const struct job_operand *job);

/* 0: it runs. Else it is said why it cannot be steered, and the exit code is returned. */
int job_operand_check_runs(const char *verb, const struct job_operand *job);

void job_operand_finish(struct job_operand *job);
