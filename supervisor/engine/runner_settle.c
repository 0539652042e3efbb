/* Going on with a try whose supervisor died: what happened meanwhile is taken in. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "confine/group.h"
#include "engine/runner_adopt.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/told.h"
#include "model/assessment.h"
#include "observe/ledger.h"
#include "observe/probe.h"

/* A child that could not become its program tells its parent, and ends so; more so without one. */
static bool died_of_silence(int status)
{
	return status == SIGPIPE || (WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

static void note_unknown_failure(struct runner *runner)
{
	runner->could_not_start = true;
	runner->failure = (struct spawn_failure){ SPAWN_STAGE_EXEC, EPIPE };
	snprintf(runner->failure_text, sizeof(runner->failure_text),
		"it could not start, and the supervisor that would have been told why was dead");
}

/* Then the root has ended, too, whichever it was. */
static bool nothing_is_left(const struct runner *runner)
{
	return watch_living(runner->watch) == 0 && runner->group &&
	       group_populated(runner->group) == 0;
}

/*
 * The kernel's record is the one witness of a root that is nobody's child here. When it
 * ended and no record says how, that is all that will ever be known.
 */
bool runner_root_is_dead(struct runner *runner)
{
	if (runner->root_waited)
		return true;
	if (!watch_slot(runner->watch)->root_exited && !runner->root_gone &&
		!nothing_is_left(runner))
		return false;
	if (!runner->root_recorded)
		runner_recover_root(runner);
	if (!runner->root_recorded)
		return true;
	runner->root_waited = true;
	runner->root_status = (int)runner->root.exit_code;
	if (!runner->root_execed && died_of_silence(runner->root_status))
		note_unknown_failure(runner);
	return true;
}

/*
 * Before the first drain: what is found was in the ring by then, or never will be, so that behind
 * the drain it is told or lost. Were it looked for behind the drain, some would be told again.
 */
int runner_see_records(struct runner *runner)
{
	int code;

	runner->told = malloc(sizeof(*runner->told));
	if (!runner->told)
		return -ENOMEM;
	told_init(runner->told, runner->index, runner->try_number);
	code = probe_walk(watch_probe(runner->watch), watch_index(runner->watch), told_see_record,
		runner->told);
	told_sort(runner->told);
	return code;
}

/*
 * The living are known again, with their words; of the dead, those that the trace has are only
 * forgotten.
 */
static void take_in_records(struct runner *runner)
{
	struct told *told = runner->told;

	if (!told)
		return;
	/* What the drain told is in the file before that is read. */
	trace_flush(runner->story.trace, NULL);
	told_read(told, runner->context->jobdir, NULL);
	runner->traced = told->exits;
	runner->told = NULL;
	for (size_t at = 0; at < told->count; at++)
		runner_take_in(runner, &told->processes[at]);
	told_destroy(told);
}

static void arm_deadlines(struct runner *runner)
{
	const struct assessment *assessment = runner->assessment;

	if (runner->timed_out_ns)
		timer_arm(&runner->deadline, runner->timed_out_ns + assessment->timeout_grace_ns);
	else if (assessment->timeout_ns)
		timer_arm(&runner->deadline, runner->begun_ns + assessment->timeout_ns);
	if (runner->cancel_until_ns)
		timer_arm(&runner->cancel_grace, runner->cancel_until_ns);
}

void runner_settle_in(struct runner *runner)
{
	enum runner_cause cause = runner->cause;

	take_in_records(runner);
	runner_follow_root(runner);
	/* The job's own killing goes on, too: it will find this group empty. */
	if (cause == CAUSE_JOB)
		return;
	arm_deadlines(runner);
	if (cause == CAUSE_NONE || !runner->group)
		return;
	runner->cause = CAUSE_NONE;
	runner_kill(runner, cause);
}
