/* The jobs of an AddJob or QueueJob: each one's manifest and options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/cluster_read.h"
#include "control/session.h"
#include "control/varlink.h"
#include "model/manifest.h"

#define PATH_SIZE 320

/* Keys and values of strangers may have been cut within a character. */
static json_t *text(const char *value)
{
	return json_text(value, strlen(value));
}

static void refuse_manifest(struct session *session, size_t at, const struct manifest_error *wrong)
{
	session_fail(session, VARLINK_CLUSTER ".BadManifest",
		json_pack("{s:I, s:o, s:i, s:i, s:o, s:o, s:o}", "job", (json_int_t)at, "path",
			text(wrong->path), "line", (int)wrong->line, "column", (int)wrong->column,
			"expected", text(wrong->expected), "found", text(wrong->found), "advice",
			text(wrong->advice)));
}

/* NULL: refused. */
static struct manifest *parse(struct session *session, size_t at, json_t *source)
{
	struct manifest_error wrong = { .line = 0 };
	struct manifest *manifest;
	int code = manifest_parse(source, &manifest, &wrong);

	if (code == 0) {
		code = actor_check_manifest(&session->config.actor, manifest, &wrong);
		if (code == 0)
			return manifest;
		manifest_destroy(manifest);
	}
	if (code == -ENOMEM)
		session_break(session, "out of memory");
	else
		refuse_manifest(session, at, &wrong);
	return NULL;
}

/* The first member that a new job may not have, or that has another type. */
static const char *find_wrong(const json_t *job)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)job, key, value) {
		bool optional = strcmp(key, "options") == 0;

		if (!optional && strcmp(key, "manifest") != 0)
			return key;
		if (!json_is_object(value) && !(optional && json_is_null(value)))
			return key;
	}
	return json_object_get(job, "manifest") ? NULL : "manifest";
}

static bool read_one(
	struct session *session, size_t at, const json_t *job, struct read_batch *batch)
{
	const json_t *options = json_object_get(job, "options");
	char path[PATH_SIZE];
	const char *wrong;

	snprintf(path, sizeof(path), "jobs[%zu]", at);
	wrong = json_is_object(job) ? find_wrong(job) : "";
	if (wrong) {
		if (*wrong)
			snprintf(path, sizeof(path), "jobs[%zu].%s", at, wrong);
		session_refuse(session, path);
		return false;
	}
	snprintf(path, sizeof(path), "jobs[%zu].options", at);
	if (!read_wishes(session, path, options, &batch->wishes[at]))
		return false;
	batch->jobs[at].wishes = batch->wishes[at].wishes;
	batch->jobs[at].manifest = parse(session, at, json_object_get(job, "manifest"));
	return batch->jobs[at].manifest;
}

static bool refuse_count(struct session *session, size_t count)
{
	if (count == 0)
		session_refuse(session, "jobs");
	else
		session_fail(session, VARLINK_CLUSTER ".LimitReached",
			json_pack("{s:s, s:i}", "name", "jobs", "limit", QUEUE_BATCH_MAX));
	return false;
}

bool read_batch(struct session *session, const json_t *parameters, struct read_batch *ret_batch)
{
	const json_t *list = json_object_get(parameters, "jobs");
	struct read_batch batch = { .count = json_array_size(list) };
	bool good = true;

	if (batch.count == 0 || batch.count > QUEUE_BATCH_MAX)
		return refuse_count(session, batch.count);
	batch.jobs = calloc(batch.count, sizeof(*batch.jobs));
	batch.wishes = calloc(batch.count, sizeof(*batch.wishes));
	if (!batch.jobs || !batch.wishes) {
		session_break(session, "out of memory");
		good = false;
	}
	for (size_t at = 0; good && at < batch.count; at++)
		good = read_one(session, at, json_array_get(list, at), &batch);
	if (good)
		*ret_batch = batch;
	else
		read_batch_finish(&batch);
	return good;
}

void read_batch_finish(struct read_batch *batch)
{
	for (size_t at = 0; batch->jobs && at < batch->count; at++)
		manifest_destroy(batch->jobs[at].manifest);
	for (size_t at = 0; batch->wishes && at < batch->count; at++)
		free(batch->wishes[at].environment);
	free(batch->jobs);
	free(batch->wishes);
}
