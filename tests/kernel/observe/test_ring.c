/* The kernel's ring, live: all of it is read though only a part of it is mapped at a time. */
#include "watched.h"

#define RING_BYTES  (1u << 18) /* four times what is mapped of it */
#define TIMES_ROUND 2
#define STORM       300 /* leaves less than the ring holds */
#define NUMBERS     32768

struct reader {
	uint64_t bytes;
	unsigned events;
	bool told[NUMBERS];
};

static void note_event(const struct axe_event *event, void *data)
{
	struct reader *reader = data;

	assert_true(event->sequence < NUMBERS);
	assert_false(reader->told[event->sequence]);
	reader->told[event->sequence] = true;
	reader->events++;
	reader->bytes += event->size;
}

static int storm(void *data)
{
	for (int i = 0; i < STORM; i++)
		if (fork() == 0)
			_exit(0);
	while (wait(NULL) > 0)
		continue;
	return 0;
}

/* Of the kernel's memory, so much is ours for as long as it is mapped. */
static size_t mapped_bytes(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	size_t bytes = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long begin, behind;

		if (strstr(line, "anon_inode:bpf-map") &&
			sscanf(line, "%lx-%lx", &begin, &behind) == 2)
			bytes += behind - begin;
	}
	fclose(maps);
	return bytes;
}

static void each_event_of_many_rounds_comes_once(void **state)
{
	const struct probe_config config = {
		.slots = 4, .records = 16384, .ring_bytes = RING_BYTES, .watch_level = WATCHED_LEVEL
	};
	struct reader *reader = calloc(1, sizeof(*reader));
	const struct axe_slot *slot;
	struct test_groups groups;
	struct bpf_group group;
	struct probe *probe;
	uint32_t index;

	assert_int_equal(test_groups_create(&groups), 0);
	assert_int_equal(bpf_group_create(&group, groups.path, "watched"), 0);
	assert_int_equal(probe_create(&config, note_event, reader, &probe, NULL), 0);
	assert_int_equal(probe_watch(probe, group.id, AXE_SLOT_ASSESSMENT, &index, NULL), 0);
	slot = probe_slot(probe, index);
	while (reader->bytes < TIMES_ROUND * RING_BYTES) {
		pid_t pid = bpf_group_spawn(&group, storm, NULL);

		assert_true(pid > 0);
		watched_reap(pid);
		assert_int_equal(test_groups_wait(group.path, "populated", 0), 0);
		assert_true(probe_drain(probe) > 0);
	}
	assert_int_equal(slot->lost_events, 0);
	assert_int_equal(reader->events, slot->sequence);
	assert_in_range(mapped_bytes(), 1, RING_BYTES / 2);
	probe_unwatch(probe, index);
	probe_destroy(probe);
	bpf_group_close(&group);
	assert_int_equal(test_groups_destroy(&groups), 0);
	free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_of_many_rounds_comes_once),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
