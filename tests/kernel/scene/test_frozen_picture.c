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

static void spent_budget_makes_a_partial_picture(void **state)
{
	struct frozen_stage stage;
	struct frozen_group group;
	struct frozen_picture *picture = NULL;
	pid_t pid;
	json_t *json;

	frozen_stage_begin(&stage, census_scan, *state);
	pid = frozen_stage_spawn(&stage, frozen_stage_half);
	group = (struct frozen_group){ stage.group.path, stage.group.id, FROZEN_STAGE_LEVEL };
	assert_int_equal(
		frozen_picture_take(&stage.host, &group, 0, census_scan, *state, &picture, NULL),
		0);
	json = frozen_picture_json(picture, 100);
	assert_true(json_is_true(json_object_get(json, "partial")));
	assert_string_equal(json_string_value(json_object_get(json, "way")), "iterator");
	json_decref(json);
	frozen_picture_destroy(picture);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	frozen_stage_end(&stage);
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
		cmocka_unit_test(spent_budget_makes_a_partial_picture),
	};

	require_root();
	/* A runner's log, and what else was handed down: the stories are of what a member opens. */
	close_range(3, ~0U, 0);
	return cmocka_run_group_tests(tests, open_census, close_census);
}
