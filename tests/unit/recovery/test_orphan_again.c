/* A job that has lost its supervisor and is to run again: whoever ends it may die over that. */
#include "unit/recovery/orphan_case.h"

/* Who ends it may die before its queue has stored that. */
static void what_is_to_run_again_is_kept_with_its_end(void **state)
{
	struct store_case *test = *state;

	lose_supervisor(test);
	store_case_open(test);
	end_orphans_of(test, true);
	expect_one_end(test);
	assert_int_equal(1, count_requeues(test));
}

static void what_has_no_more_to_run_is_not_kept_for_it(void **state)
{
	struct store_case *test = *state;

	lose_supervisor(test);
	store_case_open(test);
	end_orphans_of(test, false);
	assert_int_equal(0, count_requeues(test));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_is_to_run_again_is_kept_with_its_end),
		STORE_TEST(what_has_no_more_to_run_is_not_kept_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
