/* Every code is found by its value and by its name, and no two share either. */
#include "support/unit.h"

#include <stdbool.h>
#include <string.h>

#include "model/result.h"

static void every_row_is_found_by_value_and_by_name(void **state)
{
	unsigned count;
	const struct result_row *rows = result_rows(&count);

	assert_true(count > 30);
	for (unsigned at = 0; at < count; at++) {
		assert_ptr_equal(&rows[at], result_find(rows[at].value));
		assert_ptr_equal(&rows[at], result_find_name(rows[at].name));
		assert_string_equal(rows[at].name, result_name(rows[at].value));
		assert_true(strlen(rows[at].text) > 0);
	}
}

static void our_values_keep_out_of_the_published_ranges(void **state)
{
	unsigned count;
	const struct result_row *rows = result_rows(&count);

	for (unsigned at = 0; at < count; at++) {
		bool ours = rows[at].value >= 0x80049000;

		assert_int_equal(ours ? AXE_ORIGIN_OURS : AXE_ORIGIN_PUBLISHED, rows[at].origin);
	}
}

static void published_values_are_the_references(void **state)
{
	assert_int_equal(0, S_OK);
	assert_int_equal(0x8004100b, AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR);
	assert_int_equal(0x8004100d, result_find_name("AXE_E_ASSESSMENT_CANCELED")->value);
	assert_int_equal(0x8004100f, result_find_name("AXE_E_ASSESSMENT_TERMINATED")->value);
	assert_int_equal(0x80041010, result_find_name("AXE_E_ASSESSMENT_CRASHED")->value);
	assert_int_equal(0x80041013, result_find_name("AXE_E_JOB_CANCELED")->value);
}

static void unknown_codes_are_not_found(void **state)
{
	assert_null(result_find(0x8004ffff));
	assert_null(result_find_name("AXE_E_NONSENSE"));
	assert_null(result_find_name(""));
	assert_string_equal("UNKNOWN", result_name(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_by_value_and_by_name),
		cmocka_unit_test(our_values_keep_out_of_the_published_ranges),
		cmocka_unit_test(published_values_are_the_references),
		cmocka_unit_test(unknown_codes_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
