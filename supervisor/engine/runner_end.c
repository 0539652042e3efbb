/* The burial of one try: the barrier, the ruling, the result, and what happens to its group. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "confine/reaper.h"
#include "engine/limit_json.h"
#include "engine/residue.h"
#include "engine/result.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/assessment.h"
#include "model/verdict.h"
#include "observe/probe.h"
#include "observe/refusals.h"
#include "record/output.h"

/* What is on its way when the group is found empty: the kernel's own record of the root's end. */
static bool root_ended_before(const struct runner *runner, uint64_t moment_ns)
{
	return runner->root_recorded && runner->root.exit_ns < moment_ns;
}

/* The exit that the kernel recorded before the deadline's first act decides a race with it. */
static bool was_timed_out(const struct runner *runner)
{
	return runner->timed_out_ns && !root_ended_before(runner, runner->timed_out_ns);
}

static bool was_terminated(const struct runner *runner)
{
	if (runner->cause != CAUSE_JOB && runner->cause != CAUSE_CANCEL_GRACE &&
		runner->cause != CAUSE_TASK)
		return false;
	return !root_ended_before(runner, runner->struck_ns);
}

/* A victim that is not the root decided the end when the root then failed. */
static bool was_out_of_memory(const struct runner *runner)
{
	if (runner->root_recorded && runner->root.flags & AXE_PROCESS_OOM)
		return WIFSIGNALED(runner->root_status) && WTERMSIG(runner->root_status) == SIGKILL;
	return runner->watch && watch_slot(runner->watch)->oom_kills && runner->root_status != 0;
}

static void decide(const struct runner *runner, struct ruling *ret_ruling)
{
	const struct assessment *assessment = runner->assessment;
	struct ending ending = {
		.could_not_start = runner->could_not_start,
		/* What was given up is said as such. */
		.outcome_unknown =
			!runner->abandoned && !runner->root_waited && !runner->root_recorded,
		.abandoned = runner->abandoned,
		.terminated = was_terminated(runner),
		.task_canceled = runner->task_canceled,
		.out_of_memory = was_out_of_memory(runner),
		.timed_out = was_timed_out(runner),
		.cancel_acknowledged = runner_acknowledged(runner),
		.cancel_signal_sent = runner->cancel_signal_ns &&
				      !root_ended_before(runner, runner->cancel_signal_ns),
		.cancel_signal = assessment->cancel_signal,
		.wait_status =
			runner->root_waited ? runner->root_status : (int)runner->root.exit_code,
		.leaked = (unsigned)runner->leaked,
		.leaks = assessment->leaks,
		.left_residue = runner_survey_holds(runner),
		.residue = assessment->residue,
		.exit_codes = &assessment->exit_codes,
	};

	verdict_decide(&ending, ret_ruling);
}

static void warn(json_t *warnings, const char *kind, const char *text)
{
	json_array_append_new(warnings,
		json_pack("{s:s, s:o}", "kind", kind, "text", json_text(text, strlen(text))));
}

static void finish_outputs(
	struct runner *runner, struct output_summary summaries[RUNNER_OUTPUTS], json_t *warnings)
{
	for (int i = 0; i < RUNNER_OUTPUTS; i++) {
		struct error error = { 0 };

		memset(&summaries[i], 0, sizeof(summaries[i]));
		if (!runner->outputs[i] && runner->adopted)
			warn(warnings, "output",
				"what it wrote was gone when a new supervisor came");
		if (runner->outputs[i] &&
			output_finish(runner->outputs[i], &summaries[i], &error) < 0)
			warn(warnings, "output", error.text);
	}
	if (runner->outputs_unbounded)
		warn(warnings, "output",
			"the state directory's file system cannot free the middle of a file: "
			"output was bounded only at its end");
}

static void warn_of_oom(const struct runner *runner, json_t *warnings)
{
	uint64_t kills = runner->watch ? watch_slot(runner->watch)->oom_kills : 0;
	char text[160];

	if (!kills)
		return;
	snprintf(text, sizeof(text), "the kernel ran out of memory here and killed %llu processes",
		(unsigned long long)kills);
	warn(warnings, "oom", text);
}

/* The group goes to its grave, or, while something in it lives, to the residue. */
static void bury(struct runner *runner)
{
	struct engine *engine = runner->context->engine;

	refusals_destroy(take_pointer(runner->refusals));
	if (runner->child.pid && !runner->root_waited)
		reaper_drop(engine->reaper, runner->child.pid);
	if (runner->abandoned && runner->group) {
		watch_silence(runner->watch);
		residue_add(engine->residue, runner->context->job, runner->index,
			take_pointer(runner->group), take_pointer(runner->watch),
			take_pointer(runner->limits));
		return;
	}
	if (runner->watch)
		watch_silence(runner->watch);
	tree_bury(engine->tree, take_pointer(runner->group), take_pointer(runner->limits));
}

static json_t *settle(struct runner *runner, struct ruling *ret_ruling)
{
	struct output_summary summaries[RUNNER_OUTPUTS];
	struct limit_usage usage = { 0 };
	auto_json warnings = json_array();
	struct result_facts facts = {
		.ruling = ret_ruling,
		.usage = &usage,
		.outputs = summaries,
		.warnings = warnings,
	};

	limit_set_usage(runner->limits, &usage);
	if (runner->refusals)
		usage_note_refusals(&usage, refusals_count(runner->refusals));
	if (runner->root_waited)
		usage_note_end(
			&usage, runner->root_status, (runner->ended_ns - runner->begun_ns) / 1000);
	facts.has_cpu = runner->group &&
			group_cpu_usage(runner->group, &facts.user_us, &facts.system_us) == 0;
	finish_outputs(runner, summaries, warnings);
	if (runner->unreachable[0])
		warn(warnings, "support", runner->unreachable);
	limit_warnings_add(warnings, &runner->assessment->limits, runner->limits, &usage);
	warn_of_oom(runner, warnings);
	runner_survey_tell(runner, warnings);
	decide(runner, ret_ruling);
	return result_json(runner, &facts);
}

void runner_release(struct runner *runner)
{
	if (!runner->watch)
		return;
	if (runner->root_recorded)
		probe_forget(watch_probe(runner->watch), &runner->root_key);
	watch_close(take_pointer(runner->watch));
}

void runner_end(struct runner *runner)
{
	runner->phase = RUNNER_ENDING;
	runner_deadlines_disarm(runner);
	runner_survey_hasten(runner);
	/* The root's death may be known before its report was read, but the report is there. */
	runner_read_report(runner);
	runner->report = sd_event_source_disable_unref(runner->report);
	watches_drain(runner->context->engine->watches);
	runner->ended_ns = clock_monotonic_ns();
	/* Where nobody was born there is nobody to miss. */
	if (!runner->child.pid && !runner->adopted)
		runner->integrity.complete = true;
	else if (runner->watch)
		runner_reconcile(runner);
	if (!runner->abandoned)
		try_folders_sweep(&runner->folders,
			runner->integrity.complete ? runner->context->spares : NULL,
			runner->context->engine->sweeper, runner->assessment->keep_temp);
	if (!runner_survey(runner))
		runner_conclude(runner);
}

void runner_end_empty(struct runner *runner)
{
	runner->owner.emptied(runner, runner->owner.data);
	if (runner->phase < RUNNER_ENDING)
		runner_end(runner);
}

static void leave_place(struct runner *runner)
{
	struct ruling ruling;

	decide(runner, &ruling);
	runner->owner.vacated(runner, ruling.verdict, runner->owner.data);
}

void runner_conclude(struct runner *runner)
{
	struct ruling ruling;
	auto_json result = NULL;

	runner->phase = RUNNER_OVER;
	/* With what it said last. */
	cooperation_close(runner->cooperation);
	leave_place(runner);
	result = settle(runner, &ruling);
	bury(runner);
	try_folders_settle(&runner->folders, runner->context->engine->temps,
		runner->context->engine->sweeper,
		runner->assessment->keep_temp || runner->abandoned);
	runner_tell_ignored(runner, ruling.verdict);
	runner->owner.ended(runner, &ruling, result, runner->owner.data);
}

int runner_start_failure(const struct runner *runner)
{
	return runner->could_not_start ? runner->failure.code : 0;
}
