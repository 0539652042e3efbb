/* What an assessment reports is counted, and no more of it is kept than its share. */
#include "engine/reported.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "model/report.h"
#include "support/unit.h"

static void add(struct reported *reported, axe_progress type, int64_t value, const char *message)
{
	struct report report = { type, report_type_has_value(type), value, message };

	assert_null(report_find_fault(&report));
	reported_add(reported, &report);
}

static json_int_t number_of(const json_t *object, const char *name)
{
	assert_true(json_is_integer(json_object_get(object, name)));
	return json_integer_value(json_object_get(object, name));
}

static void a_burst_is_taken_and_what_follows_at_its_rate(void **state)
{
	struct reported reported;
	uint64_t now_ns = 5 * NS_PER_SEC;

	reported_init(&reported);
	for (unsigned count = 0; count < REPORTED_BURST; count++)
		assert_true(reported_admit(&reported, now_ns));
	assert_false(reported_admit(&reported, now_ns));
	assert_false(reported_admit(&reported, now_ns + 9 * NS_PER_MS));
	assert_true(reported_admit(&reported, now_ns + 10 * NS_PER_MS));
	assert_false(reported_admit(&reported, now_ns + 10 * NS_PER_MS));
	for (unsigned count = 0; count < REPORTED_PER_SECOND; count++)
		assert_true(reported_admit(&reported, now_ns + NS_PER_SEC + 10 * NS_PER_MS));
	assert_false(reported_admit(&reported, now_ns + NS_PER_SEC + 10 * NS_PER_MS));
	assert_int_equal(4, reported.dropped);
}

static void a_rested_program_has_its_burst_again_and_no_more(void **state)
{
	struct reported reported;

	reported_init(&reported);
	for (unsigned count = 0; count < REPORTED_BURST; count++)
		assert_true(reported_admit(&reported, NS_PER_SEC));
	for (unsigned count = 0; count < REPORTED_BURST; count++)
		assert_true(reported_admit(&reported, 3600 * NS_PER_SEC));
	assert_false(reported_admit(&reported, 3600 * NS_PER_SEC));
}

static void increments_count_from_the_last_percent_to_a_hundred(void **state)
{
	struct report increment = { AXE_PROGRESS_INCREMENT, false, 0, NULL };
	struct reported reported;
	json_t *event;

	reported_init(&reported);
	add(&reported, AXE_PROGRESS_INCREMENT, 0, NULL);
	assert_int_equal(1, reported.percent);
	add(&reported, AXE_PROGRESS_PERCENT, 98, NULL);
	for (unsigned count = 0; count < 5; count++)
		reported_add(&reported, &increment);
	event = reported_event(&reported, &increment);
	assert_string_equal("increment", json_string_value(json_object_get(event, "type")));
	assert_int_equal(100, number_of(event, "value"));
	json_decref(event);
	add(&reported, AXE_PROGRESS_PERCENT, 10, NULL);
	add(&reported, AXE_PROGRESS_INCREMENT, 0, NULL);
	assert_int_equal(11, reported.percent);
}

static void warnings_errors_and_test_cases_are_counted_and_their_texts_kept(void **state)
{
	auto_json json = NULL;
	struct reported reported;
	const json_t *notes;

	reported_init(&reported);
	assert_null(reported_json(&reported));
	add(&reported, AXE_PROGRESS_WARNING, 0, "old firmware");
	add(&reported, AXE_PROGRESS_ERROR, 0, "no link");
	add(&reported, AXE_PROGRESS_TEST_CASE, 1, "opens");
	add(&reported, AXE_PROGRESS_TEST_CASE, 1, "reads");
	add(&reported, AXE_PROGRESS_TEST_CASE, 0, "closes");
	json = reported_json(&reported);
	assert_int_equal(5, number_of(json, "reports"));
	assert_int_equal(1, number_of(json, "warnings"));
	assert_int_equal(1, number_of(json, "errors"));
	assert_int_equal(2, number_of(json, "passed"));
	assert_int_equal(1, number_of(json, "failed"));
	assert_int_equal(0, number_of(json, "dropped"));
	notes = json_object_get(json, "notes");
	assert_int_equal(3, json_array_size(notes));
	assert_string_equal(
		"closes", json_string_value(json_object_get(json_array_get(notes, 2), "message")));
	reported_finish(&reported);
}

static void kept_texts_are_bounded_and_counts_are_not(void **state)
{
	auto_json json = NULL;
	struct reported reported;

	reported_init(&reported);
	for (unsigned count = 0; count < 10 * REPORTED_NOTES_MOST; count++)
		add(&reported, AXE_PROGRESS_WARNING, 0, "again");
	json = reported_json(&reported);
	assert_int_equal(10 * REPORTED_NOTES_MOST, number_of(json, "warnings"));
	assert_int_equal(REPORTED_NOTES_MOST, json_array_size(json_object_get(json, "notes")));
	reported_finish(&reported);
}

static void the_status_tells_the_last_percent_and_message(void **state)
{
	struct reported reported;
	json_t *status;

	reported_init(&reported);
	status = reported_status(&reported);
	assert_true(json_is_null(json_object_get(status, "percent")));
	assert_true(json_is_null(json_object_get(status, "message")));
	json_decref(status);
	add(&reported, AXE_PROGRESS_PERCENT, 40, "half way");
	add(&reported, AXE_PROGRESS_HEARTBEAT, 0, NULL);
	status = reported_status(&reported);
	assert_int_equal(40, number_of(status, "percent"));
	assert_string_equal("half way", json_string_value(json_object_get(status, "message")));
	json_decref(status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_taken_and_what_follows_at_its_rate),
		cmocka_unit_test(a_rested_program_has_its_burst_again_and_no_more),
		cmocka_unit_test(increments_count_from_the_last_percent_to_a_hundred),
		cmocka_unit_test(warnings_errors_and_test_cases_are_counted_and_their_texts_kept),
		cmocka_unit_test(kept_texts_are_bounded_and_counts_are_not),
		cmocka_unit_test(the_status_tells_the_last_percent_and_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
