/* What a job needs before it begins: its folder and records first, its group when it starts. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "confine/group.h"
#include "engine/job_parts.h"
#include "engine/job_private.h"
#include "engine/plan.h"
#include "engine/publisher.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/manifest.h"
#include "record/attempt.h"
#include "record/job_files.h"
#include "record/jobdir.h"
#include "record/results.h"

#define STATE_DIR_DEFAULT "/var/lib/axe"

static int copy_environment(struct job *job, const char *const *environment)
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

static void free_environment(struct job *job)
{
	for (char **entry = job->environment; entry && *entry; entry++)
		free(*entry);
	free(job->environment);
}

static void set_context(struct job *job, const struct job_options *options)
{
	struct killing_deadlines deadlines = KILLING_DEADLINES_DEFAULT;

	if (options->freeze_deadline_ns)
		deadlines.freeze_ns = options->freeze_deadline_ns;
	if (options->picture_budget_ns)
		deadlines.look_ns = options->picture_budget_ns;
	if (options->kill_deadline_ns)
		deadlines.kill_ns = options->kill_deadline_ns;
	if (options->abandon_after_ns)
		deadlines.abandon_ns = options->abandon_after_ns;
	deadlines.core_ns = options->core_grace_ns;
	job->context = (struct job_context){
		.engine = job->engine,
		.job = job_id(job),
		.attempt = options->row ? options->row->attempt : 1,
		.manifest = job->manifest,
		.jobdir = job->jobdir,
		.trace = job->trace,
		.deadlines = deadlines,
		.environment = (const char *const *)job->environment,
		.before = job->context.before, /* a look that was at hand; or why there is none */
		.unseen = job->context.unseen,
		.owner = options->owner ? &job->owner : NULL,
		.emit = job_emit_line,
		.data = job,
	};
}

/* A job of the queue has its number, and from its second attempt on the files of the one before. */
static int take_folder(struct job *job, const struct job_options *options, struct error *error)
{
	const char *state_dir = options->state_dir ? options->state_dir : STATE_DIR_DEFAULT;
	int code;

	if (!options->row)
		return jobdir_create(state_dir, &job->jobdir, error);
	code = jobdir_open(state_dir, options->row->id, &job->jobdir, error);
	return code < 0 ? code
			: attempt_put_away(
				  jobdir_descriptor(job->jobdir), options->row->attempt - 1, error);
}

/* Many may wait: each holds two descriptors, its folder and its trace. */
static int open_folder(struct job *job, const struct job_options *options, struct error *error)
{
	unsigned attempt = options->row ? options->row->attempt : 1;
	int code = take_folder(job, options, error);

	/* Before the first file: each gets the group of its folder. */
	if (code == 0 && options->owner)
		code = jobdir_show(job->jobdir, options->owner->gid, error);
	if (code == 0)
		code = trace_create(jobdir_descriptor(job->jobdir), job_id(job), attempt,
			job->engine->trace_limit, &job->trace, error);
	if (code == 0)
		code = job_files_write_manifest(
			jobdir_descriptor(job->jobdir), job->manifest->source, error);
	return code;
}

int job_prepare_parts(struct job *job)
{
	int code = job_run_init(job);

	if (code >= 0)
		code = timer_init(&job->step, job->engine->loop, job_step, job);
	if (code >= 0)
		code = job_terminate_init(job);
	if (code >= 0)
		code = job_end_init(job);
	if (code >= 0)
		code = publisher_create(job->engine->store, job_deliver, job, &job->publisher);
	return code;
}

int job_prepare(struct job *job, const struct job_options *options, struct error *error)
{
	int code = job_prepare_parts(job);

	if (code >= 0)
		code = copy_environment(job, options->environment);
	if (code >= 0 && options->owner)
		code = identity_copy(options->owner, &job->owner);
	if (code < 0)
		return fail(error, -code, "prepare the job");
	if (options->starts_at_once)
		job_survey_foresee(job);
	/* Before there is a number: what this host cannot do is refused at once. */
	code = plan_check_limits(&job->engine->hierarchy, job->manifest, error);
	if (code == 0)
		code = plan_check_descriptors(job->manifest, error);
	if (code == 0)
		code = job_take_row(job, options, error);
	if (code == 0)
		code = open_folder(job, options, error);
	if (code == 0)
		set_context(job, options);
	return code;
}

/* The job's own group has no processes: its bells only say that something is to be looked at. */
void job_hear(const struct axe_event *event, void *data)
{
}

int job_make_group(struct job *job, struct error *error)
{
	struct engine *engine = job->engine;
	char path[TREE_PATH_SIZE];
	int code;

	tree_job_path(engine->tree, job_id(job), path);
	code = group_create(&engine->hierarchy, path, &job->group, error);
	if (code == 0)
		code = watch_open(engine->watches, job->group, AXE_SLOT_JOB, job_hear, job,
			&job->watch, error);
	if (code == 0)
		job_save_birth(job);
	return code;
}

static void remove_group(struct job *job)
{
	watch_close(take_pointer(job->watch));
	if (job->group)
		tree_bury(job->engine->tree, take_pointer(job->group), NULL);
}

int job_prepare_start(struct job *job, struct error *error)
{
	int directory = jobdir_descriptor(job->jobdir);
	int code = results_create(directory, &job->results, error);

	if (code == 0)
		code = job_files_write_before(directory, error);
	if (code == 0)
		code = job_make_group(job, error);
	/* Behind its intent: a successor finds by that what is to be removed again. */
	if (code == 0 && job->engine->recoverable)
		code = job_private_write(job, error);
	if (code < 0)
		remove_group(job);
	return code;
}

void job_prepare_finish(struct job *job)
{
	remove_group(job);
	results_destroy(job->results);
	trace_destroy(job->trace);
	jobdir_destroy(job->jobdir);
	free_environment(job);
	identity_finish(&job->owner);
}
