/* The frozen picture by the way of the kernel half: the stories of tests/kernel/survey again. */
#include "kernel/survey/frozen_stories.h"
#include "observe/census.h"

static int open_census(void **state)
{
	struct census *census;
	struct error error = { 0 };

	if (census_create(&census, &error) < 0)
		fail_msg("%s", error.text);
	*state = census;
	return 0;
}

static int close_census(void **state)
{
	census_destroy(*state);
	return 0;
}

static void half_written_file_is_told(void **state)
{
	frozen_story_half_written(census_scan, *state);
}

static void interrupted_transaction_is_told(void **state)
{
	frozen_story_transaction(census_scan, *state);
}

static void shared_map_is_told(void **state)
{
	frozen_story_map(census_scan, *state);
}

static void traced_outsider_is_told(void **state)
{
	frozen_story_traced(census_scan, *state);
}

static void killed_fuse_server_is_told(void **state)
{
	frozen_story_fuse(census_scan, *state);
}

static void harmless_processes_are_silent(void **state)
{
	frozen_story_harmless(census_scan, *state);
}

static void who_ended_and_is_not_reaped_is_not_counted(void **state)
{
	frozen_story_ended(census_scan, *state);
}

static void spent_budget_makes_a_partial_picture(void **state)
{
	frozen_story_spent_budget(census_scan, *state, "iterator");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_written_file_is_told),
		cmocka_unit_test(interrupted_transaction_is_told),
		cmocka_unit_test(shared_map_is_told),
		cmocka_unit_test(traced_outsider_is_told),
		cmocka_unit_test(killed_fuse_server_is_told),
		cmocka_unit_test(harmless_processes_are_silent),
		cmocka_unit_test(who_ended_and_is_not_reaped_is_not_counted),
		cmocka_unit_test(spent_budget_makes_a_partial_picture),
	};

	require_root();
	/* A runner's log, and what else was handed down: the stories are of what a member opens. */
	close_range(3, ~0U, 0);
	return cmocka_run_group_tests(tests, open_census, close_census);
}
