/* An upgrade of the kernel half that is killed at any moment is made good by the next, live. */
#include <poll.h>

#include "exchanged.h"

/* Killed between the two renames that make the new set the valid one. */
static void an_exchange_that_was_killed_is_done_once_more(void **state)
{
	struct pinned *pinned = *state;
	struct pinned_left left;
	struct member member;
	char path[160];

	pinned_leave(pinned, pinned_watch);
	member_begin(&member, pinned);
	change_identity(pinned, change_abi);
	rename_set(pinned, "kept", "gone");
	pin_path(pinned, "making", path);
	assert_int_equal(mkdir(path, 0700), 0);
	left = succeed(pinned, PROBE_INHERITED);
	assert_is_ours(&left);
	member_end(&member, pinned);
	assert_seven(pinned, left.slot);
	probe_unwatch(pinned->probe, left.slot);
}

/* A newer supervisor: it takes over, and says so. */
static void upgrade(struct pinned *pinned)
{
	pinned_create(pinned, pinned_ignore, NULL);
}

/* Behind its exchange, before anybody went on with what it had taken over. */
static void what_was_taken_over_is_there_for_the_next(void **state)
{
	struct pinned *pinned = *state;
	struct pinned_left left;
	struct member member;

	pinned_leave(pinned, pinned_watch);
	member_begin(&member, pinned);
	change_identity(pinned, change_abi);
	pinned_leave(pinned, upgrade);
	left = succeed(pinned, PROBE_ADOPTED);
	assert_is_ours(&left);
	member_end(&member, pinned);
	assert_seven(pinned, left.slot);
	probe_unwatch(pinned->probe, left.slot);
}

#define KILL_STEPS 8

/* At whatever moment of the exchange. */
static void an_upgrade_killed_at_any_moment_loses_nobody(void **state)
{
	struct pinned *pinned = *state;

	for (int step = 0; step < KILL_STEPS; step++) {
		struct pinned_left left = { 0 };
		struct member member;

		pinned_leave(pinned, pinned_watch);
		member_begin(&member, pinned);
		change_identity(pinned, change_abi);
		pinned->loader = fork();
		assert_true(pinned->loader >= 0);
		if (pinned->loader == 0) {
			upgrade(pinned);
			for (;;)
				pause();
		}
		poll(NULL, 0, step * 40);
		pinned_kill_loader(pinned);
		pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
		assert_int_not_equal(probe_origin(pinned->probe), PROBE_REPLACED);
		probe_adopt(pinned->probe, pinned_note_left, &left);
		assert_is_ours(&left);
		member_end(&member, pinned);
		assert_seven(pinned, left.slot);
		probe_unwatch(pinned->probe, left.slot);
		probe_destroy(take_pointer(pinned->probe));
	}
}

#define PIN_TEST(test) cmocka_unit_test_setup_teardown(test, pinned_setup, pinned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIN_TEST(an_exchange_that_was_killed_is_done_once_more),
		PIN_TEST(what_was_taken_over_is_there_for_the_next),
		PIN_TEST(an_upgrade_killed_at_any_moment_loses_nobody),
	};

	require_root();
	pinned_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
