/* Going on with a try whose supervisor died: what happened meanwhile is taken in. */
#include <errno.h>
#include <stdlib.h>

#include "engine/runner_parts.h"
#include "engine/told.h"
#include "model/assessment.h"
#include "observe/probe.h"
#include "recovery/runner_adopt.h"

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
	uint64_t words;

	if (!told)
		return;
	/* What the drain told is in the file before that is read. */
	trace_flush(runner->story.trace, NULL);
	told_read(told, runner->context->jobdir, NULL);
	runner->traced = told->exits;
	/* Those lines lay in the buffer that our predecessor died with. */
	words = watch_intent(runner->watch)->words;
	runner->unwritten = words > told->words ? words - told->words : 0;
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
