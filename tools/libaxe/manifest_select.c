/* Which assessments of a manifest are to run: by their names, and by how they ended before. */
#include "libaxe/manifest_select.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/manifest_names_near.h"
#include "model/manifest.h"
#include "model/verdict.h"

DEFINE_CLEANUP(manifest)

struct selection {
	const struct manifest_choice *choice;
	const struct manifest *manifest;
	json_t *failed; /* the names of those that failed before; NULL: no matter */
	json_t *names; /* of an entry of the list -> those of its repetitions that stay */
	json_t *whole; /* the names of the entries of which all stay */
};

/* As in `depends`, the name of what is repeated means all of its repetitions. */
static bool matches(const char *entry, const char *name, const char *const *patterns, size_t count)
{
	for (size_t at = 0; at < count; at++)
		if (fnmatch(patterns[at], entry, 0) == 0 || fnmatch(patterns[at], name, 0) == 0)
			return true;
	return false;
}

static bool is_chosen(const struct selection *selection, const char *entry, const char *name)
{
	const struct manifest_choice *choice = selection->choice;

	if (choice->only_count && !matches(entry, name, choice->only, choice->only_count))
		return false;
	if (matches(entry, name, choice->skip, choice->skip_count))
		return false;
	return !selection->failed || json_object_get(selection->failed, name);
}

/* Of several tries the last one counts. */
static int note_result(json_t *failed, json_t *tries, const json_t *result, struct error *error)
{
	const char *name = json_string_value(json_object_get(result, "name"));
	const char *text = json_string_value(json_object_get(result, "verdict"));
	json_int_t number = json_integer_value(json_object_get(result, "try"));
	enum verdict verdict;

	if (!name || !text || !verdict_from_name(text, &verdict))
		return fail_plain(error, EINVAL,
			"the results hold an assessment without a name or a known verdict");
	if (json_integer_value(json_object_get(tries, name)) > number)
		return 0;
	json_object_del(failed, name);
	if (verdict_is_failure(verdict) && json_object_set_new(failed, name, json_true()) < 0)
		return fail(error, ENOMEM, "read the results");
	if (json_object_set_new(tries, name, json_integer(number)) < 0)
		return fail(error, ENOMEM, "read the results");
	return 0;
}

static int read_failed(const json_t *results, json_t **ret_failed, struct error *error)
{
	json_t *list = json_object_get(results, "assessments"), *result;
	auto_json failed = json_object();
	auto_json tries = json_object();
	size_t index;

	if (!failed || !tries)
		return fail(error, ENOMEM, "read the results");
	if (!json_is_array(list))
		return fail_plain(error, EINVAL, "the results of a job hold a list `assessments`");
	json_array_foreach (list, index, result) {
		int code = note_result(failed, tries, result, error);

		if (code < 0)
			return code;
	}
	if (json_object_size(failed) == 0)
		return fail_plain(error, ENOENT, "no assessment of that job failed");
	*ret_failed = take_pointer(failed);
	return 0;
}

/* The repetitions of one entry that stay. */
static int choose_entry(struct selection *selection, size_t first, size_t *count)
{
	struct assessment *const *assessments = &selection->manifest->assessments[first];
	const char *entry = assessments[0]->name;
	unsigned repeat = assessments[0]->repeat;
	json_t *names = json_array();

	if (json_object_set_new(selection->names, entry, names) < 0)
		return -ENOMEM;
	for (unsigned at = 0; at < repeat; at++) {
		const char *name = assessments[at]->name;

		if (is_chosen(selection, entry, name) &&
			json_array_append_new(names, json_string(name)) < 0)
			return -ENOMEM;
	}
	*count += json_array_size(names);
	if (json_array_size(names) < repeat)
		return 0;
	return json_object_set_new(selection->whole, entry, json_true()) < 0 ? -ENOMEM : 0;
}

static int choose(struct selection *selection, size_t *ret_count)
{
	const struct manifest *manifest = selection->manifest;
	size_t count = 0;

	for (size_t at = 0; at < manifest->assessments_count;
		at += manifest->assessments[at]->repeat) {
		int code = choose_entry(selection, at, &count);

		if (code < 0)
			return code;
	}
	*ret_count = count;
	return 0;
}

/* A whole entry is named once, for all of its repetitions. */
static json_t *remaining_depends(const struct selection *selection, const json_t *depends)
{
	auto_json remaining = json_array();
	json_t *name;
	size_t index;

	json_array_foreach (depends, index, name) {
		const char *entry = json_string_value(name);
		int code;

		if (json_object_get(selection->whole, entry))
			code = json_array_append(remaining, name);
		else
			code = json_array_extend(
				remaining, json_object_get(selection->names, entry));
		if (code < 0)
			return NULL;
	}
	return take_pointer(remaining);
}

/* `only_one`: of an entry that is repeated, this repetition alone. */
static int append(
	const struct selection *selection, json_t *list, json_t *entry, json_t *name, bool only_one)
{
	auto_json copy = json_copy(entry);
	const json_t *depends = json_object_get(entry, "depends");
	int code = json_object_set(copy, "name", name);

	if (code == 0 && only_one)
		code = json_object_set_new(copy, "repeat", json_integer(1));
	if (code == 0 && depends)
		code = json_object_set_new(copy, "depends", remaining_depends(selection, depends));
	return code < 0 || json_array_append(list, copy) < 0 ? -ENOMEM : 0;
}

static int append_entry(const struct selection *selection, json_t *list, json_t *entry,
	const struct assessment *assessment)
{
	json_t *names = json_object_get(selection->names, assessment->name), *name;
	bool split = !json_object_get(selection->whole, assessment->name);
	size_t index;

	json_array_foreach (names, index, name) {
		int code = append(selection, list, entry, name, split);

		if (code < 0 || !split)
			return code;
	}
	return 0;
}

static int rebuild(const struct selection *selection, json_t *manifest)
{
	const json_t *entries = json_object_get(manifest, "assessments");
	auto_json list = json_array();
	size_t first = 0, index;
	json_t *entry;

	if (!list)
		return -ENOMEM;
	json_array_foreach (entries, index, entry) {
		const struct assessment *assessment = selection->manifest->assessments[first];
		int code = append_entry(selection, list, entry, assessment);

		if (code < 0)
			return code;
		first += assessment->repeat;
	}
	return json_object_set(manifest, "assessments", list) < 0 ? -ENOMEM : 0;
}

static int refuse_nothing(const struct selection *selection, struct error *error)
{
	const struct manifest_choice *choice = selection->choice;
	char near[MANIFEST_NEAR_SIZE];

	manifest_names_near(selection->manifest, choice->only_count ? choice->only[0] : "", near);
	fail_plain(error, ENOENT, "no assessment is left to run");
	return fail_advice(error, "%s", near);
}

static int select_from(struct selection *selection, json_t *manifest, struct error *error)
{
	size_t count;
	int code = choose(selection, &count);

	if (code == 0 && count == 0)
		return refuse_nothing(selection, error);
	if (code == 0)
		code = rebuild(selection, manifest);
	return code < 0 ? fail(error, -code, "choose among the assessments") : 0;
}

static int parse(json_t *source, struct manifest **ret_manifest, struct error *error)
{
	struct manifest_error refusal;
	char line[sizeof(error->text)];
	int code = manifest_parse(source, ret_manifest, &refusal);

	if (code != -EINVAL)
		return code < 0 ? fail(error, -code, "read the manifest") : 0;
	manifest_error_format(&refusal, NULL, line, sizeof(line));
	return fail_plain(error, EINVAL, "%s", line);
}

int manifest_select(json_t *manifest, const struct manifest_choice *choice, struct error *error)
{
	auto_of(manifest) struct manifest *parsed = NULL;
	auto_json failed = NULL;
	auto_json names = json_object();
	auto_json whole = json_object();
	int code;

	if (!choice->only_count && !choice->skip_count && !choice->failed_of)
		return 0;
	if (!names || !whole)
		return fail(error, ENOMEM, "choose among the assessments");
	code = parse(manifest, &parsed, error);
	if (code == 0 && choice->failed_of)
		code = read_failed(choice->failed_of, &failed, error);
	if (code < 0)
		return code;

	struct selection selection = { choice, parsed, failed, names, whole };

	return select_from(&selection, manifest, error);
}
