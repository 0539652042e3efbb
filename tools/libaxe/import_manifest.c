/* What the imports share: an imported manifest grows by one assessment at a time. */
#include "libaxe/import_manifest.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "model/manifest.h"

json_t *import_begin(const char *name, const char *timeout)
{
	return json_pack("{s:s, s:{s:s, s:s, s:{s:[i], s:[i]}}, s:[]}", "name", name, "defaults",
		"timeout", timeout, "leaks", "warn", "exit_codes", "pass", 0, "skip", 77,
		"assessments");
}

int import_set_default(json_t *manifest, const char *key, json_t *value, struct error *error)
{
	json_t *defaults = json_object_get(manifest, "defaults");

	if (json_object_set_new(defaults, key, value) < 0)
		return fail_plain(error, EINVAL, "`%s` is not UTF-8", key);
	return 0;
}

int import_set_timeout(json_t *manifest, const char *timeout, struct error *error)
{
	json_t *assessment;
	size_t index;

	json_array_foreach (json_object_get(manifest, "assessments"), index, assessment)
		json_object_del(assessment, "timeout");
	return import_set_default(manifest, "timeout", json_string(timeout), error);
}

static int append(json_t *manifest, const char *name, json_t *assessment, struct error *error)
{
	json_t *assessments = json_object_get(manifest, "assessments");

	if (json_array_size(assessments) == MANIFEST_ASSESSMENTS_MAX) {
		json_decref(assessment);
		return fail_plain(
			error, E2BIG, "more than %d tests", (int)MANIFEST_ASSESSMENTS_MAX);
	}
	if (json_array_append_new(assessments, assessment) < 0)
		return fail_plain(
			error, EINVAL, "import `%s`: its name or path is not UTF-8", name);
	return 0;
}

int import_add(json_t *manifest, const char *name, json_t *command, struct error *error)
{
	return import_add_in(manifest, name, command, NULL, NULL, error);
}

int import_add_in(json_t *manifest, const char *name, json_t *command, const char *workdir,
	const char *timeout, struct error *error)
{
	auto_json owned = command;

	return append(manifest, name,
		json_pack("{s:s, s:O, s:s*, s:s*}", "name", name, "command", owned, "workdir",
			workdir, "timeout", timeout),
		error);
}

static const char *name_at(json_t *assessments, size_t index)
{
	return json_string_value(json_object_get(json_array_get(assessments, index), "name"));
}

/* The first number from the last one of this name on that makes a name which nobody has. */
static int number_name(
	json_t *assessment, json_t *taken, json_t *notes, const char *name, struct error *error)
{
	json_int_t number = json_integer_value(json_object_get(taken, name));
	char numbered[MANIFEST_NAME_MAX + 1], note[2 * sizeof(numbered) + 32];
	int length;

	do {
		number++;
		length = snprintf(
			numbered, sizeof(numbered), "%s-%" JSON_INTEGER_FORMAT, name, number);
		if (length > MANIFEST_NAME_MAX)
			return fail_plain(error, EINVAL,
				"another `%s`, too long a name for a number behind it", name);
	} while (json_object_get(taken, numbered));

	snprintf(note, sizeof(note), "another `%s` is named `%s`", name, numbered);
	if (json_object_set_new(taken, name, json_integer(number)) < 0 ||
		json_object_set_new(taken, numbered, json_integer(1)) < 0 ||
		json_array_append_new(notes, json_string(note)) < 0 ||
		json_object_set_new(assessment, "name", json_string(numbered)) < 0)
		return fail(error, ENOMEM, "name `%s`", name);
	return 0;
}

/* Names that stand in the suite come first, so that none of them is taken by one that is made. */
int import_number_names(json_t *manifest, json_t *notes, struct error *error)
{
	json_t *assessments = json_object_get(manifest, "assessments");
	auto_json taken = json_object(); /* name -> how many have it, itself or with a number */
	size_t count = json_array_size(assessments);
	int code = 0;

	for (size_t at = 0; at < count; at++)
		if (json_object_set_new(taken, name_at(assessments, at), json_integer(0)) < 0)
			return fail(error, ENOMEM, "name the tests");
	for (size_t at = 0; code == 0 && at < count; at++) {
		json_t *assessment = json_array_get(assessments, at);
		const char *name = name_at(assessments, at);
		json_t *number = json_object_get(taken, name);

		if (json_integer_value(number) == 0)
			json_integer_set(number, 1);
		else
			code = number_name(assessment, taken, notes, name, error);
	}
	return code;
}

int import_end(json_t *manifest, const char *directory, const char *what, struct error *error)
{
	if (json_array_size(json_object_get(manifest, "assessments")) == 0)
		return fail_plain(error, ENODATA, "no %s in `%s`", what, directory);
	return 0;
}
