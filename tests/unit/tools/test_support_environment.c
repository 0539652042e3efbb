/* The environment's word about an assessment is copied once and read without surprises. */
#include "libaxe/support_environment.h"

#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

static void what_it_says_is_found_by_its_whole_name(void **state)
{
	struct support_environment environment;

	setenv("AXE_PARAMETER_board", "x86", 1);
	setenv("AXE_PARAMETER_boards", "arm", 1);
	setenv("AXE_TEMP", "", 1);
	setenv("OTHER_JOB", "7", 1);
	assert_int_equal(0, support_environment_read(&environment));
	assert_string_equal(
		"x86", support_environment_get(&environment, "AXE_PARAMETER_", "board"));
	assert_null(support_environment_get(&environment, "AXE_PARAMETER_", "boar"));
	assert_null(support_environment_get(&environment, "AXE_", "TEMP"));
	assert_null(support_environment_get(&environment, "OTHER_", "JOB"));
	support_environment_finish(&environment);
}

static void it_is_a_copy(void **state)
{
	struct support_environment environment;

	setenv("AXE_JOB", "12", 1);
	assert_int_equal(0, support_environment_read(&environment));
	setenv("AXE_JOB", "13", 1);
	assert_string_equal("12", support_environment_get(&environment, "AXE_", "JOB"));
	support_environment_finish(&environment);
}

static void only_numbers_in_their_range_are_numbers(void **state)
{
	struct support_environment environment;
	uint64_t number = 5;

	setenv("AXE_JOB", "12", 1);
	setenv("AXE_TRY", "-1", 1);
	setenv("AXE_ATTEMPT", "4294967296", 1);
	assert_int_equal(0, support_environment_read(&environment));
	assert_false(support_environment_number(&environment, "TRY", UINT32_MAX, &number));
	assert_false(support_environment_number(&environment, "ATTEMPT", UINT32_MAX, &number));
	assert_false(support_environment_number(&environment, "ABSENT", UINT32_MAX, &number));
	assert_int_equal(5, number);
	assert_true(support_environment_number(&environment, "JOB", UINT32_MAX, &number));
	assert_int_equal(12, number);
	support_environment_finish(&environment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_found_by_its_whole_name),
		cmocka_unit_test(it_is_a_copy),
		cmocka_unit_test(only_numbers_in_their_range_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
