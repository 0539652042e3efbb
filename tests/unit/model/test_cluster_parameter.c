/* The parameters of a queue: each has a default inside its range, and names ignore case. */
#include "support/unit.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "model/cluster_parameter.h"

static void every_default_is_within_its_range(void **state)
{
	for (unsigned at = 0; at < PARAMETER_COUNT; at++) {
		const struct cluster_parameter_row *row =
			cluster_parameter_row((enum cluster_parameter)at);

		assert_true(row->minimum <= row->value && row->value <= row->maximum);
		assert_true(row->minimum < row->maximum);
		assert_non_null(row->unit);
	}
}

static void every_name_is_found_in_any_case(void **state)
{
	for (unsigned at = 0; at < PARAMETER_COUNT; at++) {
		char name[64] = "";
		const char *right = cluster_parameter_row((enum cluster_parameter)at)->name;

		for (size_t i = 0; right[i]; i++)
			name[i] = (char)(i % 2 ? tolower(right[i]) : toupper(right[i]));
		assert_int_equal(at, cluster_parameter_find(right));
		assert_int_equal(at, cluster_parameter_find(name));
	}
	assert_int_equal(PARAMETER_COUNT, cluster_parameter_find(""));
	assert_int_equal(PARAMETER_COUNT, cluster_parameter_find("TTLCompletedJob"));
	assert_string_equal("TTLCompletedJobs", cluster_parameter_nearest("TTLCompletedJob"));
}

static void the_defaults_are_those_of_the_reference(void **state)
{
	assert_int_equal(5 * 24 * 3600 * NS_PER_SEC,
		cluster_parameter_row(PARAMETER_TTL_COMPLETED_JOBS)->value);
	assert_int_equal(3, cluster_parameter_row(PARAMETER_JOB_RETRY_COUNT)->value);
	assert_int_equal(3, cluster_parameter_row(PARAMETER_TASK_RETRY_COUNT)->value);
	assert_int_equal(0, cluster_parameter_row(PARAMETER_JOB_RUNTIME)->value);
	assert_int_equal(1, cluster_parameter_row(PARAMETER_SLOTS)->value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_is_within_its_range),
		cmocka_unit_test(every_name_is_found_in_any_case),
		cmocka_unit_test(the_defaults_are_those_of_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
