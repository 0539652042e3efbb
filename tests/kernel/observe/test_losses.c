/* Too little room, live: what is lost is counted, and the counters stay exact. */
#include "observe/ledger.h"

#include "head_count.h"
#include "watched.h"

#define STORM 300

/* Not one after another: many are alive at once, on all processors. */
static int storm(void *data)
{
	for (int i = 0; i < STORM; i++)
		if (fork() == 0)
			_exit(i % 2);
	while (wait(NULL) > 0)
		continue;
	return 0;
}

static void full_ring_loses_events_but_no_end(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct head_count count = { 0 };
	const struct axe_slot *slot;
	struct watched watched;

	config.ring_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	watched_begin_with(&watched, config);
	slot = watched_counters(&watched);
	watched_run(&watched, storm, NULL);

	assert_int_equal(slot->forks, STORM + 1);
	assert_int_equal(slot->exits, STORM + 1);
	assert_int_equal(slot->exits_failed, STORM / 2);
	assert_int_equal(slot->lost_records, 0);
	assert_true(slot->lost_events > 0);
	assert_int_equal(slot->sequence, slot->lost_events + watched.events_count);

	assert_int_equal(probe_walk(watched.probe, watched.slot, head_count_record, &count), 0);
	assert_int_equal(count.found, STORM + 1);
	assert_int_equal(count.dead, STORM + 1);
	assert_int_equal(count.failed, STORM / 2);
	assert_int_equal(count.roots, 1);
	watched_end(&watched);
}

static void learn_record(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	ledger_learn(data, key, record, NULL);
}

static void book_is_complete_after_a_walk(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct watched watched;
	struct ledger *ledger;

	config.ring_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	watched_begin_with(&watched, config);
	assert_int_equal(ledger_create(4 * STORM, &ledger), 0);
	watched_run(&watched, storm, NULL);

	for (size_t i = 0; i < watched.events_count; i++) {
		const struct axe_event *event = watched.events[i];

		assert_true(ledger_apply(ledger, event, NULL));
		if (event->type == AXE_EVENT_EXIT)
			probe_forget(watched.probe, &event->process);
	}
	assert_true(ledger_ended(ledger) < STORM + 1);
	assert_int_equal(probe_walk(watched.probe, watched.slot, learn_record, ledger), 0);
	assert_int_equal(ledger_seen(ledger), STORM + 1);
	assert_int_equal(ledger_ended(ledger), STORM + 1);
	assert_int_equal(ledger_living(ledger), 0);
	ledger_destroy(ledger);
	watched_end(&watched);
}

static void full_table_loses_records_but_no_count(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct head_count count = { 0 };
	const struct axe_slot *slot;
	struct watched watched;

	config.records = 8;
	watched_begin_with(&watched, config);
	slot = watched_counters(&watched);
	watched_run(&watched, storm, NULL);

	assert_int_equal(slot->forks, STORM + 1);
	assert_int_equal(slot->exits, STORM + 1);
	assert_int_equal(slot->exits_failed, STORM / 2);
	assert_int_equal(slot->lost_records, STORM + 1 - 8);
	assert_int_equal(slot->lost_exits, slot->lost_records);
	assert_int_equal(slot->root_exited, 1);
	assert_int_equal(probe_walk(watched.probe, watched.slot, head_count_record, &count), 0);
	assert_int_equal(count.found, 8);
	watched_end(&watched);
}

/* Forks without end until it is killed. */
static int bomb(void *data)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0 && fork() == 0)
			_exit(0);
		if (pid == 0)
			for (;;)
				pause();
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
	return 0;
}

static void note_killer(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	const struct axe_sender *kill = &record->kill;
	size_t *killed = data;

	assert_true(record->flags & AXE_PROCESS_EXITED);
	if (record->exit_code != SIGKILL)
		return;
	++*killed;
	assert_int_equal(kill->signal, SIGKILL);
	assert_int_equal(kill->origin, AXE_SENDER_KERNEL);
	/* Born while its group was being killed: by whom may be unknown, but by no bystander. */
	assert_true(kill->process.tgid == (axe_u32)getpid() || kill->process.tgid == 0);
}

static void drop_event(const struct axe_event *event, void *data)
{
}

/* One bomb in a group of its own: whoever is spawned into a group that was killed before is killed
 * at birth. */
static void bomb_round(struct probe *probe, const char *parent, int round, size_t *killed)
{
	const struct axe_slot *slot;
	struct bpf_group group;
	char name[16];
	uint32_t index;
	pid_t pid;

	snprintf(name, sizeof(name), "round-%d", round);
	assert_int_equal(bpf_group_create(&group, parent, name), 0);
	assert_int_equal(probe_watch(probe, group.id, AXE_SLOT_ASSESSMENT, &index, NULL), 0);
	slot = probe_slot(probe, index);
	pid = bpf_group_spawn(&group, bomb, NULL);
	assert_true(pid > 0);
	while (*(const volatile axe_u64 *)&slot->forks < 40 + (axe_u64)round)
		continue;
	/* One write need not be the end of those that are just being born. */
	do
		assert_int_equal(bpf_group_write(&group, "cgroup.kill", "1"), 0);
	while (waitpid(pid, NULL, WNOHANG) == 0);

	assert_int_equal(test_groups_wait(group.path, "populated", 0), 0);
	assert_int_equal(slot->exits, slot->forks);
	assert_int_equal(slot->lost_records, 0);
	assert_int_equal(probe_walk(probe, index, note_killer, killed), 0);
	probe_unwatch(probe, index);
	bpf_group_close(&group);
}

/* Kill at any moment of a birth: each end is counted, and each killer known. */
static void killed_bomb_leaves_nothing_uncounted(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct test_groups groups;
	struct probe *probe;
	size_t killed = 0;

	config.watch_level = WATCHED_LEVEL;
	assert_int_equal(test_groups_create(&groups), 0);
	assert_int_equal(probe_create(&config, drop_event, NULL, &probe, NULL), 0);
	for (int round = 0; round < 8; round++)
		bomb_round(probe, groups.path, round, &killed);
	assert_true(killed > 0);
	probe_destroy(probe);
	assert_int_equal(test_groups_destroy(&groups), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_ring_loses_events_but_no_end),
		cmocka_unit_test(book_is_complete_after_a_walk),
		cmocka_unit_test(full_table_loses_records_but_no_count),
		cmocka_unit_test(killed_bomb_leaves_nothing_uncounted),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
