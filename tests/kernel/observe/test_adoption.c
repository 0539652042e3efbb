/* A supervisor killed with SIGKILL while its group goes on, live: the next one misses nothing. */
#include "head_count.h"
#include "pinned.h"

#define STORM     150
#define ALONE     100 /* of it, before the next supervisor must be there */
#define SEQUENCES 4096
#define ENOUGH    20 /* forks that the first supervisor sees before it is killed */

/* What both supervisors heard: memory that outlives the first of them. */
struct heard {
	unsigned char by_first[SEQUENCES];
	unsigned char by_second[SEQUENCES];
	volatile uint64_t first_events;
	pid_t root;
	struct gate next;
};

static struct heard *heard_create(void)
{
	struct heard *heard = mmap(
		NULL, sizeof(*heard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(heard != MAP_FAILED);
	gate_open(&heard->next);
	return heard;
}

static void heard_destroy(struct heard *heard)
{
	gate_close(&heard->next);
	munmap(heard, sizeof(*heard));
}

static void hear_first(const struct axe_event *event, void *data)
{
	struct heard *heard = data;

	if (event->sequence < SEQUENCES)
		heard->by_first[event->sequence]++;
	heard->first_events++;
}

static void hear_second(const struct axe_event *event, void *data)
{
	struct heard *heard = data;

	assert_true(event->sequence < SEQUENCES);
	heard->by_second[event->sequence]++;
}

/* A group that goes on forking whatever becomes of who watches it. */
static int storm(void *data)
{
	struct heard *heard = data;

	for (int i = 0; i < STORM; i++) {
		pid_t pid;

		if (i == ALONE)
			gate_wait(&heard->next);
		pid = fork();
		if (pid == 0)
			_exit(i % 2);
		while (pid > 0 && waitpid(pid, NULL, 0) < 0)
			continue;
	}
	return 3;
}

/* The first supervisor: says so when it has heard enough, and goes on draining. */
static void watch_storm(struct pinned *pinned, struct heard *heard)
{
	struct probe *probe = pinned_create(pinned, hear_first, heard);
	uint32_t slot;

	if (probe_watch(probe, pinned->group.id, AXE_SLOT_ASSESSMENT, &slot, NULL) < 0)
		_exit(1);
	probe_intent(probe, slot)->job = 7;
	probe_intent_seal(probe, slot);
	heard->root = bpf_group_spawn(&pinned->group, storm, heard);
	while (heard->first_events < ENOUGH)
		probe_drain(probe);
	if (write(pinned->steps[1], "", 1) != 1)
		_exit(1);
	for (;;)
		probe_drain(probe);
}

static void leave_storm(struct pinned *pinned, struct heard *heard)
{
	char step;

	pinned->loader = fork();
	assert_true(pinned->loader >= 0);
	if (pinned->loader == 0)
		watch_storm(pinned, heard);
	assert_int_equal(read(pinned->steps[0], &step, 1), 1);
	pinned_kill_loader(pinned);
}

static void assert_all_recorded(struct probe *probe, uint32_t slot)
{
	const struct axe_slot *counters = probe_slot(probe, slot);
	struct head_count count = { 0 };

	assert_int_equal(counters->forks, STORM + 1);
	assert_int_equal(counters->exits, STORM + 1);
	assert_int_equal(counters->root_exited, 1);
	assert_int_equal(counters->lost_events, 0);
	assert_int_equal(counters->lost_records, 0);
	assert_int_equal(probe_walk(probe, slot, head_count_record, &count), 0);
	assert_int_equal(count.found, STORM + 1);
	assert_int_equal(count.dead, STORM + 1);
	assert_int_equal(count.failed, STORM / 2 + 1);
	assert_int_equal(count.roots, 1);
	assert_int_equal(count.root_code, 3 << 8);
}

/* Each event reached one of them; one at most reached both, for the ring moves on behind it. */
static void assert_all_heard(const struct heard *heard, const struct axe_slot *counters)
{
	unsigned twice = 0, second = 0;

	assert_true(counters->sequence < SEQUENCES);
	for (uint64_t i = 0; i < counters->sequence; i++) {
		assert_true(heard->by_first[i] + heard->by_second[i] >= 1);
		assert_true(heard->by_first[i] <= 1 && heard->by_second[i] <= 1);
		twice += heard->by_first[i] && heard->by_second[i];
		second += heard->by_second[i];
	}
	assert_true(twice <= 1);
	assert_true(second > 0);
	assert_true(heard->first_events + second >= counters->sequence);
}

static void next_supervisor_misses_nothing(void **state)
{
	struct pinned *pinned = *state;
	struct heard *heard = heard_create();
	struct pinned_left left = { 0 };

	leave_storm(pinned, heard);
	pinned->probe = pinned_create(pinned, hear_second, heard);
	assert_int_equal(probe_origin(pinned->probe), PROBE_ADOPTED);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	assert_true(left.has_intent);
	assert_int_equal(left.intent.job, 7);
	assert_int_equal(left.counters.cgroup_id, pinned->group.id);
	assert_int_equal(probe_take(pinned->probe, left.slot), 0);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 0);

	gate_let(&heard->next);
	assert_int_equal(watched_reap(heard->root), 3 << 8);
	assert_int_equal(test_groups_wait(pinned->group.path, "populated", 0), 0);
	assert_true(probe_drain(pinned->probe) >= 0);
	assert_all_recorded(pinned->probe, left.slot);
	assert_all_heard(heard, probe_slot(pinned->probe, left.slot));
	probe_unwatch(pinned->probe, left.slot);
	heard_destroy(heard);
}

/* Nobody at all was there when it ended. */
static void group_that_ended_alone_is_recorded(void **state)
{
	struct pinned *pinned = *state;
	struct heard *heard = heard_create();
	struct pinned_left left = { 0 };

	leave_storm(pinned, heard);
	gate_let(&heard->next);
	assert_int_equal(watched_reap(heard->root), 3 << 8);
	assert_int_equal(test_groups_wait(pinned->group.path, "populated", 0), 0);

	pinned->probe = pinned_create(pinned, hear_second, heard);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	assert_int_equal(probe_take(pinned->probe, left.slot), 0);
	assert_true(probe_drain(pinned->probe) > 0);
	assert_all_recorded(pinned->probe, left.slot);
	assert_all_heard(heard, probe_slot(pinned->probe, left.slot));
	probe_unwatch(pinned->probe, left.slot);
	heard_destroy(heard);
}

static void slot_given_up_leaves_no_record(void **state)
{
	struct pinned *pinned = *state;
	struct heard *heard = heard_create();
	struct pinned_left left = { 0 };
	struct head_count count = { 0 };

	leave_storm(pinned, heard);
	gate_let(&heard->next);
	assert_int_equal(watched_reap(heard->root), 3 << 8);
	pinned->probe = pinned_create(pinned, hear_second, heard);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	probe_unwatch(pinned->probe, left.slot);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 0);
	assert_int_equal(probe_take(pinned->probe, left.slot), -ENOENT);
	assert_int_equal(probe_walk(pinned->probe, left.slot, head_count_record, &count), 0);
	assert_int_equal(count.found, 0);
	heard_destroy(heard);
}

#define PIN_TEST(test) cmocka_unit_test_setup_teardown(test, pinned_setup, pinned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIN_TEST(next_supervisor_misses_nothing),
		PIN_TEST(group_that_ended_alone_is_recorded),
		PIN_TEST(slot_given_up_leaves_no_record),
	};

	require_root();
	pinned_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
