/* What is decided about a try, kept where it outlives the supervisor. */
#include "engine/runner_parts.h"

static uint32_t flags_of(const struct runner *runner)
{
	uint32_t flags = 0;

	if (runner->cancel_requested)
		flags |= AXE_INTENT_CANCEL;
	if (runner->timed_out_ns)
		flags |= AXE_INTENT_TIMEOUT;
	if (runner->phase == RUNNER_LEAVING || runner->cause == CAUSE_LEAK)
		flags |= AXE_INTENT_LEAK;
	if (runner->cause == CAUSE_CANCEL_GRACE)
		flags |= AXE_INTENT_CANCEL_GRACE;
	if (runner->cause == CAUSE_JOB)
		flags |= AXE_INTENT_TERMINATE;
	if (runner->struck_ns)
		flags |= AXE_INTENT_KILL;
	if (runner->abandoned)
		flags |= AXE_INTENT_ABANDONED;
	if (runner->unseen)
		flags |= AXE_INTENT_UNSEEN;
	return flags;
}

void runner_save(struct runner *runner)
{
	struct axe_intent *intent = runner->watch ? watch_intent(runner->watch) : NULL;

	if (!intent)
		return;
	intent->flags = flags_of(runner);
	intent->cause = runner->cause;
	intent->timed_out_ns = runner->timed_out_ns;
	intent->cancel_signal_ns = runner->cancel_signal_ns;
	intent->cancel_until_ns = runner->cancel_until_ns;
	intent->leak_until_ns = runner->leak_until_ns;
	intent->struck_ns = runner->struck_ns;
}

void runner_save_birth(struct runner *runner)
{
	const struct job_context *context = runner->context;
	struct axe_intent *intent = watch_intent(runner->watch);

	intent->job = context->job;
	intent->attempt = context->attempt;
	intent->index = runner->index;
	intent->try_number = runner->try_number;
	intent->begun_ns = runner->begun_ns;
	intent->begun_wall_ns = runner->begun_wall_ns;
	watch_seal(runner->watch);
}
