/* What an assessment's end says: one table, the first row that applies. */
#include "model/verdict.h"

#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

static bool never_started(const struct ending *ending)
{
	return ending->never_started;
}

static bool could_not_start(const struct ending *ending)
{
	return ending->could_not_start;
}

static bool outcome_unknown(const struct ending *ending)
{
	return ending->outcome_unknown;
}

static bool abandoned(const struct ending *ending)
{
	return ending->abandoned;
}

static bool task_canceled(const struct ending *ending)
{
	return ending->terminated && ending->task_canceled;
}

static bool terminated(const struct ending *ending)
{
	return ending->terminated;
}

static bool out_of_memory(const struct ending *ending)
{
	return ending->out_of_memory;
}

static bool timed_out(const struct ending *ending)
{
	return ending->timed_out;
}

static bool died_by_cancel_signal(const struct ending *ending)
{
	return ending->cancel_signal_sent && WIFSIGNALED(ending->wait_status) &&
	       WTERMSIG(ending->wait_status) == ending->cancel_signal;
}

static bool canceled(const struct ending *ending)
{
	return ending->cancel_acknowledged || died_by_cancel_signal(ending);
}

static bool crashed(const struct ending *ending)
{
	return !WIFEXITED(ending->wait_status);
}

static enum exit_meaning exit_meaning(const struct ending *ending)
{
	return ending->exit_codes->meaning[WEXITSTATUS(ending->wait_status)];
}

static bool exit_means_broken(const struct ending *ending)
{
	return exit_meaning(ending) == EXIT_MEANS_BROKEN;
}

static bool exit_means_failed(const struct ending *ending)
{
	return exit_meaning(ending) == EXIT_MEANS_FAILED;
}

static bool leaked(const struct ending *ending)
{
	return ending->leaked && ending->leaks == LEAKS_FAIL;
}

static bool left_residue(const struct ending *ending)
{
	return ending->left_residue && ending->residue == RESIDUE_FAIL;
}

static bool exit_means_skipped(const struct ending *ending)
{
	return exit_meaning(ending) == EXIT_MEANS_SKIPPED;
}

static bool otherwise(const struct ending *ending)
{
	return true;
}

/*
 * The rows stand in the order of the definition, but for two that say where they belong: what never
 * started has no other facts, so it comes first; a leak and residue replace only `skipped` and
 * `passed`, so they stand before them. From `crashed` on the wait status is known; from `broken`
 * on, it exited.
 */
/* clang-format off */
static const struct verdict_row {
	bool (*applies)(const struct ending *ending);
	enum verdict verdict;
	const axe_result *error; /* a pointer, since C takes no constant object as an initialiser */
	const char *reason;
	enum state state;
} rows[] = {
	{ never_started,      VERDICT_NOT_RUN,    &S_OK,                                  "",        STATE_CANCELED },
	{ could_not_start,    VERDICT_ERROR,      &AXE_E_ASSESSMENT_COULD_NOT_START,      "",        STATE_FAILED },
	{ outcome_unknown,    VERDICT_ERROR,      &AXE_E_ASSESSMENT_COULD_NOT_FINISH,     "",        STATE_FAILED },
	{ abandoned,          VERDICT_ABANDONED,  &AXE_E_TERMINATE_FAILED,                "",        STATE_FAILED },
	{ task_canceled,      VERDICT_TERMINATED, &AXE_E_ASSESSMENT_TERMINATED,           "",        STATE_CANCELED },
	{ terminated,         VERDICT_TERMINATED, &AXE_E_ASSESSMENT_TERMINATED,           "",        STATE_FAILED },
	{ out_of_memory,      VERDICT_OOM,        &AXE_E_ASSESSMENT_CRASHED,              "oom",     STATE_FAILED },
	{ timed_out,          VERDICT_TIMEOUT,    &AXE_E_ASSESSMENT_TERMINATED,           "timeout", STATE_FAILED },
	{ canceled,           VERDICT_CANCELED,   &AXE_E_ASSESSMENT_CANCELED,             "",        STATE_CANCELED },
	{ crashed,            VERDICT_CRASHED,    &AXE_E_ASSESSMENT_CRASHED,              "",        STATE_FAILED },
	{ exit_means_broken,  VERDICT_BROKEN,     &AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "",        STATE_FAILED },
	{ exit_means_failed,  VERDICT_FAILED,     &AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "",        STATE_FAILED },
	{ leaked,             VERDICT_LEAKED,     &AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "",        STATE_FAILED },
	{ left_residue,       VERDICT_LEAKED,     &AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "residue", STATE_FAILED },
	{ exit_means_skipped, VERDICT_SKIPPED,    &S_OK,                                  "",        STATE_FINISHED },
	{ otherwise,          VERDICT_PASSED,     &S_OK,                                  "",        STATE_FINISHED },
};
/* clang-format on */

static const char *const names[VERDICT_COUNT] = {
	[VERDICT_ERROR] = "error",
	[VERDICT_ABANDONED] = "abandoned",
	[VERDICT_TERMINATED] = "terminated",
	[VERDICT_OOM] = "oom",
	[VERDICT_TIMEOUT] = "timeout",
	[VERDICT_CANCELED] = "canceled",
	[VERDICT_CRASHED] = "crashed",
	[VERDICT_BROKEN] = "broken",
	[VERDICT_FAILED] = "failed",
	[VERDICT_SKIPPED] = "skipped",
	[VERDICT_PASSED] = "passed",
	[VERDICT_LEAKED] = "leaked",
	[VERDICT_NOT_RUN] = "not_run",
};

void verdict_decide(const struct ending *ending, struct ruling *ret_ruling)
{
	const struct verdict_row *row = rows;

	while (!row->applies(ending))
		row++;
	*ret_ruling = (struct ruling){
		.verdict = row->verdict,
		.error = *row->error,
		.reason = row->reason,
		.state = row->state,
	};
}

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

bool verdict_from_name(const char *name, enum verdict *ret_verdict)
{
	for (unsigned at = 0; name && at < VERDICT_COUNT; at++) {
		if (strcmp(name, names[at]) == 0) {
			*ret_verdict = (enum verdict)at;
			return true;
		}
	}
	return false;
}

bool verdict_is_failure(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ERROR:
	case VERDICT_ABANDONED:
	case VERDICT_TERMINATED:
	case VERDICT_OOM:
	case VERDICT_TIMEOUT:
	case VERDICT_CRASHED:
	case VERDICT_BROKEN:
	case VERDICT_FAILED:
	case VERDICT_LEAKED:
		return true;
	case VERDICT_CANCELED:
	case VERDICT_SKIPPED:
	case VERDICT_PASSED:
	case VERDICT_NOT_RUN:
	case VERDICT_COUNT:
		break;
	}
	return false;
}
