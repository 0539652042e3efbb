/* What a successor of the supervisor needs to go on with a job, and nobody else may read. */
#include "engine/job_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "engine/job_parts.h"
#include "engine/open_jobs.h"
#include "engine/shared.h"
#include "model/manifest.h"
#include "record/jobdir.h"

#define MODE           0600
#define SIZE_MAX_BYTES ((size_t)64 << 20)

static json_t *environment_json(const struct job *job)
{
	json_t *environment = json_array();

	for (char **entry = job->environment; entry && *entry; entry++)
		json_array_append_new(environment, json_text(*entry, strlen(*entry)));
	return environment;
}

/* Of a job of the queue: the tasks of earlier attempts. */
static json_t *kept_json(const struct job *job)
{
	json_t *kept = json_array();

	for (size_t i = 0; job->kept && i < job->manifest->assessments_count; i++)
		json_array_append_new(kept, json_string(state_name(job->kept[i])));
	return kept;
}

static json_t *private_json(const struct job *job)
{
	const struct killing_deadlines *deadlines = &job->context.deadlines;
	json_t *json = json_pack("{s:i, s:I, s:O, s:o, s:I, s:I, s:I, s:I, s:I}", "v", 1, "attempt",
		(json_int_t)job->context.attempt, "manifest", job->manifest->source, "environment",
		environment_json(job), "freeze_ns", (json_int_t)deadlines->freeze_ns, "kill_ns",
		(json_int_t)deadlines->kill_ns, "abandon_ns", (json_int_t)deadlines->abandon_ns,
		"created_wall_ns", (json_int_t)job->created.wall_ns, "created_mono_ns",
		(json_int_t)job->created.mono_ns);

	if (json && job->task_retries)
		json_object_set_new(json, "task_retries", json_integer(job->task_retries));
	if (json && job->kept)
		json_object_set_new(json, "kept", kept_json(job));
	if (json && job->context.owner)
		json_object_set_new(json, "owner", identity_json(job->context.owner));
	return json;
}

/* Whether it is gone. */
static bool remove_file(const struct job *job)
{
	struct unremoved *unremoved = &job->engine->unremoved;
	auto_free char *path = NULL;

	unremoved_retry(unremoved);
	if (asprintf(&path, "%s/%s", jobdir_path(job->jobdir), JOB_PRIVATE_NAME) < 0) {
		path = NULL;
		return unlinkat(jobdir_descriptor(job->jobdir), JOB_PRIVATE_NAME, 0) == 0 ||
		       errno == ENOENT;
	}
	return unremoved_try(unremoved, path);
}

int job_private_write(const struct job *job, struct error *error)
{
	int directory = jobdir_descriptor(job->jobdir);
	auto_json json = private_json(job);
	auto_free char *text = json ? json_dumps(json, JSON_COMPACT | JSON_DECIMALS) : NULL;
	int code;

	if (!text)
		return fail(error, ENOMEM, "write `%s`", JOB_PRIVATE_NAME);
	remove_file(job);
	code = open_jobs_add(job->engine->open_jobs, job_id(job), error);
	if (code == 0)
		code = file_make_at(directory, JOB_PRIVATE_NAME, text, strlen(text), MODE, error);
	/* Who could not write it to its end may have failed to take it away, too. */
	if (code < 0 && code != -EEXIST)
		job_private_remove(job);
	return code;
}

void job_private_remove(const struct job *job)
{
	/* One that stays keeps its name: by that the next start finds it. */
	if (job->engine->recoverable && remove_file(job))
		open_jobs_remove(job->engine->open_jobs, job_id(job));
}

static uint64_t number_of(const json_t *json, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(json, key));
}

static int read_environment(struct job *job, const json_t *environment)
{
	size_t count = json_array_size(environment);

	job->environment = calloc(count + 1, sizeof(*job->environment));
	for (size_t i = 0; job->environment && i < count; i++) {
		const char *entry = json_string_value(json_array_get(environment, i));

		job->environment[i] = entry ? strdup(entry) : NULL;
		if (!job->environment[i])
			return -ENOMEM;
	}
	return job->environment ? 0 : -ENOMEM;
}

static int read_kept(struct job *job, const json_t *kept)
{
	size_t count = job->manifest->assessments_count;

	job->kept = calloc(count + 1, sizeof(*job->kept));
	for (size_t i = 0; job->kept && i < count; i++) {
		const char *name = json_string_value(json_array_get(kept, i));

		if (!name || !state_from_name(name, &job->kept[i]))
			return -EINVAL;
	}
	return job->kept ? 0 : -ENOMEM;
}

static int fill(struct job *job, json_t *json, struct error *error)
{
	const json_t *owner = json_object_get(json, "owner");
	struct manifest_error wrong;
	int code = manifest_parse(json_object_get(json, "manifest"), &job->manifest, &wrong);

	if (code == 0)
		code = read_environment(job, json_object_get(json, "environment"));
	if (code == 0 && json_object_get(json, "kept"))
		code = read_kept(job, json_object_get(json, "kept"));
	if (code == 0 && owner)
		code = identity_read(owner, &job->owner);
	if (code < 0)
		return fail(error, -code, "read `%s`", JOB_PRIVATE_NAME);
	job->context.owner = owner ? &job->owner : NULL;
	job->context.attempt = (unsigned)number_of(json, "attempt");
	job->task_retries = (unsigned)number_of(json, "task_retries");
	job->context.deadlines = (struct killing_deadlines)KILLING_DEADLINES_DEFAULT;
	job->context.deadlines.freeze_ns = number_of(json, "freeze_ns");
	job->context.deadlines.kill_ns = number_of(json, "kill_ns");
	job->context.deadlines.abandon_ns = number_of(json, "abandon_ns");
	job->created = (struct store_time){
		number_of(json, "created_wall_ns"),
		number_of(json, "created_mono_ns"),
	};
	return 0;
}

int job_private_read(struct job *job, struct error *error)
{
	auto_free char *text = NULL;
	auto_json json = NULL;
	size_t size;
	int code = file_read_whole_at(jobdir_descriptor(job->jobdir), JOB_PRIVATE_NAME,
		SIZE_MAX_BYTES, &text, &size, error);

	if (code < 0)
		return code;
	json = json_loadb(text, size, 0, NULL);
	if (!json)
		return fail_plain(
			error, EINVAL, "`%s` was not written to its end", JOB_PRIVATE_NAME);
	if (number_of(json, "v") != 1)
		return fail_plain(error, EINVAL, "`%s` is of another version", JOB_PRIVATE_NAME);
	return fill(job, json, error);
}
