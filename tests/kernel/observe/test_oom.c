/* The OOM killer, live: its victim is known from every other SIGKILL. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "support/require.h"
#include "watched.h"

#define LIMIT    "16777216"
#define APPETITE (64u << 20)

/* Where this test's processes are bounded: a v1 memory group, or their own v2 group. */
struct pantry {
	struct bpf_group group;
	bool legacy;
};

static bool pantry_open_legacy(struct pantry *pantry, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/memory/%s", name);
	if (mkdir(path, 0755) < 0 || bpf_group_open(&pantry->group, path) < 0)
		return false;

	pantry->legacy = true;
	if (bpf_group_write(&pantry->group, "memory.limit_in_bytes", LIMIT) < 0)
		return false;
	/* Swap counts with it, where it is counted; there it cannot be below the other. */
	bpf_group_write(&pantry->group, "memory.memsw.limit_in_bytes", LIMIT);
	return true;
}

static bool pantry_open(struct pantry *pantry, const struct watched *watched)
{
	struct bpf_group parent;
	bool enabled;

	if (pantry_open_legacy(pantry, watched->groups.name))
		return true;
	assert_int_equal(bpf_group_open(&parent, watched->groups.path), 0);
	enabled = bpf_group_write(&parent, "cgroup.subtree_control", "+memory") == 0;
	bpf_group_close(&parent);
	pantry->legacy = false;
	if (!enabled || bpf_group_open(&pantry->group, watched->group.path) < 0)
		return false;
	/* Where the host swaps, the limit alone kills nobody; where it cannot, there is no such
	 * file. */
	bpf_group_write(&pantry->group, "memory.swap.max", "0");
	return bpf_group_write(&pantry->group, "memory.max", LIMIT) == 0;
}

static int eat(void *data)
{
	const struct pantry *pantry = data;
	volatile char *memory;

	if (pantry->legacy && bpf_group_write(&pantry->group, "cgroup.procs", "0") < 0)
		return 1;
	memory = mmap(NULL, APPETITE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < APPETITE; i += 4096)
		memory[i] = 1;
	return 0;
}

static void victim_is_told_and_the_kernel_is_named(void **state)
{
	struct watched watched;
	const struct axe_process *record;
	struct pantry pantry;
	pid_t pid;

	watched_begin(&watched);
	if (!pantry_open(&pantry, &watched)) {
		watched_end(&watched);
		skip_case("needs a memory controller to set a limit with");
	}
	pid = watched_run(&watched, eat, &pantry);

	record = watched_exit(&watched, pid);
	assert_int_equal(record->exit_code, SIGKILL);
	assert_true(record->flags & AXE_PROCESS_OOM);
	assert_int_equal(record->kill.signal, SIGKILL);
	assert_int_equal(record->kill.origin, AXE_SENDER_KERNEL);
	assert_non_null(watched_find(&watched, AXE_EVENT_OOM, pid, 0));
	assert_int_equal(watched_counters(&watched)->oom_kills, 1);
	bpf_group_close(&pantry.group);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(victim_is_told_and_the_kernel_is_named),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
