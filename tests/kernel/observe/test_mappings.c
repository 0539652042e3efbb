/* The shared memory of the kernel half, kept from the processes that we give birth to. */
#include "observe/mappings.h"

#include "watched.h"

#define OF_A_MAP "anon_inode:bpf-map"

static void ignore_event(const struct axe_event *event, void *data)
{
}

static int mappings_of_maps(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	int count = 0;

	if (!maps)
		return -1;
	while (fgets(line, sizeof(line), maps))
		if (strstr(line, OF_A_MAP))
			count++;
	fclose(maps);
	return count;
}

static void child_has_no_mapping_of_a_map(void **state)
{
	const struct probe_config config = {
		.slots = 4, .records = 64, .ring_bytes = 1 << 16, .watch_level = WATCHED_LEVEL
	};
	struct error error = { 0 };
	struct probe *probe = NULL;

	assert_int_equal(probe_create(&config, ignore_event, NULL, &probe, &error), 0);
	assert_true(mappings_of_maps() > 0);
	assert_int_equal(mappings_keep(), mappings_of_maps());

	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(mappings_of_maps() == 0 ? 0 : 1);
	assert_int_equal(watched_reap(pid), 0);
	probe_destroy(probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_has_no_mapping_of_a_map),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
