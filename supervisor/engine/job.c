/* One run of one manifest: its assessments one after another. */
#include "engine/job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/heap.h"
#include "base/json.h"
#include "confine/group.h"
#include "engine/guard.h"
#include "engine/job_parts.h"
#include "engine/job_rows.h"
#include "engine/publisher.h"
#include "engine/runner.h"
#include "engine/shared.h"
#include "model/manifest.h"
#include "record/jobdir.h"

/* Assessments of a job that is worth a walk through the heap when it goes. */
#define LARGE_LEAST 200

void job_emit_line(const struct trace_line *line, void *data)
{
	struct job *job = data;
	struct trace_line told = *line;
	struct job_rows rows;
	auto_json event = NULL;

	job_heir_before(job, line);
	if (!told.actor)
		told.actor = job->actor;
	if (line->type == TRACE_ASSESSMENT_END)
		job_note_task(job, line->data);
	if (trace_write(job->trace, &told, &event) < 0 || !event)
		return;
	/* The file before the store: whoever goes on with the job after us finds no event stored
	 * that it does not know of. The kernel has it then, whatever becomes of us. */
	trace_flush(job->trace, NULL);
	job_rows_make(&rows, job, event);
	publisher_put(job->publisher, event, rows.changes, rows.count);
	job_rows_finish(&rows);
}

void job_deliver(const json_t *event, bool durable, void *data)
{
	struct job *job = data;
	const char *type = json_string_value(json_object_get(event, "type"));

	if (job->observer.event)
		job->observer.event(job, event, job->observer.data);
	if (!strcmp(type, trace_type_name(TRACE_JOB_END)))
		job_end_published(job, durable);
}

void job_emit(struct job *job, enum trace_type type, json_t *data)
{
	struct trace_line line = { .type = type, .data = data };

	job_emit_line(&line, job);
	json_decref(data);
}

void job_step_soon(struct job *job)
{
	timer_arm_now(&job->step);
}

static void job_begin(struct job *job)
{
	job->phase = JOB_RUNNING;
	job->started = (struct store_time){ clock_wall_ns(), clock_monotonic_ns() };
	if (job->manifest->runtime_ns)
		timer_arm(&job->runtime, clock_monotonic_ns() + job->manifest->runtime_ns);
	job_emit(job, TRACE_JOB_BEGIN,
		json_pack("{s:s, s:I, s:s, s:s}", "name", job->manifest->name, "assessments",
			(json_int_t)job->manifest->assessments_count, "directory",
			job_directory(job), "group", job_group(job)));
	job_tell_kill(job);
}

static bool job_is_done(const struct job *job)
{
	bool killing = job_is_being_killed(job) && !job->abandoned;

	return !job->active && job->post_done && !killing;
}

void job_step(void *data)
{
	struct job *job = data;

	if (job->phase == JOB_PREPARED)
		job_begin(job);
	if (job->phase != JOB_RUNNING)
		return;
	job_run_step(job);
	if (job_is_done(job))
		job_end(job);
}

bool job_look_at_kill(struct job *job)
{
	if (!job->killing)
		return false;
	job_terminate_look(job);
	return job_is_being_killed(job);
}

void job_look(struct job *job)
{
	struct job_try *running, *following;

	if (job->killing)
		job_terminate_look(job);
	list_for_each_safe (running, following, &job->tries, link) {
		runner_look(running->runner);
	}
	if (!job->active && job->phase == JOB_RUNNING)
		job_step_soon(job);
}

void job_release_ends(struct job *job)
{
	struct job_try *running;

	list_for_each (running, &job->tries, link)
		runner_release_ends(running->runner);
}

void job_rest(struct job *job)
{
	job_release_ends(job);
	trace_settle(job->trace);
}

void job_sweep(struct job *job)
{
	struct job_try *running;

	list_for_each (running, &job->tries, link)
		runner_sweep(running->runner);
	trace_flush(job->trace, NULL);
	job_look(job);
}

int job_create(struct engine *engine, struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, struct job **ret_job, struct error *error)
{
	struct job *job = calloc(1, sizeof(*job));
	int code;

	if (!job) {
		manifest_destroy(manifest);
		return fail(error, ENOMEM, "create the job");
	}
	job->engine = engine;
	job->manifest = manifest;
	job->observer = *observer;
	list_init(&job->link);
	list_init(&job->waiters);
	receipt_init(&job->receipt);
	code = job_prepare(job, options, error);
	if (code < 0) {
		job_discard(job);
		return code;
	}
	job->begun_ns = clock_monotonic_ns();
	job->created = (struct store_time){ clock_wall_ns(), job->begun_ns };
	if (job_is_queued(job))
		job->created = job->row.created;
	*ret_job = job;
	return 0;
}

int job_start(struct job *job, struct error *error)
{
	int code = guard_check(job->engine->guard, error);

	if (code < 0)
		return code;
	job_survey_foresee(job);
	code = job_prepare_start(job, error);
	if (code < 0)
		return code;
	job->phase = JOB_PREPARED;
	job->begun_ns = clock_monotonic_ns();
	list_append(&job->engine->jobs, &job->link);
	engine_sweep_soon(job->engine);
	job_step_soon(job);
	return 0;
}

void job_discard(struct job *job)
{
	/* The folder of one that is queued stays for its next attempt. */
	if (!job_is_queued(job))
		jobdir_discard(take_pointer(job->jobdir));
	job_destroy(job);
}

void job_destroy(struct job *job)
{
	bool large;

	if (!job)
		return;
	/* One that could not be taken over may have none. */
	large = job->manifest && job->manifest->assessments_count >= LARGE_LEAST;
	list_remove(&job->link);
	timer_finish(&job->step);
	job_end_finish(job);
	publisher_destroy(job->publisher);
	job_run_finish(job);
	job_terminate_finish(job);
	job_prepare_finish(job);
	job_queued_finish(job);
	manifest_destroy(job->manifest);
	receipt_finish(&job->receipt);
	error_list_finish(&job->errors);
	free(job);
	/* What it had lies scattered among what lives on. */
	if (large)
		heap_trim();
}

void job_observe(struct job *job, const struct job_observer *observer)
{
	job->observer = *observer;
}

uint64_t job_id(const struct job *job)
{
	return jobdir_id(job->jobdir);
}

const char *job_directory(const struct job *job)
{
	return jobdir_path(job->jobdir);
}

const char *job_group(const struct job *job)
{
	return group_path(job->group);
}

uid_t job_owner(const struct job *job)
{
	return job->context.owner ? job->context.owner->uid : geteuid();
}

bool job_outlives_stop(const struct job *job, bool supervisor_keeps)
{
	return stop_policy_keeps(job->manifest->on_supervisor_stop, supervisor_keeps);
}
