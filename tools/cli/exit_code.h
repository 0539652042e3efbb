/* The exit codes of axe, and which of them a job has earned. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "model/verdict.h"

enum exit_code {
	EXIT_CODE_PASSED = 0,
	EXIT_CODE_FAILED = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_INFRASTRUCTURE = 3,
	EXIT_CODE_CANCELED = 4,
	EXIT_CODE_TERMINATED = 5,
	EXIT_CODE_SURVIVED = 6,
	EXIT_CODE_LEAKED = 7,
	EXIT_CODE_UNREACHABLE = 8,
	EXIT_CODE_NOT_PERMITTED = 9,
	EXIT_CODE_SKIPPED = 77,
	EXIT_CODE_TIMEOUT = 124,
	/* Of `run -- CMD`, as shells and their helpers use them. */
	EXIT_CODE_COMMAND_CANNOT_START = 126,
	EXIT_CODE_COMMAND_NOT_FOUND = 127,
	EXIT_CODE_COMMAND_SIGNAL = 128, /* plus the signal */
};

/* What of a job's end decides. */
struct exit_facts {
	unsigned counts[VERDICT_COUNT];
	bool unwritten; /* what the disk holds of the job is not whole */
	bool overrun; /* the job's own time ran out, which cancels it and terminates what runs */
	const char *outcome; /* borrowed from the summary; NULL: the job has no end */
};

/* From the last answer's summary. */
void exit_facts_read(const json_t *summary, struct exit_facts *ret_facts);

/* The first row of the table that applies; what is not known to be good is never 0. */
enum exit_code exit_code_of(const struct exit_facts *facts);

/*
 * For `run -- CMD`: the program's own status, unless the supervisor has more to say about it than
 * that it ended. `result` is its assessment's.
 */
int exit_code_of_command(enum exit_code code, const json_t *result);
