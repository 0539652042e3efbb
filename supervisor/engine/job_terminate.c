/*
 * TerminateJob: the job's own group, which holds everything, is frozen and killed by one write
 * each.
 *
 * The order (SEMANTICS 3): the intent, then nothing is started any more; freeze; picture; kill
 * until the group stays empty; the runners see their groups empty and end as `terminated`; job.end;
 * and only then are the callers answered. What survives the deadline is answered with its names,
 * and the job goes on ending; what survives `abandon` is given up, so that no job hangs for ever.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "confine/group.h"
#include "ending/inquiry.h"
#include "engine/children.h"
#include "engine/job_parts.h"
#include "engine/runner.h"
#include "engine/shared.h"

/* What is told goes to the disk, whose interrupts come to the processors that are to end the job.
 */
#define UNTOLD_MOST_NS (5 * NS_PER_MS)

static bool is_frozen(const struct job *job)
{
	return killing_report(job->killing)->froze;
}

/* What is not frozen changes: the book and the group are counted at the same moment. */
static void count_unfrozen(struct job *job)
{
	struct job_try *running;

	job_each_running(running, job)
	{
		runner_count(running->runner, &job->receipt);
	}
	job->receipt.counted = true;
	job->receipt.members = job_count_members(job);
}

/*
 * Births that nobody has heard are not lost while the ring has room for all ends behind them. Its
 * bell, at an eighth, has not rung for them yet.
 */
static bool births_can_wait(const struct job *job)
{
	return is_frozen(job) && watches_filled(job->engine->watches) < WATCHES_LITTLE_PERCENT;
}

/* The book is read while the camera looks; without one, behind the kill. */
static bool job_picture(void *data)
{
	struct job *job = data;
	bool looks = job_survey_look(job);

	if (looks || !births_can_wait(job))
		watches_drain(job->engine->watches);
	if (!is_frozen(job))
		count_unfrozen(job);
	return looks;
}

static void job_strike(void *data)
{
	struct job *job = data;
	struct job_try *running;

	children_leave(job->engine->children);
	job_survey_look_over(job);
	if (is_frozen(job))
		job->receipt.members = job_count_members(job);
	job->receipt.struck_ns = clock_monotonic_ns();
	job_save(job);
	job_each_running(running, job)
	{
		runner_note_termination(
			running->runner, job->receipt.struck_ns, job->receipt.still);
	}
}

static void job_struck(void *data)
{
	struct job *job = data;
	struct job_try *running;

	job_each_running(running, job)
	{
		runner_list_later(running->runner, &job->receipt);
	}
}

void job_list_living(struct job *job)
{
	struct job_try *running;

	watches_drain(job->engine->watches);
	job_each_running(running, job)
	{
		runner_list(running->runner);
	}
}

bool job_is_being_killed(const struct job *job)
{
	return job->killing && !killing_is_over(job->killing);
}

void job_account(struct job *job, struct receipt *receipt)
{
	struct job_try *killed;

	list_for_each (killed, &job->tries, link)
		runner_account(killed->runner, receipt);
}

static uint64_t job_stray(bool group_is_empty, void *data)
{
	struct job *job = data;
	struct job_try *running;
	uint64_t alive = 0;

	job_each_running(running, job)
	{
		alive += runner_kill_strays(running->runner, group_is_empty);
	}
	return alive;
}

/* Once nothing waits for it: neither disk nor store stand between the request and the kill. */
static void tell_asked(struct job *job)
{
	struct trace_line line = {
		.type = TRACE_JOB_TERMINATE,
		.mono_ns = job->asked_ns,
		.actor = job->asker,
	};

	if (!job->asked_ns)
		return;
	job->asked_ns = 0;
	job_emit_line(&line, job);
}

static void emit_kill(struct job *job)
{
	auto_json receipt =
		receipt_json(&job->receipt, killing_report(job->killing), job->survivors);

	job_emit(job, TRACE_JOB_KILL, json_incref(receipt));
	json_decref(job->final_receipt);
	job->final_receipt = json_incref(receipt);
}

static void job_emptied(void *data)
{
	struct job *job = data;
	struct job_try *running;

	children_fetch(job->engine->children);
	tell_asked(job);
	job_list_living(job);
	job_account(job, &job->receipt);
	job->receipt.accounted = true;
	if (job->phase == JOB_RUNNING)
		emit_kill(job);
	job_each_running(running, job)
	{
		runner_note_emptied(running->runner);
	}
	if (!job->active)
		job_step_soon(job);
}

static int start_killing(struct job *job, struct error *error)
{
	struct killing_owner owner = {
		.look = job_picture,
		.strike = job_strike,
		.struck = job_struck,
		.stray = job_stray,
		.emptied = job_emptied,
		.survived = job_survived,
		.abandoned = job_given_up,
		.data = job,
	};
	/* Our predecessor may have begun it. */
	struct killing_deadlines deadlines = killing_deadlines_since(
		&job->context.deadlines, watch_intent(job->watch)->terminate_ns);
	struct job_try *running;
	int code = killing_create(
		job->engine->loop, job->group, &deadlines, &owner, &job->killing, error);

	if (code < 0)
		return code;
	job_each_running(running, job)
	{
		runner_lift_limits(running->runner);
	}
	return 0;
}

/* Nothing of it is there; the caller is answered when its end is stored. */
static axe_result withdraw(struct job *job, job_terminated *done, void *data)
{
	static const struct killing_report nothing_done;

	if (job_add_waiter(job, done, data) < 0)
		return AXE_E_INTERNAL_ERROR;
	job_refuse(job, AXE_E_JOB_CANCELED, "withdrawn while it waited for a slot");
	job->final_receipt = receipt_json(&job->receipt, &nothing_done, NULL);
	return S_OK;
}

/* One that is not empty by then. */
static void patience_over(void *data)
{
	tell_asked(data);
}

axe_result job_terminate(struct job *job, job_terminated *done, void *data)
{
	struct error error = { 0 };

	if (job_waits(job))
		return withdraw(job, done, data);
	if (job->phase != JOB_RUNNING)
		return AXE_E_NO_JOB_RUNNING;
	if (job_add_waiter(job, done, data) < 0)
		return AXE_E_INTERNAL_ERROR;
	if (job->killing) {
		if (job->terminate_failed)
			job_strike_again(job);
		return S_OK;
	}
	job->terminated = true;
	job->asked_ns = clock_monotonic_ns();
	json_decref(job->asker);
	job->asker = json_incref(job->actor);
	job_save(job);
	if (start_killing(job, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "job %llu: %s", (unsigned long long)job_id(job),
			error.text);
		job->terminated = false;
		job->asked_ns = 0;
		job_save(job);
		job_terminate_forget(job, data);
		return AXE_E_INTERNAL_ERROR;
	}
	timer_arm(&job->asked_told, job->asked_ns + UNTOLD_MOST_NS);
	return S_OK;
}

void job_terminate_unasked(struct job *job)
{
	struct error error = { 0 };

	if (job->killing)
		return;
	job_save(job);
	if (start_killing(job, &error) < 0)
		log_line(LOG_LEVEL_ERROR, "job %llu: %s", (unsigned long long)job_id(job),
			error.text);
}

void job_terminate_look(struct job *job)
{
	killing_look(job->killing);
}

int job_terminate_init(struct job *job)
{
	int code = timer_init(&job->repeat, job->engine->loop, job_ask_again, job);

	return code < 0 ? code
			: timer_init(&job->asked_told, job->engine->loop, patience_over, job);
}

void job_terminate_finish(struct job *job)
{
	job_waiters_finish(job);
	timer_finish(&job->repeat);
	timer_finish(&job->asked_told);
	killing_destroy(job->killing);
	inquiry_destroy(job->inquiry);
	json_decref(job->survivors);
	json_decref(job->final_receipt);
	json_decref(job->asker);
}
