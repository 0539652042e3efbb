/* Our own freeze and kill of one assessment: for a timeout, a leak, a cancel's grace. */
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "ending/inquiry.h"
#include "ending/receipt.h"
#include "ending/strays.h"
#include "engine/children.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "observe/ledger.h"
#include "observe/process_json.h"
#include "scene/still.h"

#define LEAKS_MOST 64

static const char *const cause_names[] = {
	[CAUSE_NONE] = "none",
	[CAUSE_TIMEOUT] = "timeout",
	[CAUSE_LEAK] = "leak",
	[CAUSE_CANCEL_GRACE] = "cancel_grace",
	[CAUSE_TASK] = "cancel_task",
	[CAUSE_JOB] = "terminate",
};

int runner_directory(const struct runner *runner)
{
	return runner->group ? group_descriptor(runner->group) : -1;
}

void runner_count(const struct runner *runner, struct receipt *receipt)
{
	if (runner->ledger)
		receipt_count_living(receipt, runner->ledger);
}

void runner_list_later(struct runner *runner, struct receipt *receipt)
{
	runner->unlisted = receipt;
}

void runner_list(struct runner *runner)
{
	struct receipt *receipt = take_pointer(runner->unlisted);

	if (receipt && runner->ledger)
		receipt_add_living(receipt, runner->ledger, runner->begun_ns);
}

void runner_list_before(struct runner *runner, const struct axe_process *record)
{
	bool exited = record->flags & AXE_PROCESS_EXITED;

	if (runner->unlisted && (!exited || record->exit_ns >= runner->unlisted->struck_ns))
		runner_list(runner);
}

void runner_account(struct runner *runner, struct receipt *receipt)
{
	if (runner->watch) {
		runner_recover(runner);
		receipt->unrecorded += watch_slot(runner->watch)->lost_records;
	}
	receipt->killed += runner->killed;
	receipt->observed += runner->observed;
}

uint64_t runner_kill_strays(struct runner *runner, bool group_is_empty)
{
	bool escaped;

	if (!runner->watch || watch_living(runner->watch) == 0)
		return 0;
	escaped = watch_slot(runner->watch)->escapes;
	/* Who they are may not have been heard yet. */
	if (escaped || group_is_empty)
		watches_drain(runner->context->engine->watches);
	if (escaped)
		strays_kill(runner->ledger);
	/* Counters that disagree with /proc are the barrier's business, not a reason to wait. */
	return group_is_empty ? strays_count(runner->ledger) : 0;
}

static void note_leaks(struct runner *runner)
{
	uint64_t living = watch_living(runner->watch);

	runner->leaked = ledger_living(runner->ledger) + ledger_overflow(runner->ledger);
	/* The counters know those, too, for whom there was no room. */
	if (runner->leaked < living)
		runner->leaked = living;
	runner->leaks = process_json_all_living(runner->ledger, runner->begun_ns, LEAKS_MOST);
	runner_emit(runner, TRACE_ASSESSMENT_LEAK,
		json_pack("{s:I, s:O}", "count", (json_int_t)runner->leaked, "processes",
			runner->leaks));
}

static bool runner_look_at_it(void *data)
{
	return runner_survey_look(data);
}

static void runner_strike(void *data)
{
	struct runner *runner = data;

	children_leave(runner->context->engine->children);
	runner_survey_look_over(runner);
	watches_drain(runner->context->engine->watches);
	if (runner->cause == CAUSE_LEAK && !runner->leaks)
		note_leaks(runner);
	if (!runner->struck_ns)
		runner->struck_ns = clock_monotonic_ns();
	runner_save(runner);
}

static uint64_t runner_stray(bool group_is_empty, void *data)
{
	return runner_kill_strays(data, group_is_empty);
}

static void emit_kill(struct runner *runner)
{
	const struct killing_report *report = killing_report(runner->killing);
	struct receipt receipt;
	json_t *json;

	if (runner->phase == RUNNER_ENDING)
		return;
	receipt_init(&receipt);
	runner_account(runner, &receipt);
	receipt.seen = receipt.observed;
	receipt.still = still_reference(runner->still);
	receipt.unlooked = runner->unlooked;
	json = receipt_json(&receipt, report, runner->survivors);
	json_object_del(json, "picture");
	json_object_del(json, "picture_cut");
	json_object_set_new(json, "cause", json_string(cause_names[runner->cause]));
	runner_emit(runner, TRACE_ASSESSMENT_KILL, json);
	receipt_finish(&receipt);
}

static void runner_emptied(void *data)
{
	struct runner *runner = data;

	children_fetch(runner->context->engine->children);
	/* The exits that the strike caused are all in the ring now. */
	watches_drain(runner->context->engine->watches);
	if (runner->phase != RUNNER_OVER && !runner->kill_told)
		emit_kill(runner);
	/* The end itself waits for the root's status, like every end: see runner_look. */
}

/* The deadline passed with somebody alive; but who ended while all were asked is no survivor. */
static bool has_ended_since(struct runner *runner)
{
	if (runner->phase >= RUNNER_ENDING)
		return true;
	if (group_populated(runner->group) == 0)
		killing_look(runner->killing);
	return killing_is_over(runner->killing);
}

static void survivors_known(json_t *survivors, void *data)
{
	struct runner *runner = data;

	if (has_ended_since(runner))
		return;
	json_decref(runner->survivors);
	runner->survivors = json_incref(survivors);
	runner_emit(runner, TRACE_ASSESSMENT_SURVIVOR,
		json_pack("{s:O, s:o}", "survivors", survivors, "abandon_after_ms",
			json_integer(
				(json_int_t)(runner->context->deadlines.abandon_ns / NS_PER_MS))));
	if (runner->given_up)
		runner_abandon(runner);
}

static void runner_survived(void *data)
{
	struct runner *runner = data;

	struct engine *engine = runner->context->engine;

	if (!runner->inquiry)
		inquiry_create(engine->loop, &engine->hierarchy, runner->group, survivors_known,
			runner, &runner->inquiry);
}

/* Not before it is known whom: an inquiry has a budget of its own. */
static void runner_given_up(void *data)
{
	struct runner *runner = data;

	runner->given_up = true;
	if (!runner->inquiry || runner->survivors)
		runner_abandon(runner);
}

/* Out of memory. What was left behind is told all the same: nobody else looks before it is gone. */
static void kill_bluntly(struct runner *runner)
{
	watches_drain(runner->context->engine->watches);
	if (runner->cause == CAUSE_LEAK && !runner->leaks)
		note_leaks(runner);
	group_kill(runner->group, NULL);
}

void runner_cancel_task(struct runner *runner)
{
	if (runner->phase == RUNNER_OVER)
		return;
	runner->task_canceled = true;
	/* A kill that is under way keeps its cause; this one decides what the end is called. */
	runner_kill(runner, CAUSE_TASK);
}

void runner_kill(struct runner *runner, enum runner_cause cause)
{
	struct killing_owner owner = {
		.look = runner_look_at_it,
		.strike = runner_strike,
		.stray = runner_stray,
		.emptied = runner_emptied,
		.survived = runner_survived,
		.abandoned = runner_given_up,
		.data = runner,
	};
	/* Our predecessor may have begun it. */
	struct killing_deadlines deadlines =
		killing_deadlines_since(&runner->context->deadlines, runner->struck_ns);

	/* Its end is being told: whoever came behind that would have it told twice. */
	if (runner->killing || runner->cause == CAUSE_JOB || runner->phase >= RUNNER_ENDING)
		return;
	runner->cause = cause;
	runner->phase = RUNNER_KILLING;
	runner_save(runner);
	runner_deadlines_disarm(runner);
	if (killing_create(runner->context->engine->loop, runner->group, &deadlines, &owner,
		    &runner->killing, NULL) < 0)
		kill_bluntly(runner);
	runner_lift_limits(runner);
}
