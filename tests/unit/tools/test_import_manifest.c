/* What the imports share: bounds, names that come twice, timeouts for all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "libaxe/import_manifest.h"
#include "model/manifest.h"
#include "support/unit.h"

static json_t *manifest_of(const char *const *names)
{
	json_t *manifest = import_begin("suite", "5s");
	struct error error = { 0 };

	for (; *names; names++)
		assert_int_equal(import_add(manifest, *names, json_string("true"), &error), 0);
	return manifest;
}

static const char *name_at(const json_t *manifest, size_t index)
{
	const json_t *assessments = json_object_get(manifest, "assessments");

	return json_string_value(json_object_get(json_array_get(assessments, index), "name"));
}

static void names_that_came_before_get_numbers_and_notes(void **state)
{
	static const char *const names[] = { "a", "b", "a", "a-2", "a", "a-2", NULL };
	static const char *const wanted[] = { "a", "b", "a-3", "a-2", "a-4", "a-2-2" };
	auto_json manifest = manifest_of(names);
	auto_json notes = json_array();
	struct error error = { 0 };

	assert_int_equal(import_number_names(manifest, notes, &error), 0);
	for (size_t at = 0; at < sizeof(wanted) / sizeof(*wanted); at++)
		assert_string_equal(name_at(manifest, at), wanted[at]);
	assert_int_equal(json_array_size(notes), 3);
	assert_string_equal(
		json_string_value(json_array_get(notes, 0)), "another `a` is named `a-3`");
}

static void names_that_differ_stay(void **state)
{
	static const char *const names[] = { "b", "a", "B", NULL };
	auto_json manifest = manifest_of(names);
	auto_json before = json_deep_copy(manifest);
	auto_json notes = json_array();
	struct error error = { 0 };

	assert_int_equal(import_number_names(manifest, notes, &error), 0);
	assert_true(json_equal(manifest, before));
	assert_int_equal(json_array_size(notes), 0);
}

static void name_without_room_for_a_number_is_refused(void **state)
{
	char name[MANIFEST_NAME_MAX + 1] = "";
	const char *const names[] = { name, name, NULL };
	auto_json notes = json_array();
	struct error error = { 0 };

	memset(name, 'n', MANIFEST_NAME_MAX - 2);
	{
		auto_json manifest = manifest_of(names);

		assert_int_equal(import_number_names(manifest, notes, &error), 0);
		assert_int_equal(strlen(name_at(manifest, 1)), MANIFEST_NAME_MAX);
	}
	name[MANIFEST_NAME_MAX - 2] = 'n';
	{
		auto_json manifest = manifest_of(names);

		assert_int_equal(import_number_names(manifest, notes, &error), -EINVAL);
	}
}

static void more_than_a_manifest_holds_is_refused(void **state)
{
	auto_json manifest = import_begin("suite", "5s");
	auto_json notes = json_array();
	struct manifest *parsed = NULL;
	struct manifest_error where;
	struct error error = { 0 };

	for (int i = 0; i < MANIFEST_ASSESSMENTS_MAX; i++)
		assert_int_equal(import_add(manifest, "same", json_string("true"), &error), 0);
	assert_int_equal(import_add(manifest, "same", json_string("true"), &error), -E2BIG);

	assert_int_equal(import_number_names(manifest, notes, &error), 0);
	assert_string_equal(name_at(manifest, MANIFEST_ASSESSMENTS_MAX - 1), "same-10000");
	assert_int_equal(manifest_parse(manifest, &parsed, &where), 0);
	manifest_destroy(parsed);
}

static void texts_that_are_not_utf8_are_refused_and_freed(void **state)
{
	auto_json manifest = import_begin("suite", "5s");
	struct error error = { 0 };

	assert_int_equal(import_add(manifest, "a\xff", json_string("true"), &error), -EINVAL);
	assert_int_equal(import_add(manifest, "a", json_string("\xff"), &error), -EINVAL);
	assert_int_equal(
		import_add_in(manifest, "a", json_string("b"), "/\xff", NULL, &error), -EINVAL);
	assert_int_equal(
		import_set_default(manifest, "workdir", json_string("/\xff"), &error), -EINVAL);
	assert_int_equal(import_end(manifest, "/d", "test", &error), -ENODATA);
	assert_string_equal(error.text, "no test in `/d`");
}

static void one_timeout_replaces_all_others(void **state)
{
	auto_json manifest = import_begin("suite", "5s");
	auto_json wanted = json_pack("[{s:s, s:s, s:s}, {s:s, s:s}]", "name", "a", "command", "b",
		"workdir", "/w", "name", "c", "command", "d");
	struct error error = { 0 };

	assert_int_equal(import_add_in(manifest, "a", json_string("b"), "/w", "9s", &error), 0);
	assert_int_equal(import_add(manifest, "c", json_string("d"), &error), 0);
	assert_int_equal(import_set_timeout(manifest, "7m", &error), 0);
	assert_true(json_equal(json_object_get(manifest, "assessments"), wanted));
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(manifest, "defaults"), "timeout")),
		"7m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_came_before_get_numbers_and_notes),
		cmocka_unit_test(names_that_differ_stay),
		cmocka_unit_test(name_without_room_for_a_number_is_refused),
		cmocka_unit_test(more_than_a_manifest_holds_is_refused),
		cmocka_unit_test(texts_that_are_not_utf8_are_refused_and_freed),
		cmocka_unit_test(one_timeout_replaces_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
