/* How full the kernel half is, live: what fills it, and what gives the room back. */
#include "watched.h"

#define FORKS 100

static int fork_some(void *data)
{
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		while (waitpid(pid, NULL, 0) < 0)
			continue;
	}
	return 0;
}

static void begin(struct watched *watched, uint32_t records, uint32_t ring_bytes)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;

	config.records = records;
	config.ring_bytes = ring_bytes;
	watched_begin_with(watched, config);
}

static struct probe_pressure pressure_of(const struct watched *watched)
{
	struct probe_pressure pressure;

	probe_pressure(watched->probe, &pressure);
	return pressure;
}

static void fill(struct watched *watched)
{
	watched_reap(watched_spawn(watched, fork_some, NULL));
	assert_int_equal(test_groups_wait(watched->group.path, "populated", 0), 0);
}

static void nothing_weighs_nothing(void **state)
{
	struct watched watched;

	begin(&watched, 128, 1 << 16);
	assert_int_equal(pressure_of(&watched).ring, 0);
	assert_int_equal(pressure_of(&watched).records, 0);
	assert_int_equal(pressure_of(&watched).dead, 0);
	watched_end(&watched);
}

static void drain_relieves_the_ring(void **state)
{
	struct watched watched;

	begin(&watched, 1024, 1 << 16);
	fill(&watched);
	/* A fork and an exit of each take more than 300 bytes of the 65,536. */
	assert_true(pressure_of(&watched).ring >= 45);
	watched_drain(&watched);
	assert_int_equal(pressure_of(&watched).ring, 0);
	watched_end(&watched);
}

static void full_ring_is_full(void **state)
{
	struct watched watched;

	begin(&watched, 1024, (uint32_t)sysconf(_SC_PAGESIZE));
	fill(&watched);
	assert_true(pressure_of(&watched).ring >= 90);
	assert_true(pressure_of(&watched).ring <= 100);
	watched_end(&watched);
}

static void forgetting_relieves_the_records(void **state)
{
	struct axe_process_key keys[FORKS + 1];
	struct watched watched;
	size_t count = 0;

	begin(&watched, 128, 1 << 18);
	fill(&watched);
	assert_int_equal(pressure_of(&watched).records, 78);
	assert_int_equal(pressure_of(&watched).dead, 78);

	watched_drain(&watched);
	for (size_t i = 0; i < watched.events_count; i++)
		if (watched.events[i]->type == AXE_EVENT_EXIT)
			keys[count++] = watched.events[i]->process;
	assert_int_equal(count, FORKS + 1);
	/* One is missing already: the others go all the same. */
	probe_forget(watched.probe, &keys[40]);
	probe_forget_many(watched.probe, watched.slot, keys, count);
	assert_int_equal(pressure_of(&watched).records, 0);
	assert_int_equal(pressure_of(&watched).dead, 0);
	for (size_t i = 0; i < count; i++) {
		struct axe_process record;

		assert_int_equal(probe_record(watched.probe, &keys[i], &record), -ENOENT);
	}
	watched_end(&watched);
}

static int wait_at_gate(void *data)
{
	gate_wait(data);
	return 0;
}

static void living_are_not_dead(void **state)
{
	struct watched watched;
	struct gate gate;
	pid_t pid;

	begin(&watched, 4, 1 << 16);
	gate_open(&gate);
	pid = watched_spawn(&watched, wait_at_gate, &gate);
	assert_int_equal(pressure_of(&watched).records, 25);
	assert_int_equal(pressure_of(&watched).dead, 0);
	gate_let(&gate);
	watched_reap(pid);
	watched_settle(&watched);
	assert_int_equal(pressure_of(&watched).dead, 25);
	gate_close(&gate);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_weighs_nothing),
		cmocka_unit_test(drain_relieves_the_ring),
		cmocka_unit_test(full_ring_is_full),
		cmocka_unit_test(forgetting_relieves_the_records),
		cmocka_unit_test(living_are_not_dead),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
