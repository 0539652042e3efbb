/* The supervisor's own memory beside a slot: valid for one tenant, and for no other. */
#include "watched.h"

static void intent_begins_empty_and_counts_when_sealed(void **state)
{
	struct watched watched;
	struct axe_intent *intent;

	watched_begin(&watched);
	intent = probe_intent(watched.probe, watched.slot);
	assert_non_null(intent);
	assert_int_equal(intent->job, 0);
	assert_int_not_equal(intent->generation, watched_counters(&watched)->generation);

	intent->job = 7;
	intent->flags = AXE_INTENT_TERMINATE;
	probe_intent_seal(watched.probe, watched.slot);
	assert_int_equal(intent->generation, watched_counters(&watched)->generation);
	watched_end(&watched);
}

static void intent_of_an_earlier_tenant_is_gone(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct axe_intent *intent;
	struct watched watched;

	config.slots = 1;
	watched_begin_with(&watched, config);
	intent = probe_intent(watched.probe, watched.slot);
	intent->job = 7;
	probe_intent_seal(watched.probe, watched.slot);
	probe_unwatch(watched.probe, watched.slot);
	assert_int_not_equal(intent->generation, watched_counters(&watched)->generation);

	assert_int_equal(probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT,
				 &watched.slot, NULL),
		0);
	assert_int_equal(intent->job, 0);
	assert_int_not_equal(intent->generation, watched_counters(&watched)->generation);
	watched_end(&watched);
}

static void intent_of_no_slot_is_null(void **state)
{
	struct watched watched;

	watched_begin(&watched);
	assert_null(probe_intent(watched.probe, UINT32_MAX));
	watched_end(&watched);
}

static void refuse_visit(
	uint32_t slot, const struct axe_slot *counters, const struct axe_intent *intent, void *data)
{
	fail_msg("slot %u was visited", slot);
}

static void own_slots_are_left_by_nobody(void **state)
{
	struct watched watched;

	watched_begin(&watched);
	assert_int_equal(probe_origin(watched.probe), PROBE_LOADED);
	assert_int_equal(probe_adopt(watched.probe, refuse_visit, NULL), 0);
	assert_int_equal(probe_take(watched.probe, watched.slot), -ENOENT);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intent_begins_empty_and_counts_when_sealed),
		cmocka_unit_test(intent_of_an_earlier_tenant_is_gone),
		cmocka_unit_test(intent_of_no_slot_is_null),
		cmocka_unit_test(own_slots_are_left_by_nobody),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
