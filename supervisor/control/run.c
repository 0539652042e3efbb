/* One job of a client, from the call to the end: first it may wait for a slot, then it runs. */
#include "control/run.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "control/listener.h"
#include "model/manifest.h"

/* An ended job waits for the last of them. */
static void termination_settled(void *data)
{
	struct run *run = data;

	if (run->ended)
		run->owner->look(run->owner->data);
}

static void job_event(struct job *job, const json_t *event, void *data)
{
	struct run *run = data;

	run_tell_event(run, event);
	run->owner->event(event, run->owner->data);
	if (run->queue.event)
		run->queue.event(job, event, run->queue.data);
}

/* The job must not be destroyed from in here, and its listeners may start the next at once. */
static void job_ended(struct job *job, axe_result code, const json_t *summary, void *data)
{
	struct run *run = data;

	run->summary = json_incref((json_t *)summary);
	run->code = code;
	run->ended = true;
	if (run->queue.ended)
		run->queue.ended(job, code, summary, run->queue.data);
	run->owner->look(run->owner->data);
}

int run_create(struct manifest *manifest, struct run_options *options, struct listener *caller,
	const struct run_owner *owner, struct run **ret_run, struct error *error)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run) {
		manifest_destroy(manifest);
		run_options_finish(options);
		return fail(error, ENOMEM, "take in the job");
	}
	list_init(&run->link);
	run->owner = owner;
	run->caller = caller;
	run->called_ns = clock_monotonic_ns();
	run->manifest = manifest;
	run->options = *options;
	*options = (struct run_options){ .source = NULL };
	terminations_init(&run->terminations, termination_settled, run);
	*ret_run = run;
	return 0;
}

void run_destroy(struct run *run)
{
	if (!run)
		return;
	list_remove(&run->link);
	job_destroy(run->job);
	timer_finish(&run->deadline);
	manifest_destroy(run->manifest);
	run_options_finish(&run->options);
	json_decref(run->summary);
	free(run);
}

/* Facts of its job come here. */
static struct job_observer observe(struct run *run)
{
	return (struct job_observer){ .event = job_event, .ended = job_ended, .data = run };
}

struct run *run_adopt(struct job *job, const struct run_owner *owner)
{
	struct run *run = calloc(1, sizeof(*run));
	struct job_observer observer;

	if (!run)
		return NULL;
	list_init(&run->link);
	run->owner = owner;
	run->called_ns = clock_monotonic_ns();
	run->job = job;
	terminations_init(&run->terminations, termination_settled, run);
	observer = observe(run);
	job_observe(job, &observer);
	return run;
}

/* job_create takes the manifest, also on failure. */
static int launch(struct run *run, struct engine *engine, struct manifest *manifest,
	const struct job_options *options, struct error *error)
{
	const struct job_observer observer = observe(run);
	int code = job_create(engine, manifest, options, &observer, &run->job, error);

	if (code == 0)
		code = job_start(run->job, error);
	if (code < 0 && run->job)
		job_discard(take_pointer(run->job));
	return code;
}

int run_launch(struct engine *engine, struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, const struct run_owner *owner, struct run **ret_run,
	struct error *error)
{
	struct run *run = calloc(1, sizeof(*run));
	int code;

	if (!run) {
		manifest_destroy(manifest);
		return fail(error, ENOMEM, "start the job");
	}
	list_init(&run->link);
	run->owner = owner;
	run->queue = *observer;
	run->called_ns = clock_monotonic_ns();
	terminations_init(&run->terminations, termination_settled, run);
	code = launch(run, engine, manifest, options, error);
	if (code < 0) {
		run_destroy(run);
		return code;
	}
	*ret_run = run;
	return 0;
}

int run_reserve(struct run *run, struct engine *engine, const char *state_dir, struct error *error)
{
	const struct job_observer observer = observe(run);
	struct job_options options = run->options.job;

	if (!options.state_dir)
		options.state_dir = state_dir;
	return job_create(
		engine, take_pointer(run->manifest), &options, &observer, &run->job, error);
}

int run_start(struct run *run, struct error *error)
{
	timer_disarm(&run->deadline);
	run_options_finish(&run->options);
	return job_start(run->job, error);
}

void run_drop(struct run *run)
{
	if (run && run->job)
		job_discard(take_pointer(run->job));
	run_destroy(run);
}

bool run_is_over(const struct run *run)
{
	return run->ended && terminations_empty(&run->terminations);
}

void run_tell_start(struct run *run)
{
	run->start_untold = run->pending_untold;
	if (run->caller && !run->start_untold)
		run->caller->calls->started(run->caller, run);
}

void run_tell_end(struct run *run)
{
	struct listener *caller = take_pointer(run->caller);

	struct error error;

	if (!caller)
		return;
	if (run->code != AXE_E_JOB_WAIT_TIMEOUT)
		return caller->calls->ended(caller, run->code, run->summary);
	fail_plain(&error, ETIMEDOUT, RUN_TIMEOUT_TEXT);
	caller->calls->refused(caller, run->code, &error);
}

void run_refuse(struct run *run, axe_result code, const struct error *error)
{
	struct listener *caller = take_pointer(run->caller);

	if (caller)
		caller->calls->refused(caller, code, error);
}

axe_result run_terminate(struct run *run, job_terminated *done, void *data)
{
	if (run->ended)
		return AXE_E_NO_JOB_RUNNING;
	return terminations_add(&run->terminations, run->job, done, data);
}
