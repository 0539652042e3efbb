/* Slots that a dead supervisor left are found by whose they are. */
#include "recovery/left.h"

#include "support/unit.h"

static struct left_slot slots[] = {
	{ .slot = 4, .kind = AXE_SLOT_JOB, .intent = { .job = 7 } },
	{ .slot = 5, .kind = AXE_SLOT_ASSESSMENT, .intent = { .job = 7, .try_number = 1 } },
	{ .slot = 6,
		.kind = AXE_SLOT_ASSESSMENT,
		.intent = { .job = 7, .index = 1, .try_number = 2 } },
	{ .slot = 9, .kind = AXE_SLOT_JOB, .intent = { .job = 8 } },
};

static const struct left left = { slots, sizeof(slots) / sizeof(*slots), false };

static void a_job_is_not_taken_for_its_first_assessment(void **state)
{
	assert_int_equal(left_find_job(&left, 7)->slot, 4);
	assert_int_equal(left_find_job(&left, 8)->slot, 9);
	assert_null(left_find_job(&left, 9));
	assert_null(left_find_try(&left, 8, 0, 0));
}

static void a_try_is_found_by_its_number_too(void **state)
{
	assert_int_equal(left_find_try(&left, 7, 0, 1)->slot, 5);
	assert_int_equal(left_find_try(&left, 7, 1, 2)->slot, 6);
	assert_null(left_find_try(&left, 7, 1, 1));
	assert_null(left_find_try(&left, 8, 1, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_not_taken_for_its_first_assessment),
		cmocka_unit_test(a_try_is_found_by_its_number_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
