/* The bell of a group that its supervisor kills. */
#include <signal.h>

#include "belled.h"

/* What its supervisor says before it does so. */
static void intend_kill(const struct watched *watched)
{
	probe_intent(watched->probe, watched->slot)->flags = AXE_INTENT_KILL;
	probe_intent_seal(watched->probe, watched->slot);
}

/* The supervisor kills all of them, and waits for the last. */
static void deaths_of_a_group_that_is_killed_wait_for_its_last(void **state)
{
	struct watched watched;
	struct gate gate;
	pid_t root, other;

	watched_begin(&watched);
	gate_open(&gate);
	root = watched_spawn(&watched, wait_at_gate, &gate);
	other = watched_spawn(&watched, wait_at_gate, &gate);
	await_group_event(&watched, AXE_EVENT_POPULATED, 1);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));
	intend_kill(&watched);

	assert_return_code(kill(root, SIGKILL), 0);
	watched_reap(root);
	assert_int_equal(watched_counters(&watched)->root_exited, 1);
	assert_false(watched_hear(&watched, SILENCE_MS));
	assert_return_code(kill(other, SIGKILL), 0);
	assert_true(watched_hear(&watched, WATCHED_PATIENCE_MS));
	watched_drain(&watched);
	assert_non_null(find_group_event(&watched, AXE_EVENT_POPULATED, 0));
	assert_int_equal(watched_count(&watched, AXE_EVENT_EXIT), 2);
	watched_reap(other);
	gate_close(&gate);
	watched_end(&watched);
}

/* By the end of each the others are frozen again: nobody waits for that. */
static void who_is_frozen_again_by_a_death_is_not_told(void **state)
{
	struct watched watched;
	struct gate gate;
	pid_t root, other;

	watched_begin(&watched);
	gate_open(&gate);
	root = watched_spawn(&watched, wait_at_gate, &gate);
	other = watched_spawn(&watched, wait_at_gate, &gate);
	assert_int_equal(bpf_group_write(&watched.group, "cgroup.freeze", "1"), 0);
	await_group_event(&watched, AXE_EVENT_FROZEN, 1);
	assert_int_equal(test_groups_wait(watched.group.path, "frozen", 1), 0);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));
	intend_kill(&watched);

	assert_return_code(kill(root, SIGKILL), 0);
	watched_reap(root);
	assert_int_equal(test_groups_wait(watched.group.path, "frozen", 1), 0);
	assert_false(watched_hear(&watched, SILENCE_MS));
	assert_return_code(kill(other, SIGKILL), 0);
	assert_true(watched_hear(&watched, WATCHED_PATIENCE_MS));
	watched_drain(&watched);
	assert_int_equal(watched_count(&watched, AXE_EVENT_FROZEN), 1);
	watched_reap(other);
	gate_close(&gate);
	watched_end(&watched);
}

/* What was decided about an earlier tenant of the slot says nothing of this one. */
static void an_intent_that_is_not_sealed_keeps_nobody_quiet(void **state)
{
	struct watched watched;
	struct gate gate;
	pid_t root;

	watched_begin(&watched);
	gate_open(&gate);
	root = watched_spawn(&watched, wait_at_gate, &gate);
	watched_spawn(&watched, wait_at_gate, &gate);
	await_group_event(&watched, AXE_EVENT_POPULATED, 1);
	watched_drain(&watched);
	assert_false(watched_hear(&watched, SILENCE_MS));
	probe_intent(watched.probe, watched.slot)->flags = AXE_INTENT_KILL;
	assert_return_code(kill(root, SIGKILL), 0);
	assert_true(watched_hear(&watched, WATCHED_PATIENCE_MS));
	watched_drain(&watched);
	assert_int_equal(watched_count(&watched, AXE_EVENT_EXIT), 1);
	gate_let(&gate);
	gate_let(&gate);
	watched_settle(&watched);
	gate_close(&gate);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deaths_of_a_group_that_is_killed_wait_for_its_last),
		cmocka_unit_test(who_is_frozen_again_by_a_death_is_not_told),
		cmocka_unit_test(an_intent_that_is_not_sealed_keeps_nobody_quiet),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
