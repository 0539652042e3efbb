/* The two files that say what was run, and where: manifest.json and environment.json. */
#include "record/job_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "record/environment.h"
#include "record/secret.h"

#define ENVIRONMENT_SIZE_MOST (1u << 20)

static int make_json(int directory, const char *name, const json_t *json, struct error *error)
{
	auto_free char *text = json_dumps(json, JSON_INDENT(2));

	if (!text)
		return fail(error, ENOMEM, "write `%s`", name);
	return file_make_at(directory, name, text, strlen(text), 0640, error);
}

/* The objects of a manifest whose values may be secrets are all called "environment". */
static void mask_environments(json_t *value)
{
	const char *key;
	json_t *child;
	size_t i;

	json_array_foreach (value, i, child)
		mask_environments(child);
	json_object_foreach (value, key, child) {
		if (!strcmp(key, "environment"))
			secret_mask_object(child);
		else
			mask_environments(child);
	}
}

int job_files_write_manifest(int directory, const json_t *manifest, struct error *error)
{
	auto_json masked = json_deep_copy(manifest);

	mask_environments(masked);
	return make_json(directory, "manifest.json", masked, error);
}

int job_files_write_before(int directory, struct error *error)
{
	auto_json environment = json_object();

	json_object_set_new(environment, "before", environment_take());
	return make_json(directory, JOB_ENVIRONMENT_NAME, environment, error);
}

int job_files_look_after(int directory, char **ret_text, struct error *error)
{
	auto_free char *text = NULL;
	auto_json environment = NULL;
	size_t size;
	int code = file_read_whole_at(
		directory, JOB_ENVIRONMENT_NAME, ENVIRONMENT_SIZE_MOST, &text, &size, error);

	if (code < 0)
		return code;
	environment = json_loadb(text, size, 0, NULL);
	if (!environment)
		return fail_plain(
			error, EBADMSG, "read `%s`: not JSON any more", JOB_ENVIRONMENT_NAME);
	json_object_set_new(environment, "after", environment_take());
	*ret_text = json_dumps(environment, JSON_INDENT(2));
	return *ret_text ? 0 : fail(error, ENOMEM, "write `%s`", JOB_ENVIRONMENT_NAME);
}
