/* Slots from watch to unwatch, live: what an earlier tenant leaves never counts for the next. */
#include "watched.h"

static int wait_at_gate(void *data)
{
	gate_wait(data);
	return 0;
}

/* Forks a child when it is let through, then ends. */
static int fork_behind_gate(void *data)
{
	gate_wait(data);
	if (fork() == 0)
		_exit(1);
	return wait(NULL) > 0 ? 0 : 1;
}

static void late_exit_never_counts_for_the_next_tenant(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct watched watched;
	const struct axe_slot *slot;
	struct bpf_group next;
	struct gate gate;
	uint32_t index;
	pid_t late;

	config.slots = 1;
	watched_begin_with(&watched, config);
	slot = watched_counters(&watched);
	gate_open(&gate);
	late = watched_spawn(&watched, fork_behind_gate, &gate);
	probe_unwatch(watched.probe, watched.slot);

	assert_int_equal(bpf_group_create(&next, watched.groups.path, "next"), 0);
	assert_int_equal(probe_watch(watched.probe, next.id, AXE_SLOT_ASSESSMENT, &index, NULL), 0);
	assert_int_equal(index, watched.slot);
	gate_let(&gate);
	watched_reap(late);
	watched_settle(&watched);
	assert_int_equal(slot->forks, 0);
	assert_int_equal(slot->exits, 0);
	assert_int_equal(slot->sequence, 0);
	assert_int_equal(watched.events_count, 0);

	gate_let(&gate);
	watched_reap(bpf_group_spawn(&next, wait_at_gate, &gate));
	assert_int_equal(test_groups_wait(next.path, "populated", 0), 0);
	assert_int_equal(slot->forks, 1);
	assert_int_equal(slot->exits, 1);
	assert_int_equal(slot->root_exited, 1);
	gate_close(&gate);
	bpf_group_close(&next);
	watched_end(&watched);
}

static void event_of_an_earlier_tenant_is_not_delivered(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct watched watched;
	struct gate gate;

	config.slots = 1;
	watched_begin_with(&watched, config);
	gate_open(&gate);
	gate_let(&gate);
	watched_reap(watched_spawn(&watched, wait_at_gate, &gate));
	assert_int_equal(test_groups_wait(watched.group.path, "populated", 0), 0);
	/* Its events are in the ring, unread. */
	assert_true(watched_counters(&watched)->sequence > 0);
	probe_unwatch(watched.probe, watched.slot);
	assert_int_equal(probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT,
				 &watched.slot, NULL),
		0);
	watched_drain(&watched);
	assert_int_equal(watched.events_count, 0);
	gate_close(&gate);
	watched_end(&watched);
}

static void freed_slot_rests_while_others_are_free(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct watched watched;
	uint32_t first, second;

	config.slots = 4;
	watched_begin_with(&watched, config);
	first = watched.slot;
	probe_unwatch(watched.probe, first);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT,
					 &second, NULL),
			0);
		assert_int_not_equal(second, first);
		probe_unwatch(watched.probe, second);
	}
	assert_int_equal(
		probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT, &second, NULL),
		0);
	assert_int_equal(second, first);
	watched_end(&watched);
}

static void refusals_name_their_bound(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct error error = { 0 };
	struct watched watched;
	uint32_t slot;

	config.slots = 2;
	watched_begin_with(&watched, config);
	assert_int_equal(
		probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT, &slot, &error),
		-EEXIST);
	assert_int_equal(probe_watch(watched.probe, 1, AXE_SLOT_JOB, &slot, &error), 0);
	assert_int_equal(probe_watch(watched.probe, 2, AXE_SLOT_JOB, &slot, &error), -ENOSPC);
	assert_non_null(strstr(error.text, "all 2 slots in use"));
	watched_end(&watched);
}

static void unwatch_gives_the_records_back(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	const struct axe_event *event;
	struct watched watched;
	struct gate gate;

	config.records = 4;
	watched_begin_with(&watched, config);
	gate_open(&gate);
	for (int round = 0; round < 20; round++) {
		pid_t pid = 0;

		for (int i = 0; i < 3; i++) {
			gate_let(&gate);
			pid = watched_spawn(&watched, wait_at_gate, &gate);
			watched_reap(pid);
		}
		watched_settle(&watched);
		/* One is forgotten by itself, two go with their slot. */
		event = watched_find(&watched, AXE_EVENT_EXIT, pid, 0);
		probe_forget(watched.probe, &event->process);
		assert_int_equal(watched_counters(&watched)->lost_records, 0);
		probe_unwatch(watched.probe, watched.slot);
		assert_int_equal(probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT,
					 &watched.slot, NULL),
			0);
	}
	gate_close(&gate);
	watched_end(&watched);
}

static void unwatch_of_a_free_slot_is_harmless(void **state)
{
	struct watched watched;

	watched_begin(&watched);
	probe_unwatch(watched.probe, watched.slot + 1);
	probe_unwatch(watched.probe, UINT32_MAX);
	assert_int_equal(watched_counters(&watched)->kind, AXE_SLOT_ASSESSMENT);
	probe_unwatch(watched.probe, watched.slot);
	probe_unwatch(watched.probe, watched.slot);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_exit_never_counts_for_the_next_tenant),
		cmocka_unit_test(event_of_an_earlier_tenant_is_not_delivered),
		cmocka_unit_test(freed_slot_rests_while_others_are_free),
		cmocka_unit_test(refusals_name_their_bound),
		cmocka_unit_test(unwatch_gives_the_records_back),
		cmocka_unit_test(unwatch_of_a_free_slot_is_harmless),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
