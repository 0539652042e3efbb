/* What an assessment's end says: one table, the first row that applies. */
#pragma once

#include <stdbool.h>

#include "axe/result.h"
#include "model/assessment.h"
#include "model/state.h"

enum verdict {
	VERDICT_ERROR,
	VERDICT_ABANDONED,
	VERDICT_TERMINATED,
	VERDICT_OOM,
	VERDICT_TIMEOUT,
	VERDICT_CANCELED,
	VERDICT_CRASHED,
	VERDICT_BROKEN,
	VERDICT_FAILED,
	VERDICT_SKIPPED,
	VERDICT_PASSED,
	VERDICT_LEAKED,
	VERDICT_NOT_RUN,
	VERDICT_COUNT,
};

/* The facts of an end, as the engine established them. A deadline that raced with a natural end is
 * decided before: the exit that the kernel recorded first makes timed_out or terminated false. */
struct ending {
	bool never_started; /* by decision: skipped over after a cancel */
	bool could_not_start; /* clone or exec failed */
	bool outcome_unknown; /* integrity lost so that the root's end is not known */
	bool abandoned; /* something could not be killed */
	bool terminated; /* killed by TerminateJob or a cancel's grace */
	bool task_canceled; /* ... by CancelTask of the cluster face */
	bool out_of_memory; /* the OOM killer chose a process and that decided the end */
	bool timed_out; /* timeout ran out before the root's recorded exit */
	bool cancel_acknowledged; /* by progress `cancelling` */
	bool cancel_signal_sent; /* and wait_status says that it died of it */
	int cancel_signal;
	int wait_status; /* of the root; valid unless not started or unknown */
	unsigned leaked; /* processes still there after the leak grace */
	enum leak_policy leaks;
	bool left_residue; /* what it changed of the host stayed, and the change is held against it
			    */
	enum residue_policy residue;
	const struct exit_codes *exit_codes;
};

struct ruling {
	enum verdict verdict;
	axe_result error;
	const char *reason; /* "oom", "timeout", "residue" or "" */
	enum state state; /* of the task */
};

void verdict_decide(const struct ending *ending, struct ruling *ret_ruling);

const char *verdict_name(enum verdict verdict); /* "passed", "not_run", ... */
bool verdict_from_name(const char *name, enum verdict *ret_verdict);

/* Whether it counts among the failed assessments of a job. */
bool verdict_is_failure(enum verdict verdict);
