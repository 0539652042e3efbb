/* Reports are checked before anybody believes them. */
#include "model/report.h"

#include <string.h>

#include "support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static char long_message[AXE_PROGRESS_MESSAGE_MAX + 2];

static const char *message_of(size_t size)
{
	memset(long_message, 'm', sizeof(long_message));
	long_message[size] = '\0';
	return long_message;
}

static void every_type_is_found_by_its_name(void **state)
{
	axe_progress type;

	for (unsigned at = AXE_PROGRESS_PERCENT; at <= AXE_PROGRESS_TEST_CASE; at++) {
		assert_true(report_type_from_name(report_type_name((axe_progress)at), &type));
		assert_int_equal(at, type);
	}
	assert_false(report_type_from_name("percentage", &type));
	assert_false(report_type_from_name("", &type));
}

static void what_the_table_allows_is_taken(void **state)
{
	const struct report right[] = {
		{ AXE_PROGRESS_PERCENT, true, 0, NULL },
		{ AXE_PROGRESS_PERCENT, true, 100, "all of it" },
		{ AXE_PROGRESS_MESSAGE, false, 0, message_of(AXE_PROGRESS_MESSAGE_MAX) },
		{ AXE_PROGRESS_HEARTBEAT, false, 0, NULL },
		{ AXE_PROGRESS_INCREMENT, false, 0, "" },
		{ AXE_PROGRESS_CANCELLING, false, 0, "r\xc3\xa4umt auf" },
		{ AXE_PROGRESS_REMAINING_TIME, true, INT32_MAX, NULL },
		{ AXE_PROGRESS_WAITING_FOR_INPUT, false, 0, "press the button" },
		{ AXE_PROGRESS_WARNING, false, 0, "w" },
		{ AXE_PROGRESS_ERROR, false, 0, "e" },
		{ AXE_PROGRESS_TEST_CASE, true, -7, "name" },
	};

	for (size_t at = 0; at < COUNT(right); at++)
		assert_null(report_find_fault(&right[at]));
}

static void what_it_does_not_allow_is_refused_with_what_would_be_right(void **state)
{
	const struct {
		struct report report;
		const char *expected;
	} wrong[] = {
		{ { AXE_PROGRESS_PERCENT, true, 101, NULL }, "0 to 100" },
		{ { AXE_PROGRESS_PERCENT, true, -1, NULL }, "0 to 100" },
		{ { AXE_PROGRESS_PERCENT, false, 0, NULL }, "0 to 100" },
		{ { AXE_PROGRESS_REMAINING_TIME, true, -1, NULL }, "seconds" },
		{ { AXE_PROGRESS_REMAINING_TIME, true, INT64_MAX, NULL }, "seconds" },
		{ { AXE_PROGRESS_MESSAGE, false, 0, NULL }, "a message" },
		{ { AXE_PROGRESS_MESSAGE, false, 0, "" }, "a message" },
		{ { AXE_PROGRESS_MESSAGE, true, 1, "m" }, "no value" },
		{ { AXE_PROGRESS_HEARTBEAT, true, 0, NULL }, "no value" },
		{ { AXE_PROGRESS_WARNING, false, 0, "\xff" }, "UTF-8" },
		{ { AXE_PROGRESS_ERROR, false, 0, "\xed\xa0\x80" }, "UTF-8" },
		{ { AXE_PROGRESS_TEST_CASE, false, 0, "name" }, "a value" },
		{ { AXE_PROGRESS_TEST_CASE, true, 1, NULL }, "a message" },
		{ { AXE_PROGRESS_HEARTBEAT, false, 0, message_of(AXE_PROGRESS_MESSAGE_MAX + 1) },
			"at most 1024 bytes" },
		{ { (axe_progress)(AXE_PROGRESS_TEST_CASE + 1), false, 0, NULL }, "type" },
	};

	for (size_t at = 0; at < COUNT(wrong); at++) {
		const char *expected = report_find_fault(&wrong[at].report);

		assert_non_null(expected);
		assert_non_null(strstr(expected, wrong[at].expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_found_by_its_name),
		cmocka_unit_test(what_the_table_allows_is_taken),
		cmocka_unit_test(what_it_does_not_allow_is_refused_with_what_would_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
