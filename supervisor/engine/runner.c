/*
 * One try of one assessment, from its birth to its burial.
 *
 * Theory of operation
 *
 * A runner owns one cgroup, and everything that is ever born in it. The root process is cloned
 * straight into the group (it never lives outside it), and the kernel half counts every birth and
 * death there. Three witnesses tell of the end, and the runner waits for all of them:
 *
 *   the root's status    from wait(2), through the one reaper, and again from the root's record;
 *   populated 0          of the group: the bell of the kernel half says when to read the file;
 *   forks == exits       in the kernel's own counters, which catches what left the group.
 *
 * Nothing here acts inside a notification: listeners only write facts down (runner_watch.c). When
 * the bell's drain is over, a child was reaped or a timer expired, runner_look() holds the facts
 * against the phase. So the order in which the witnesses come does not matter, and none is waited
 * for alone: a pipe that a leaked child holds open, for instance, is no witness at all.
 *
 *   RUNNING --root ended, all empty--------------------------------------------> runner_end
 *   RUNNING --root ended, something left--> LEAVING --leak grace over--> KILLING --> runner_end
 *   RUNNING --timeout, its grace, a cancel's grace---------------------> KILLING --> runner_end
 *
 * The job may freeze and kill its own group, which holds all its runners' groups; a runner then
 * sees its group empty without having done anything, and ends in the same way.
 */
#include "engine/runner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "confine/reaper.h"
#include "ending/inquiry.h"
#include "ending/signals.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/told.h"
#include "model/assessment.h"
#include "observe/ledger.h"
#include "observe/refusals.h"
#include "record/output.h"
#include "scene/still.h"

/* The leak grace goes on this long at the most while leftovers keep ending. */
#define LEAK_GRACE_MOST_NS NS_PER_SEC

void runner_emit(struct runner *runner, enum trace_type type, json_t *data)
{
	struct trace_line line = {
		.type = type,
		.has_assessment = true,
		.assessment = runner->index,
		.try_number = runner->try_number,
		.data = data,
	};

	runner->context->emit(&line, runner->context->data);
	json_decref(data);
}

int runner_create(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number, const struct runner_owner *owner,
	struct runner **ret_runner)
{
	auto_of(runner) struct runner *runner = calloc(1, sizeof(*runner));
	int code;

	if (!runner)
		return -ENOMEM;
	runner->context = context;
	runner->assessment = assessment;
	runner->index = index;
	runner->try_number = try_number;
	runner->owner = *owner;
	runner->stdin_fd = -1;
	runner->child.pidfd = -1;
	runner->child.report = -1;
	try_folders_init(&runner->folders, -1);
	runner->story = (struct process_trace){ context->trace, index, try_number };
	code = runner_deadlines_init(runner);
	if (code < 0)
		return code;
	*ret_runner = take_pointer(runner);
	return 0;
}

void runner_destroy(struct runner *runner)
{
	if (!runner)
		return;
	runner_deadlines_finish(runner);
	cooperation_destroy(runner->cooperation);
	try_folders_finish(&runner->folders);
	killing_destroy(runner->killing);
	inquiry_destroy(runner->inquiry);
	sd_event_source_disable_unref(runner->report);
	sd_event_source_disable_unref(runner->root_end);
	cleanup_fd(&runner->stdin_fd);
	cleanup_fd(&runner->child.pidfd);
	cleanup_fd(&runner->child.report);
	for (int i = 0; i < RUNNER_OUTPUTS; i++)
		output_destroy(runner->outputs[i]);
	runner_survey_finish(runner);
	told_destroy(runner->told);
	ledger_destroy(runner->ledger);
	runner_release(runner);
	refusals_destroy(runner->refusals);
	limit_set_destroy(runner->limits);
	group_destroy(runner->group);
	json_decref(runner->leaks);
	json_decref(runner->survivors);
	free(runner);
}

unsigned runner_index(const struct runner *runner)
{
	return runner->index;
}

bool runner_is_over(const struct runner *runner)
{
	return runner->phase == RUNNER_OVER;
}

static bool runner_wait_for_root(struct runner *runner)
{
	if (runner->adopted)
		return runner_root_is_dead(runner);
	if (!runner->root_waited)
		runner->root_waited = reaper_usage(runner->context->engine->reaper,
			runner->child.pid, &runner->root_status, &runner->root_usage);
	return runner->root_waited;
}

/*
 * A killing that found the group empty and no stray in /proc is the last word: if the counters say
 * otherwise, the barrier will, and nothing would be won by waiting for them.
 */
static bool runner_nothing_lives(const struct runner *runner)
{
	if (runner->killing)
		return killing_is_over(runner->killing);
	/* Only an empty one can have gone, by another's hand. */
	if (!runner->group)
		return true;
	return group_populated(runner->group) == 0 &&
	       (runner->proved_empty || watch_living(runner->watch) == 0);
}

/* After a timeout or a cancel with a grace the leftovers have that grace, not the leak's. */
static bool runner_has_own_grace(const struct runner *runner)
{
	return runner->timed_out_ns || runner->cause == CAUSE_JOB || runner->killing;
}

static void runner_root_left_something(struct runner *runner)
{
	uint64_t now = clock_monotonic_ns();

	if (runner->phase != RUNNER_RUNNING || runner_has_own_grace(runner))
		return;
	runner->phase = RUNNER_LEAVING;
	timer_disarm(&runner->deadline);
	runner->leak_exits = watch_slot(runner->watch)->exits;
	runner->leak_until_ns = now + LEAK_GRACE_MOST_NS;
	runner_save(runner);
	timer_arm(&runner->leak, now + runner->assessment->leak_grace_ns);
}

void runner_look(struct runner *runner)
{
	/* What happened while nobody was there is taken in first: it may have been told already. */
	if (runner->phase >= RUNNER_ENDING || runner->told)
		return;
	if (runner->could_not_start && !runner->child.pid) {
		runner_end_empty(runner);
		return;
	}
	if (runner->killing)
		killing_look(runner->killing);
	if (!runner_wait_for_root(runner) || runner->phase >= RUNNER_ENDING)
		return;
	if (runner_nothing_lives(runner))
		runner_end_empty(runner);
	else
		runner_root_left_something(runner);
}

void runner_note_emptied(struct runner *runner)
{
	runner->proved_empty = true;
	runner_look(runner);
}

void runner_sweep(struct runner *runner)
{
	runner_sweep_ends(runner);
	for (int i = 0; i < RUNNER_OUTPUTS; i++) {
		if (runner->outputs[i] && output_trim(runner->outputs[i]) == -EOPNOTSUPP)
			runner->outputs_unbounded = true;
	}
}

void runner_cancel(struct runner *runner, uint64_t grace_ns)
{
	int signal = runner->assessment->cancel_signal;
	unsigned told = 0;

	bool signals = signal && !runner->cancel_requested;

	if (runner->phase == RUNNER_OVER)
		return;
	runner->cancel_requested = true;
	if (signals)
		runner->cancel_signal_ns = clock_monotonic_ns();
	if (grace_ns)
		runner->cancel_until_ns = clock_monotonic_ns() + grace_ns;
	runner_save(runner);
	if (signals && runner->group)
		told = signals_send(runner->group, signal);
	if (grace_ns)
		timer_arm(&runner->cancel_grace, runner->cancel_until_ns);
	runner_emit(runner, TRACE_ASSESSMENT_CANCEL,
		json_pack("{s:s, s:i, s:i, s:o}", "state", "requested", "signal", signal,
			"processes", (int)told, "grace_ms",
			grace_ns ? json_ms(grace_ns) : json_null()));
	/* Behind its event, so that `acknowledged` follows `requested`. */
	runner_raise_cancel(runner);
}

bool runner_is_canceled(const struct runner *runner)
{
	return runner->cancel_requested;
}

bool runner_is_task_canceled(const struct runner *runner)
{
	return runner->task_canceled;
}

void runner_note_termination(struct runner *runner, uint64_t now_ns, struct still *still)
{
	if (runner->phase >= RUNNER_ENDING)
		return;
	runner->cause = CAUSE_JOB;
	if (!runner->still)
		runner->still = still_reference(still);
	if (!runner->struck_ns)
		runner->struck_ns = now_ns;
	runner_save(runner);
	runner_deadlines_disarm(runner);
}

void runner_lift_limits(struct runner *runner)
{
	limit_set_lift(runner->limits);
}

void runner_abandon(struct runner *runner)
{
	if (runner->phase >= RUNNER_ENDING)
		return;
	runner->abandoned = true;
	runner_save(runner);
	runner_end(runner);
}

json_t *runner_status(const struct runner *runner)
{
	struct limit_usage usage = { 0 };
	json_t *status;

	if (runner->limits)
		limit_set_usage(runner->limits, &usage);
	status = json_pack("{s:i, s:s, s:o, s:o, s:I}", "index", (int)runner->index, "name",
		runner->assessment->name, "elapsed_ms",
		json_ms(clock_monotonic_ns() - runner->begun_ns), "timeout_ms",
		runner->assessment->timeout_ns ? json_ms(runner->assessment->timeout_ns)
					       : json_null(),
		"processes", (json_int_t)(runner->watch ? watch_living(runner->watch) : 0));
	json_object_set_new(status, "progress", cooperation_status(runner->cooperation));
	json_object_set_new(status, "memory_bytes",
		usage.has_memory_now ? json_integer((json_int_t)usage.memory_bytes) : json_null());
	return status;
}
