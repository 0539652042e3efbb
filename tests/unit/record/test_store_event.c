/* An event looks to a client like a line of the trace, and what does not apply is absent. */
#include "unit/record/folder.h"

#include "base/json.h"
#include "record/store_event.h"
#include "record/store_row.h"

static void event_says_where_and_when(void **state)
{
	const struct store_event event = {
		.seq = 812,
		.job = 12,
		.attempt = 2,
		.has_assessment = true,
		.assessment = 3,
		.try_number = 1,
		.type = "assessment.end",
		.time = { UINT64_C(1700000000123456000), 99 },
		.boot_id = "7a3c",
		.actor = "{\"uid\":0}",
		.data = "{\"verdict\":\"passed\"}",
	};
	auto_json json = store_event_json(&event);
	auto_json expected = json_pack("{s:i, s:i, s:s, s:i, s:s, s:i, s:i, s:i, s:i, s:s,"
				       " s:{s:i}, s:{s:s}}",
		"v", 1, "seq", 812, "time", "2023-11-14T22:13:20.123456Z", "mono_ns", 99, "boot_id",
		"7a3c", "job", 12, "attempt", 2, "assessment", 3, "try", 1, "type",
		"assessment.end", "actor", "uid", 0, "data", "verdict", "passed");

	assert_non_null(expected);
	assert_true(json_equal(expected, json));
}

static void what_does_not_apply_is_absent(void **state)
{
	const struct store_event event = { .seq = 1, .type = "warning", .boot_id = "7a3c" };
	auto_json json = store_event_json(&event);

	assert_int_equal(7, json_object_size(json));
	assert_int_equal(0, json_object_size(json_object_get(json, "data")));
	assert_null(json_object_get(json, "job"));
	assert_null(json_object_get(json, "assessment"));
	assert_null(json_object_get(json, "actor"));
}

static void text_that_is_no_json_makes_no_event(void **state)
{
	const struct store_event event = {
		.seq = 1, .type = "warning", .boot_id = "7a3c", .data = "{"
	};

	assert_null(store_event_json(&event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_says_where_and_when),
		cmocka_unit_test(what_does_not_apply_is_absent),
		cmocka_unit_test(text_that_is_no_json_makes_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
