/* The frozen picture by the way of /proc, of live processes. */
#include "kernel/survey/frozen_stories.h"

static void half_written_file_is_told(void **state)
{
	frozen_story_half_written(NULL, NULL);
}

static void interrupted_transaction_is_told(void **state)
{
	frozen_story_transaction(NULL, NULL);
}

static void shared_map_is_told(void **state)
{
	frozen_story_map(NULL, NULL);
}

static void traced_outsider_is_told(void **state)
{
	frozen_story_traced(NULL, NULL);
}

static void killed_fuse_server_is_told(void **state)
{
	frozen_story_fuse(NULL, NULL);
}

static void harmless_processes_are_silent(void **state)
{
	frozen_story_harmless(NULL, NULL);
}

static void who_ended_and_is_not_reaped_is_not_counted(void **state)
{
	frozen_story_ended(NULL, NULL);
}

static void spent_budget_makes_a_partial_picture(void **state)
{
	frozen_story_spent_budget(NULL, NULL, "proc");
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
	return cmocka_run_group_tests(tests, NULL, NULL);
}
