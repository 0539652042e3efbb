/* Every limit bounds what it names, leaves its evidence, and gives way to a kill. */
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "support/require.h"
#include "tests/kernel/confine/bounds.h"

#define SWAPPED_AT_ONCE 131072 /* by the kernel */

static struct nursery nursery;

static int setup(void **state)
{
	return bounds_setup(&nursery);
}

static int teardown(void **state)
{
	return bounds_teardown(&nursery);
}

/* A kernel built without a controller skips what needs it. */
static void need(enum limit_kind kind, const struct limits *limits)
{
	if (limit_check(&nursery.hierarchy, limits, kind, NULL) < 0)
		skip_case("this host cannot enforce that limit");
}

static void memory_hog_is_killed(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;
	char evidence[LIMIT_EVIDENCE_SIZE];

	limits_add(&limits, LIMIT_MEMORY, 32 * MIB);
	bounds_make(&bounds, &nursery, "hog", &limits);
	/* Keeps all of a line that never ends. */
	bounds_prepare(&bounds, &birth, ARGV("tail", "/dev/zero"));
	birth_run(&birth);
	assert_int_equal(birth.report, 1);
	assert_true(WIFSIGNALED(birth.status));
	assert_int_equal(WTERMSIG(birth.status), SIGKILL);
	limit_set_usage(bounds.set, &usage);
	assert_true(usage.has_oom_kills);
	assert_int_equal(usage.oom_kills, 1);
	assert_true(usage.has_memory_hits);
	/* v1 does not count where memory and swap together have the same bound. */
	if (!bounds_is_v1(&nursery, LIMIT_MEMORY))
		assert_true(usage.memory_hits > 0);
	assert_true(usage.has_memory_now);
	if (usage.has_memory_peak)
		assert_in_range(usage.memory_peak_bytes, 16 * MIB, 32 * MIB);
	assert_true(limit_usage_exceeded(&usage, &limits, LIMIT_MEMORY, evidence));
	assert_string_equal(evidence, "1 process killed by the kernel");
	bounds_end(&bounds);
}

static bool counts_swap(const char *group)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/memory.memsw.limit_in_bytes", group);
	return access(path, F_OK) == 0;
}

static void swap_does_not_widen_the_memory_limit(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	const char *home;

	limits_add(&limits, LIMIT_MEMORY, 32 * MIB);
	bounds_make(&bounds, &nursery, "noswap", &limits);
	home = bounds_home(&nursery, LIMIT_MEMORY, "noswap");
	if (!bounds_is_v1(&nursery, LIMIT_MEMORY)) {
		attribute_is(home, "memory.max", "33554432");
		attribute_is(home, "memory.swap.max", "0");
	} else {
		attribute_is(home, "memory.limit_in_bytes", "33554432");
		if (counts_swap(home))
			attribute_is(home, "memory.memsw.limit_in_bytes", "33554432");
	}
	bounds_end(&bounds);
}

static void swap_comes_beside_memory_when_it_is_asked_for(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	const char *home;

	limits_add(&limits, LIMIT_MEMORY, 32 * MIB);
	limits_add(&limits, LIMIT_SWAP, 16 * MIB);
	need(LIMIT_SWAP, &limits);
	bounds_make(&bounds, &nursery, "swap", &limits);
	home = bounds_home(&nursery, LIMIT_SWAP, "swap");
	if (bounds_is_v1(&nursery, LIMIT_SWAP))
		attribute_is(home, "memory.memsw.limit_in_bytes", "50331648");
	else
		attribute_is(home, "memory.swap.max", "16777216");
	bounds_end(&bounds);
}

static bool host_swaps(void)
{
	char text[4096];

	return file_read_text_at(AT_FDCWD, "/proc/swaps", text, sizeof(text)) > 0 &&
	       strchr(text, '\n');
}

/* A kernel that waits long for its disk gives up before: then it was not the swap that was too
 * little. */
static bool swap_was_reached(const struct limit_usage *usage, uint64_t limit)
{
	return usage->swap_hits ||
	       (usage->has_swap_peak && usage->swap_peak_bytes + SWAPPED_AT_ONCE > limit);
}

static void swap_beyond_the_limit_is_told(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;
	char evidence[LIMIT_EVIDENCE_SIZE];

	limits_add(&limits, LIMIT_MEMORY, 32 * MIB);
	limits_add(&limits, LIMIT_SWAP, 8 * MIB);
	need(LIMIT_SWAP, &limits);
	if (!host_swaps() || bounds_is_v1(&nursery, LIMIT_SWAP))
		skip_case("needs swap, and the memory controller on v2");
	bounds_make(&bounds, &nursery, "swapped", &limits);
	bounds_prepare(&bounds, &birth, ARGV("tail", "/dev/zero"));
	birth_run(&birth);
	assert_true(WIFSIGNALED(birth.status));
	limit_set_usage(bounds.set, &usage);
	if (usage.has_swap_peak)
		assert_in_range(usage.swap_peak_bytes, 1, 8 * MIB);
	assert_true(usage.has_swap_hits && usage.has_swap_max);
	assert_true(limit_usage_exceeded(&usage, &limits, LIMIT_MEMORY, evidence));
	assert_int_equal(limit_usage_exceeded(&usage, &limits, LIMIT_SWAP, evidence),
		swap_was_reached(&usage, 8 * MIB));
	bounds_end(&bounds);
	if (!swap_was_reached(&usage, 8 * MIB))
		skip_case("needs a kernel that fills the swap before it kills");
}

static void fork_beyond_the_limit_is_refused(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;
	char evidence[LIMIT_EVIDENCE_SIZE];

	limits_add(&limits, LIMIT_PIDS, 3);
	bounds_make(&bounds, &nursery, "forks", &limits);
	bounds_prepare(&bounds, &birth,
		ARGV("sh", "-c", "sleep 999 & sleep 999 & sleep 999 & sleep 999 & :"));
	birth_run(&birth);
	assert_int_equal(birth.report, 1);
	assert_true(WIFEXITED(birth.status) && WEXITSTATUS(birth.status) != 0);
	limit_set_usage(bounds.set, &usage);
	assert_true(usage.has_pids_refused);
	assert_true(usage.pids_refused >= 1);
	if (usage.has_pids_peak)
		assert_in_range(usage.pids_peak, 2, 3);
	assert_true(limit_usage_exceeded(&usage, &limits, LIMIT_PIDS, evidence));
	assert_non_null(strstr(evidence, " refused"));
	bounds_end(&bounds);
}

/*
 * So small a share that one turn on the cpu uses it up, however many programs the machine runs: the
 * time that it takes is in proportion to the cpu time that it uses.
 */
static void quota_slows_a_program_down_and_is_told(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;
	char evidence[LIMIT_EVIDENCE_SIZE];
	uint64_t begun_ns, elapsed_us, user_us, system_us;

	limits_add(&limits, LIMIT_CPU, 2);
	need(LIMIT_CPU, &limits);
	bounds_make(&bounds, &nursery, "slow", &limits);
	bounds_prepare(
		&bounds, &birth, ARGV("sh", "-c", "timeout 3 sh -c 'while :; do :; done'; exit 0"));
	begun_ns = clock_monotonic_ns();
	birth_succeeds(&birth);
	elapsed_us = (clock_monotonic_ns() - begun_ns) / 1000;
	assert_int_equal(group_cpu_usage(bounds.group, &user_us, &system_us), 0);
	/* It would be 50 times, but for the share of the first period. */
	assert_true(elapsed_us >= 20 * (user_us + system_us));
	limit_set_usage(bounds.set, &usage);
	assert_true(usage.has_cpu_throttled && usage.has_cpu_throttled_time);
	assert_true(usage.cpu_throttled >= 3);
	assert_true(usage.cpu_throttled_us >= 100000);
	assert_true(limit_usage_exceeded(&usage, &limits, LIMIT_CPU, evidence));
	assert_non_null(strstr(evidence, "throttled in "));
	bounds_end(&bounds);
}

static void more_than_one_cpu_may_be_given(void **state)
{
	struct limits limits = { 0 };
	struct bounds bounds;
	const char *home;

	limits_add(&limits, LIMIT_CPU, 150);
	need(LIMIT_CPU, &limits);
	bounds_make(&bounds, &nursery, "wide", &limits);
	home = bounds_home(&nursery, LIMIT_CPU, "wide");
	if (bounds_is_v1(&nursery, LIMIT_CPU)) {
		attribute_is(home, "cpu.cfs_quota_us", "150000");
		attribute_is(home, "cpu.cfs_period_us", "100000");
	} else {
		attribute_is(home, "cpu.max", "150000 100000");
	}
	limit_set_lift(bounds.set);
	if (bounds_is_v1(&nursery, LIMIT_CPU))
		attribute_is(home, "cpu.cfs_quota_us", "-1");
	else
		attribute_is(home, "cpu.max", "max 100000");
	bounds_end(&bounds);
}

static void program_sees_only_its_cpus(void **state)
{
	struct limits limits = { .set = { [LIMIT_CPUS] = true } };
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;
	char evidence[LIMIT_EVIDENCE_SIZE];

	/* Not the first, where there is another. */
	strcpy(limits.cpus, sysconf(_SC_NPROCESSORS_ONLN) > 1 ? "1" : "0");
	need(LIMIT_CPUS, &limits);
	bounds_make(&bounds, &nursery, "pinned", &limits);
	bounds_prepare(&bounds, &birth, ARGV("sh", "-c", "nproc; taskset -cp $$ | sed 's/.* //'"));
	birth_succeeds(&birth);
	assert_memory_equal(birth.text, "1\n", 2);
	assert_string_equal(birth.text + 2, limits.cpus);
	limit_set_usage(bounds.set, &usage);
	assert_false(limit_usage_exceeded(&usage, &limits, LIMIT_CPUS, evidence));
	bounds_end(&bounds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_hog_is_killed),
		cmocka_unit_test(swap_does_not_widen_the_memory_limit),
		cmocka_unit_test(swap_comes_beside_memory_when_it_is_asked_for),
		cmocka_unit_test(swap_beyond_the_limit_is_told),
		cmocka_unit_test(fork_beyond_the_limit_is_refused),
		cmocka_unit_test(quota_slows_a_program_down_and_is_told),
		cmocka_unit_test(more_than_one_cpu_may_be_given),
		cmocka_unit_test(program_sees_only_its_cpus),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
