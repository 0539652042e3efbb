/* The kernel's table of processes, live: found, walked, forgotten. */
#include "watched.h"

#define CHILDREN 700 /* more than one batch of a walk */

static int wait_at_gate(void *data)
{
	gate_wait(data);
	return 5;
}

static int fork_many(void *data)
{
	for (int i = 0; i < CHILDREN; i++) {
		if (fork() == 0)
			_exit(0);
		wait(NULL);
	}
	return 0;
}

static struct axe_process_key only_key(const struct watched *watched)
{
	const struct axe_event *born = watched_find(watched, AXE_EVENT_FORK, 0, 0);

	assert_non_null(born);
	return born->process;
}

static void record_lives_from_birth_until_it_is_forgotten(void **state)
{
	struct watched watched;
	struct axe_process_key key;
	struct axe_process record;
	struct gate gate;
	pid_t pid;

	watched_begin(&watched);
	gate_open(&gate);
	pid = watched_spawn(&watched, wait_at_gate, &gate);
	watched_drain(&watched);
	key = only_key(&watched);
	assert_int_equal(probe_record(watched.probe, &key, &record), 0);
	assert_int_equal(record.flags, AXE_PROCESS_ROOT);
	assert_int_equal(record.parent.tgid, getpid());
	assert_int_equal(record.exit_ns, 0);

	gate_let(&gate);
	watched_reap(pid);
	watched_settle(&watched);
	assert_int_equal(probe_record(watched.probe, &key, &record), 0);
	assert_int_equal(record.flags, AXE_PROCESS_ROOT | AXE_PROCESS_EXITED);
	assert_int_equal(record.exit_code, 5 << 8);
	assert_memory_equal(&record, watched_exit(&watched, pid), sizeof(record));

	probe_forget(watched.probe, &key);
	probe_forget(watched.probe, &key);
	assert_int_equal(probe_record(watched.probe, &key, &record), -ENOENT);
	gate_close(&gate);
	watched_end(&watched);
}

static void count(const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	assert_true(record->fork_ns > 0);
	++*(size_t *)data;
}

static void walk_visits_each_record_of_its_slot_once(void **state)
{
	struct watched watched;
	struct bpf_group other;
	size_t own = 0, others = 0;
	struct gate gate;
	uint32_t slot;
	pid_t pid;

	watched_begin(&watched);
	gate_open(&gate);
	assert_int_equal(bpf_group_create(&other, watched.groups.path, "other"), 0);
	assert_int_equal(probe_watch(watched.probe, other.id, AXE_SLOT_ASSESSMENT, &slot, NULL), 0);
	pid = bpf_group_spawn(&other, wait_at_gate, &gate);
	watched_run(&watched, fork_many, NULL);

	assert_int_equal(probe_walk(watched.probe, watched.slot, count, &own), 0);
	assert_int_equal(probe_walk(watched.probe, slot, count, &others), 0);
	assert_int_equal(own, CHILDREN + 1);
	assert_int_equal(others, 1);
	assert_int_equal(probe_walk(watched.probe, UINT32_MAX, count, &own), -EINVAL);
	gate_let(&gate);
	watched_reap(pid);
	gate_close(&gate);
	bpf_group_close(&other);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_lives_from_birth_until_it_is_forgotten),
		cmocka_unit_test(walk_visits_each_record_of_its_slot_once),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
