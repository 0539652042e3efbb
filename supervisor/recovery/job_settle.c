/* Going on with a job whose supervisor died: what was under way goes on. */
#include "base/clock.h"
#include "base/json.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "model/manifest.h"
#include "recovery/adoption.h"
#include "recovery/job_adopt.h"
#include "recovery/runner_adopt.h"

/* Between two tries: another one only if nobody wants the job to end. */
static void settle_unborn(struct job_try *next)
{
	json_t *last = json_incref(next->result);

	next->unborn = false;
	if (job_may_start(next->job)) {
		json_decref(take_pointer(next->result));
		runner_start(next->runner);
		runner_started(next->runner);
	} else {
		next->job->active--;
		job_try_settle(next, verdict_of_result(last), last);
		job_try_destroy(next);
	}
	json_decref(last);
}

static void settle_try(struct job_try *adopted)
{
	if (adopted->unborn) {
		settle_unborn(adopted);
		return;
	}
	if (adopted->untold)
		runner_tell_begin(adopted->runner);
	adopted->untold = false;
	runner_settle_in(adopted->runner);
}

/* One that ran out meanwhile ends at once. */
static uint64_t grace_left(const struct job *job)
{
	uint64_t now = clock_monotonic_ns();

	if (!job->cancel_until_ns)
		return 0;
	return job->cancel_until_ns > now ? job->cancel_until_ns - now : 1;
}

static void tell_untold(struct job *job)
{
	uint32_t untold = job->untold;

	job->untold = 0;
	if (untold & AXE_INTENT_OVERRUN) {
		job->overrun = true;
		job_emit(job, TRACE_JOB_OVERRUN,
			json_pack("{s:o}", "runtime_ms", json_ms(job->manifest->runtime_ns)));
	}
	if (untold & AXE_INTENT_TERMINATE) {
		job->terminated = true;
		job_emit(job, TRACE_JOB_TERMINATE, NULL);
	}
	if (untold & AXE_INTENT_CANCEL_JOB)
		job_cancel(job, grace_left(job));
}

/* Told for the job, but not yet for each that ran. */
static void cancel_rest(struct job *job)
{
	struct job_try *running;

	job_each_running(running, job)
	{
		if (!runner_is_canceled(running->runner))
			runner_cancel(running->runner, grace_left(job));
	}
}

void job_settle_in(struct job *job)
{
	struct job_try *adopted, *following;
	bool ending;

	tell_untold(job);
	list_for_each_safe (adopted, following, &job->tries, link) {
		settle_try(adopted);
	}
	if (job->canceled)
		cancel_rest(job);
	ending = job->terminated || job->overrun;
	/* With a receipt it is known that nothing is left. */
	if (ending && !job->final_receipt && job->phase == JOB_RUNNING)
		job_terminate_unasked(job);
	engine_sweep_soon(job->engine);
	job_step_soon(job);
	job_look(job);
}
