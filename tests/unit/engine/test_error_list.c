/* The error list: oldest first, bounded, and its last entry is what became of it all. */
#include "engine/error_list.h"

#include <string.h>

#include "base/json.h"
#include "support/unit.h"

static const char *text_of(const json_t *list, size_t at, const char *key)
{
	const char *text = json_string_value(json_object_get(json_array_get(list, at), key));

	assert_non_null(text);
	return text;
}

static void note(struct error_list *list, const char *text, int64_t assessment)
{
	const struct error_entry entry = { ERROR_KIND_WARNING, AXE_E_ASSESSMENT_CRASHED, text,
		assessment };

	error_list_add(list, &entry);
}

static const struct error_entry closing = { ERROR_KIND_ERROR, AXE_E_JOB_CANCELED, "canceled",
	ERROR_LIST_NO_ASSESSMENT };

static void list_without_entries_is_an_empty_array(void **state)
{
	struct error_list list = { .entries = NULL };
	auto_json json = error_list_json(&list, NULL);

	assert_true(json_is_array(json));
	assert_int_equal(0, json_array_size(json));
	error_list_finish(&list);
}

static void entry_says_kind_code_name_text_and_assessment(void **state)
{
	struct error_list list = { .entries = NULL };
	auto_json json = NULL;
	const json_t *entry;

	note(&list, "it fell", 3);
	json = error_list_json(&list, &closing);
	entry = json_array_get(json, 0);
	assert_int_equal(2, json_array_size(json));
	assert_string_equal("warning", text_of(json, 0, "kind"));
	assert_string_equal("AXE_E_ASSESSMENT_CRASHED", text_of(json, 0, "name"));
	assert_string_equal("it fell", text_of(json, 0, "text"));
	assert_int_equal(0x80041010, json_integer_value(json_object_get(entry, "code")));
	assert_int_equal(3, json_integer_value(json_object_get(entry, "assessment")));
	assert_string_equal("canceled", text_of(json, 1, "text"));
	assert_null(json_object_get(json_array_get(json, 1), "assessment"));
	error_list_finish(&list);
}

static void text_is_that_of_the_code_where_none_is_given(void **state)
{
	struct error_list list = { .entries = NULL };
	auto_json json = NULL;

	note(&list, NULL, 0);
	json = error_list_json(&list, NULL);
	assert_string_equal("the assessment crashed", text_of(json, 0, "text"));
	error_list_finish(&list);
}

static void bytes_that_are_no_text_do_not_lose_the_entry(void **state)
{
	struct error_list list = { .entries = NULL };
	auto_json json = NULL;

	note(&list, "open `\xff\xfe`", 0);
	json = error_list_json(&list, NULL);
	assert_int_equal(1, json_array_size(json));
	assert_non_null(strstr(text_of(json, 0, "text"), "open `"));
	error_list_finish(&list);
}

static void full_list_counts_the_rest_and_keeps_the_last_one(void **state)
{
	struct error_list list = { .entries = NULL };
	auto_json json = NULL;

	for (unsigned count = 0; count < ERROR_LIST_MOST + 7; count++)
		note(&list, "again", 0);
	json = error_list_json(&list, &closing);
	assert_int_equal(ERROR_LIST_MOST + 2, json_array_size(json));
	assert_string_equal("again", text_of(json, ERROR_LIST_MOST - 1, "text"));
	assert_string_equal("and 7 more", text_of(json, ERROR_LIST_MOST, "text"));
	assert_string_equal("info", text_of(json, ERROR_LIST_MOST, "kind"));
	assert_string_equal("canceled", text_of(json, ERROR_LIST_MOST + 1, "text"));
	error_list_finish(&list);
}

static void list_takes_in_another_one_within_its_bound(void **state)
{
	struct error_list list = { .entries = NULL }, other = { .entries = NULL };
	auto_json entries = NULL;
	auto_json json = NULL;

	for (unsigned count = 0; count < ERROR_LIST_MOST - 1; count++)
		note(&list, "own", 0);
	note(&other, "first", 1);
	note(&other, "second", 1);
	entries = error_list_json(&other, NULL);
	error_list_extend(&list, entries);
	error_list_extend(&list, NULL);
	json = error_list_json(&list, NULL);
	assert_string_equal("first", text_of(json, ERROR_LIST_MOST - 1, "text"));
	assert_string_equal("and 1 more", text_of(json, ERROR_LIST_MOST, "text"));
	error_list_finish(&list);
	error_list_finish(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_without_entries_is_an_empty_array),
		cmocka_unit_test(entry_says_kind_code_name_text_and_assessment),
		cmocka_unit_test(text_is_that_of_the_code_where_none_is_given),
		cmocka_unit_test(bytes_that_are_no_text_do_not_lose_the_entry),
		cmocka_unit_test(full_list_counts_the_rest_and_keeps_the_last_one),
		cmocka_unit_test(list_takes_in_another_one_within_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
