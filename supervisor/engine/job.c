/* One run of one manifest: its assessments one after another. */
#include "engine/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "confine/group.h"
#include "engine/job_parts.h"
#include "engine/job_rows.h"
#include "engine/plan.h"
#include "engine/publisher.h"
#include "engine/runner.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/manifest.h"
#include "record/job_files.h"
#include "record/jobdir.h"
#include "record/results.h"

#define STATE_DIR_DEFAULT "/var/lib/axe"

static void emit_line(const struct trace_line *line, void *data)
{
	struct job *job = data;
	struct job_rows rows;
	auto_json event = NULL;

	if (trace_write(job->trace, line, &event) < 0 || !event)
		return;
	job_rows_make(&rows, job, event);
	publisher_put(job->publisher, event, rows.changes, rows.count);
	job_rows_finish(&rows);
}

static void deliver(const json_t *event, bool durable, void *data)
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

	emit_line(&line, job);
	json_decref(data);
}

void job_step_soon(struct job *job)
{
	timer_arm(&job->step, clock_monotonic_ns());
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
}

static bool job_is_done(const struct job *job)
{
	bool killing = job->killing && !killing_is_over(job->killing) && !job->abandoned;

	return !job->active && job->post_done && !killing;
}

static void job_step(void *data)
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

void job_sweep(struct job *job)
{
	struct job_try *running;

	list_for_each (running, &job->tries, link)
		runner_sweep(running->runner);
	trace_flush(job->trace, NULL);
	job_look(job);
}

/* The job's own group has no processes: its bells only say that something is to be looked at. */
static void job_hear(const struct axe_event *event, void *data)
{
}

static int job_make_places(struct job *job, const char *state_dir, struct error *error)
{
	struct engine *engine = job->engine;
	char path[TREE_PATH_SIZE];
	int code = jobdir_create(state_dir, &job->jobdir, error);

	if (code < 0)
		return code;
	tree_job_path(engine->tree, job_id(job), path);
	code = group_create(&engine->hierarchy, path, &job->group, error);
	if (code == 0)
		code = watch_open(engine->watches, job->group, AXE_SLOT_JOB, job_hear, job,
			&job->watch, error);
	return code;
}

static int job_open_records(struct job *job, struct error *error)
{
	int directory = jobdir_descriptor(job->jobdir);
	int code = trace_create(directory, job_id(job), 1, TRACE_LIMIT_DEFAULT, &job->trace, error);

	if (code == 0)
		code = results_create(directory, &job->results, error);
	if (code == 0)
		code = job_files_write_before(directory, job->manifest->source, error);
	return code;
}

static int job_copy_environment(struct job *job, const char *const *environment)
{
	size_t count = 0;

	while (environment && environment[count])
		count++;
	job->environment = calloc(count + 1, sizeof(*job->environment));
	for (size_t i = 0; job->environment && i < count; i++) {
		job->environment[i] = strdup(environment[i]);
		if (!job->environment[i])
			return -ENOMEM;
	}
	return job->environment ? 0 : -ENOMEM;
}

static void job_set_context(struct job *job, const struct job_options *options)
{
	struct killing_deadlines deadlines = KILLING_DEADLINES_DEFAULT;

	if (options->freeze_deadline_ns)
		deadlines.freeze_ns = options->freeze_deadline_ns;
	if (options->kill_deadline_ns)
		deadlines.kill_ns = options->kill_deadline_ns;
	if (options->abandon_after_ns)
		deadlines.abandon_ns = options->abandon_after_ns;
	job->context = (struct job_context){
		.engine = job->engine,
		.job = job_id(job),
		.attempt = 1,
		.manifest = job->manifest,
		.jobdir = job->jobdir,
		.trace = job->trace,
		.deadlines = deadlines,
		.environment = (const char *const *)job->environment,
		.emit = emit_line,
		.data = job,
	};
}

static int job_prepare(struct job *job, const struct job_options *options, struct error *error)
{
	int code = job_run_init(job);

	if (code >= 0)
		code = timer_init(&job->step, job->engine->loop, job_step, job);
	if (code >= 0)
		code = job_terminate_init(job);
	if (code >= 0)
		code = job_end_init(job);
	if (code >= 0)
		code = publisher_create(job->engine->store, deliver, job, &job->publisher);
	if (code >= 0)
		code = job_copy_environment(job, options->environment);
	if (code < 0)
		return fail(error, -code, "prepare the job");
	code = plan_check_limits(&job->engine->hierarchy, job->manifest, error);
	if (code < 0)
		return code;
	code = job_make_places(
		job, options->state_dir ? options->state_dir : STATE_DIR_DEFAULT, error);
	if (code == 0)
		code = job_open_records(job, error);
	return code;
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
		jobdir_discard(take_pointer(job->jobdir));
		job_destroy(job);
		return code;
	}
	job_set_context(job, options);
	job->begun_ns = clock_monotonic_ns();
	job->created = (struct store_time){ clock_wall_ns(), job->begun_ns };
	list_append(&engine->jobs, &job->link);
	engine_sweep_soon(engine);
	job_step_soon(job);
	*ret_job = job;
	return 0;
}

static void job_free_environment(struct job *job)
{
	for (char **entry = job->environment; entry && *entry; entry++)
		free(*entry);
	free(job->environment);
}

void job_destroy(struct job *job)
{
	if (!job)
		return;
	list_remove(&job->link);
	timer_finish(&job->step);
	job_end_finish(job);
	publisher_destroy(job->publisher);
	job_run_finish(job);
	job_terminate_finish(job);
	watch_close(job->watch);
	if (job->group)
		tree_bury(job->engine->tree, job->group, NULL);
	results_destroy(job->results);
	trace_destroy(job->trace);
	jobdir_destroy(job->jobdir);
	job_free_environment(job);
	manifest_destroy(job->manifest);
	receipt_finish(&job->receipt);
	free(job);
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
