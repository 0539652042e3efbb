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

/* How a file gets its content: made at the start of a job, replaced in one step at its end. */
typedef int write_file(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error);

static int write_json(
	write_file *write, int directory, const char *name, const json_t *json, struct error *error)
{
	auto_free char *text = json_dumps(json, JSON_INDENT(2));

	if (!text)
		return fail(error, ENOMEM, "write `%s`", name);
	return write(directory, name, text, strlen(text), 0640, error);
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
	return write_json(file_make_at, directory, "manifest.json", masked, error);
}

int job_files_write_before(int directory, struct error *error)
{
	auto_json environment = json_object();

	json_object_set_new(environment, "before", environment_take());
	return write_json(file_make_at, directory, "environment.json", environment, error);
}

int job_files_write_after(int directory, struct error *error)
{
	auto_free char *text = NULL;
	auto_json environment = NULL;
	size_t size;
	int code = file_read_whole_at(
		directory, "environment.json", ENVIRONMENT_SIZE_MOST, &text, &size, error);

	if (code < 0)
		return code;
	environment = json_loadb(text, size, 0, NULL);
	if (!environment)
		return fail_plain(error, EBADMSG, "read `environment.json`: not JSON any more");
	json_object_set_new(environment, "after", environment_take());
	return write_json(file_replace_at, directory, "environment.json", environment, error);
}
