/* What rings the bell, live, and what is true when it has rung. */
#include "belled.h"

static int fail_at_gate(void *data)
{
	gate_wait(data);
	return 1;
}

/* Two orphans that wait at the gate. */
static int leave_two_orphans(void *data)
{
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			_exit(wait_at_gate(data));
	return 0;
}

static void populated_rings_when_all_exits_are_in_the_maps(void **state)
{
	struct watched watched;
	const struct axe_event_group *empty;
	struct gate gate;

	watched_begin(&watched);
	gate_open(&gate);
	watched_reap(watched_spawn(&watched, leave_two_orphans, &gate));
	await_group_event(&watched, AXE_EVENT_POPULATED, 1);
	watched_drain(&watched);
	assert_null(find_group_event(&watched, AXE_EVENT_POPULATED, 0));

	gate_let(&gate);
	gate_let(&gate);
	await_group_event(&watched, AXE_EVENT_POPULATED, 0);
	assert_int_equal(watched_counters(&watched)->forks, 3);
	assert_int_equal(watched_counters(&watched)->exits, 3);
	assert_int_equal(watched_count(&watched, AXE_EVENT_EXIT), 3);
	empty = find_group_event(&watched, AXE_EVENT_POPULATED, 0);
	assert_int_equal(empty->cgroup_id, watched.group.id);
	gate_close(&gate);
	watched_end(&watched);
}

static void births_wait_for_the_next_bell(void **state)
{
	struct watched watched;
	struct gate gate;
	pid_t pid;

	watched_begin(&watched);
	gate_open(&gate);
	pid = watched_spawn(&watched, wait_at_gate, &gate);
	await_group_event(&watched, AXE_EVENT_POPULATED, 1);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));

	/* Born to the group that is populated already, and alive: a fact without a bell. */
	watched_spawn(&watched, wait_at_gate, &gate);
	assert_false(watched_hear(&watched, SILENCE_MS));
	watched_drain(&watched);
	assert_int_equal(watched_count(&watched, AXE_EVENT_FORK), 2);

	gate_let(&gate);
	gate_let(&gate);
	watched_reap(pid);
	watched_settle(&watched);
	gate_close(&gate);
	watched_end(&watched);
}

static void death_of_the_root_rings(void **state)
{
	struct watched watched;
	struct gate gate;

	watched_begin(&watched);
	gate_open(&gate);
	watched_reap(watched_spawn(&watched, leave_two_orphans, &gate));
	while (!watched_count(&watched, AXE_EVENT_EXIT)) {
		assert_true(watched_hear(&watched, WATCHED_PATIENCE_MS));
		watched_drain(&watched);
	}
	assert_int_equal(watched_counters(&watched)->root_exited, 1);
	gate_let(&gate);
	gate_let(&gate);
	watched_settle(&watched);
	gate_close(&gate);
	watched_end(&watched);
}

static void first_failure_rings_and_the_second_does_not(void **state)
{
	struct watched watched;
	struct gate gate, root;
	pid_t pid, first, second;

	watched_begin(&watched);
	gate_open(&gate);
	gate_open(&root);
	pid = watched_spawn(&watched, wait_at_gate, &root);
	first = watched_spawn(&watched, fail_at_gate, &gate);
	second = watched_spawn(&watched, fail_at_gate, &gate);
	await_group_event(&watched, AXE_EVENT_POPULATED, 1);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));

	gate_let(&gate);
	assert_true(watched_hear(&watched, WATCHED_PATIENCE_MS));
	assert_int_equal(watched_counters(&watched)->exits, 1);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));

	gate_let(&gate);
	watched_reap(first);
	watched_reap(second);
	assert_false(watched_hear(&watched, SILENCE_MS));
	watched_drain(&watched);
	assert_int_equal(watched_count(&watched, AXE_EVENT_EXIT), 2);
	gate_let(&root);
	watched_reap(pid);
	watched_settle(&watched);
	gate_close(&gate);
	gate_close(&root);
	watched_end(&watched);
}

static void frozen_rings_and_thawed_waits_for_the_next_bell(void **state)
{
	struct watched watched;
	struct gate gate;

	watched_begin(&watched);
	gate_open(&gate);
	watched_spawn(&watched, wait_at_gate, &gate);
	assert_int_equal(bpf_group_write(&watched.group, "cgroup.freeze", "1"), 0);
	await_group_event(&watched, AXE_EVENT_FROZEN, 1);
	assert_int_equal(test_groups_wait(watched.group.path, "frozen", 1), 0);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));
	assert_int_equal(bpf_group_write(&watched.group, "cgroup.freeze", "0"), 0);
	assert_int_equal(test_groups_wait(watched.group.path, "frozen", 0), 0);
	assert_false(watched_hear(&watched, SILENCE_MS));
	watched_drain(&watched);
	assert_non_null(find_group_event(&watched, AXE_EVENT_FROZEN, 0));
	gate_let(&gate);
	watched_settle(&watched);
	gate_close(&gate);
	watched_end(&watched);
}

static int fork_many(void *data)
{
	for (int i = 0; i < 40; i++) {
		if (fork() == 0)
			_exit(0);
		while (wait(NULL) > 0)
			continue;
	}
	gate_wait(data);
	return 0;
}

static void ring_that_fills_rings(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct watched watched;
	struct gate gate;

	config.ring_bytes = 65536; /* an eighth of it holds 27 children */
	watched_begin_with(&watched, config);
	gate_open(&gate);
	watched_spawn(&watched, wait_at_gate, &gate);
	await_group_event(&watched, AXE_EVENT_POPULATED, 1);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));

	watched_spawn(&watched, fork_many, &gate);
	assert_true(watched_hear(&watched, WATCHED_PATIENCE_MS));
	watched_drain(&watched);
	gate_let(&gate);
	gate_let(&gate);
	watched_settle(&watched);
	assert_int_equal(watched_counters(&watched)->lost_events, 0);
	gate_close(&gate);
	watched_end(&watched);
}

static void parent_group_tells_only_of_itself(void **state)
{
	struct watched watched;
	struct bpf_group parent;
	struct gate gate;
	uint32_t slot;
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(bpf_group_open(&parent, watched.groups.path), 0);
	assert_int_equal(probe_watch(watched.probe, parent.id, AXE_SLOT_JOB, &slot, NULL), 0);
	/* Born in the parent group itself: no process of an assessment. */
	gate_open(&gate);
	gate_let(&gate);
	pid = bpf_group_spawn(&parent, wait_at_gate, &gate);
	assert_int_equal(watched_reap(pid), 0);
	watched_drain(&watched);
	assert_int_equal(watched_count(&watched, AXE_EVENT_FORK), 0);
	assert_int_equal(probe_slot(watched.probe, slot)->forks, 0);
	assert_true(watched_count(&watched, AXE_EVENT_POPULATED) >= 1);
	probe_unwatch(watched.probe, slot);
	gate_close(&gate);
	bpf_group_close(&parent);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(populated_rings_when_all_exits_are_in_the_maps),
		cmocka_unit_test(births_wait_for_the_next_bell),
		cmocka_unit_test(death_of_the_root_rings),
		cmocka_unit_test(first_failure_rings_and_the_second_does_not),
		cmocka_unit_test(frozen_rings_and_thawed_waits_for_the_next_bell),
		cmocka_unit_test(ring_that_fills_rings),
		cmocka_unit_test(parent_group_tells_only_of_itself),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
