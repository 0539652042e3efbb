/* What an interrupted start, watch or unwatch leaves, live: made good by the next supervisor. */
#include <poll.h>

#include "base/cleanup.h"

#include "pinned.h"

#define KILL_STEPS 8

static void slot_that_nobody_takes_stays(void **state)
{
	struct pinned *pinned = *state;
	struct pinned_left left = { 0 };

	pinned_leave(pinned, pinned_watch);
	pinned_leave(pinned, pinned_idle);
	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	assert_int_equal(left.intent.flags, AXE_INTENT_TERMINATE);
	probe_unwatch(pinned->probe, left.slot);
}

/* Its group is no longer in the table: it was killed inside of probe_watch or probe_unwatch. */
static void watch_and_lose_group(struct pinned *pinned)
{
	struct probe *probe = pinned_create(pinned, pinned_ignore, NULL);
	struct axe_slot *counters;
	uint32_t slot;

	if (probe_watch(probe, pinned->group.id, AXE_SLOT_ASSESSMENT, &slot, NULL) < 0)
		_exit(1);
	counters = (struct axe_slot *)probe_slot(probe, slot);
	counters->generation++;
}

static void torn_slot_is_freed(void **state)
{
	struct pinned *pinned = *state;
	struct pinned_left left = { 0 };

	pinned_leave(pinned, watch_and_lose_group);
	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(probe_origin(pinned->probe), PROBE_ADOPTED);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 0);
	assert_int_equal(probe_slot(pinned->probe, 0)->kind, AXE_SLOT_FREE);
	pinned_assert_counts(pinned, pinned->probe, "after");
}

/* At whatever moment of its start: the next one stands, and what it leaves goes. */
static void killed_start_is_made_good(void **state)
{
	struct pinned *pinned = *state;

	for (int step = 0; step < KILL_STEPS; step++) {
		char name[16];

		pinned->loader = fork();
		assert_true(pinned->loader >= 0);
		if (pinned->loader == 0) {
			pinned_watch(pinned);
			for (;;)
				pause();
		}
		poll(NULL, 0, step * 12);
		pinned_kill_loader(pinned);

		struct pinned_left left = { 0 };

		snprintf(name, sizeof(name), "step-%d", step);
		pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
		assert_int_not_equal(probe_origin(pinned->probe), PROBE_REPLACED);
		if (probe_adopt(pinned->probe, pinned_note_left, &left))
			probe_unwatch(pinned->probe, left.slot);
		pinned_assert_counts(pinned, pinned->probe, name);
		probe_destroy(take_pointer(pinned->probe));
		assert_false(pinned_is_mounted(pinned));
		assert_int_equal(access(pinned->pin_dir, F_OK), -1);
	}
}

#define PIN_TEST(test) cmocka_unit_test_setup_teardown(test, pinned_setup, pinned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIN_TEST(slot_that_nobody_takes_stays),
		PIN_TEST(torn_slot_is_freed),
		PIN_TEST(killed_start_is_made_good),
	};

	require_root();
	pinned_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
