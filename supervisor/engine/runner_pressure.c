/* What a try keeps for the kernel half, and what it suffers for it. */
#include "engine/backlog.h"
#include "engine/runner_parts.h"
#include "observe/probe.h"
#include "record/trace.h"

void runner_release_ends(struct runner *runner)
{
	if (runner->watch)
		backlog_release(&runner->backlog, runner->watch, runner->story.trace);
}

void runner_sweep_ends(struct runner *runner)
{
	/* Behind its limit the trace grows by each release: then only when there are many. */
	if (!trace_is_cut_off(runner->story.trace))
		runner_release_ends(runner);
}

void runner_note_perturbed(struct runner *runner, uint64_t frozen_ns)
{
	runner->perturbed_ns += frozen_ns;
	/* Where a supervisor after us finds it. */
	if (runner->watch)
		probe_intent(watch_probe(runner->watch), watch_index(runner->watch))->perturbed_ns =
			runner->perturbed_ns;
}
