/* Limits bind, measure and leave nothing behind, on v2 or on v1 as this host has them. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "confine/delegate.h"
#include "confine/limits.h"
#include "support/require.h"
#include "tests/kernel/confine/birth.h"

#define MIB (UINT64_C(1) << 20)

static struct nursery nursery;

/* The hierarchy is the host's own, so that v1 groups too get the test's unique name. */
static int setup(void **state)
{
	if (test_groups_create(&nursery.groups) < 0)
		return -1;
	return hierarchy_open(NULL, &nursery.hierarchy, NULL);
}

static int teardown(void **state)
{
	int code = test_groups_destroy(&nursery.groups);

	hierarchy_close(&nursery.hierarchy);
	return code;
}

/* One assessment's group and limits. */
struct bounds {
	char path[128];
	struct group *group;
	struct limit_set *set;
	int procs[LIMIT_SET_DESCRIPTORS];
};

static int bounds_try(struct bounds *bounds, const char *name, uint64_t memory, uint64_t pids,
	struct error *error)
{
	struct limits limits = { 0 };

	limits.set[LIMIT_MEMORY] = memory != 0;
	limits.value[LIMIT_MEMORY] = memory;
	limits.set[LIMIT_PIDS] = pids != 0;
	limits.value[LIMIT_PIDS] = pids;
	*bounds = (struct bounds){ 0 };
	snprintf(bounds->path, sizeof(bounds->path), "%s/%s", nursery.groups.name, name);
	if (group_create(&nursery.hierarchy, bounds->path, &bounds->group, error) < 0)
		return -1;
	return limit_set_create(
		&nursery.hierarchy, bounds->group, bounds->path, &limits, &bounds->set, error);
}

static void bounds_make(struct bounds *bounds, const char *name, uint64_t memory, uint64_t pids)
{
	struct error error = { 0 };

	if (bounds_try(bounds, name, memory, pids, &error) < 0)
		fail_msg("%s", error.text);
}

static void bounds_end(struct bounds *bounds)
{
	assert_int_equal(group_kill(bounds->group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(bounds->group), "populated", 0), 0);
	assert_int_equal(limit_set_remove(bounds->set), 0);
	limit_set_destroy(bounds->set);
	assert_int_equal(group_remove(bounds->group), 0);
	group_destroy(bounds->group);
}

/* Where a controller keeps the attributes of `name` ("": of the parent of them all). */
static const char *home_path(const char *controller, const char *name)
{
	static char path[512];
	const struct hierarchy_controller *found =
		hierarchy_controller(&nursery.hierarchy, controller);

	assert_non_null(found);
	snprintf(path, sizeof(path), "%s/%s%s%s",
		found->v2 ? nursery.hierarchy.root : found->v1_path, nursery.groups.name,
		*name ? "/" : "", name);
	return path;
}

static bool is_v1(const char *controller)
{
	return !hierarchy_controller(&nursery.hierarchy, controller)->v2;
}

static void prepare(struct birth *birth, struct bounds *bounds, const char *const *argv)
{
	nursery.group = bounds->group;
	birth_prepare(birth, &nursery, argv);
	birth->plan.procs_fds = bounds->procs;
	birth->plan.procs_fds_count = limit_set_descriptors(bounds->set, bounds->procs);
}

static void memory_hog_is_killed(void **state)
{
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;

	bounds_make(&bounds, "hog", 32 * MIB, 0);
	/* Keeps all of a line that never ends. */
	prepare(&birth, &bounds, ARGV("tail", "/dev/zero"));
	birth_run(&birth);
	assert_int_equal(birth.report, 1);
	assert_true(WIFSIGNALED(birth.status));
	assert_int_equal(WTERMSIG(birth.status), SIGKILL);
	limit_set_usage(bounds.set, &usage);
	assert_true(usage.has_oom_kills);
	assert_int_equal(usage.oom_kills, 1);
	assert_true(usage.has_memory_peak && usage.has_memory_now);
	assert_in_range(usage.memory_peak_bytes, 16 * MIB, 32 * MIB);
	bounds_end(&bounds);
}

static void fork_beyond_the_limit_is_refused(void **state)
{
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;

	bounds_make(&bounds, "forks", 0, 3);
	prepare(&birth, &bounds,
		ARGV("sh", "-c", "sleep 999 & sleep 999 & sleep 999 & sleep 999 & :"));
	birth_run(&birth);
	assert_int_equal(birth.report, 1);
	assert_true(WIFEXITED(birth.status) && WEXITSTATUS(birth.status) != 0);
	limit_set_usage(bounds.set, &usage);
	assert_true(usage.has_pids_refused);
	assert_true(usage.pids_refused >= 1);
	if (usage.has_pids_peak)
		assert_in_range(usage.pids_peak, 2, 3);
	bounds_end(&bounds);
}

static void limits_hold_from_the_first_instruction_of_the_program(void **state)
{
	struct bounds bounds;
	struct birth birth;
	char expected[256];

	bounds_make(&bounds, "member", 64 * MIB, 8);
	prepare(&birth, &bounds, ARGV("cat", "/proc/self/cgroup"));
	birth_succeeds(&birth);
	snprintf(expected, sizeof(expected), ":memory:/%s\n", bounds.path);
	if (is_v1("memory"))
		assert_non_null(strstr(birth.text, expected));
	snprintf(expected, sizeof(expected), ":pids:/%s\n", bounds.path);
	if (is_v1("pids"))
		assert_non_null(strstr(birth.text, expected));
	bounds_end(&bounds);
}

static void attribute_is(const char *group, const char *name, const char *expected)
{
	char path[1024], text[64];

	snprintf(path, sizeof(path), "%s/%s", group, name);
	assert_true(file_read_text_at(AT_FDCWD, path, text, sizeof(text)) >= 0);
	assert_string_equal(text, expected);
}

static bool counts_swap(const char *group)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/memory.memsw.limit_in_bytes", group);
	return access(path, F_OK) == 0;
}

static void swap_does_not_widen_the_memory_limit(void **state)
{
	struct bounds bounds;
	const char *home;

	bounds_make(&bounds, "swap", 32 * MIB, 0);
	home = home_path("memory", "swap");
	attribute_is(home, is_v1("memory") ? "memory.limit_in_bytes" : "memory.max", "33554432");
	if (!is_v1("memory"))
		attribute_is(home, "memory.swap.max", "0");
	else if (counts_swap(home))
		attribute_is(home, "memory.memsw.limit_in_bytes", "33554432");
	bounds_end(&bounds);
}

static void used_name_is_refused_and_nothing_is_left(void **state)
{
	struct bounds bounds;
	struct error error = { 0 };

	if (!is_v1("pids"))
		skip();
	assert_int_equal(mkdir(home_path("pids", ""), 0755), 0);
	assert_int_equal(mkdir(home_path("pids", "used"), 0755), 0);
	assert_int_equal(bounds_try(&bounds, "used", 64 * MIB, 8, &error), -EEXIST);
	assert_null(bounds.set);
	assert_non_null(strstr(error.text, "never used twice"));
	assert_int_equal(access(home_path("memory", ""), F_OK), -1);
	assert_int_equal(access(home_path("pids", "used"), F_OK), 0);
	assert_int_equal(rmdir(home_path("pids", "used")), 0);
	assert_int_equal(rmdir(home_path("pids", "")), 0);
	bounds_end(&bounds);
}

static void impossible_value_names_the_limit_and_leaves_nothing(void **state)
{
	struct bounds bounds;
	struct error error = { 0 };

	assert_true(bounds_try(&bounds, "value", 64 * MIB, UINT64_MAX, &error) < 0);
	assert_null(bounds.set);
	assert_non_null(strstr(error.text, "`pids`"));
	if (is_v1("memory"))
		assert_int_equal(access(home_path("memory", ""), F_OK), -1);
	bounds_end(&bounds);
}

static void busy_limits_are_removed_later(void **state)
{
	struct bounds bounds;
	struct birth birth;
	struct spawned spawned;

	if (!is_v1("memory"))
		skip();
	bounds_make(&bounds, "busy", 64 * MIB, 0);
	prepare(&birth, &bounds, ARGV("sleep", "999"));
	assert_int_equal(spawn(&birth.plan, &spawned, NULL), 0);
	/* The end of the report: it has entered its groups and runs. */
	assert_int_equal(
		poll(&(struct pollfd){ .fd = spawned.report, .events = POLLIN }, 1, 10000), 1);
	assert_int_equal(limit_set_remove(bounds.set), -EBUSY);
	assert_int_equal(group_kill(bounds.group, NULL), 0);
	assert_int_equal(waitpid(spawned.pid, NULL, 0), spawned.pid);
	close(spawned.report);
	close(spawned.pidfd);
	close(birth.output);
	close(birth.plan.stdio[0]);
	bounds_end(&bounds);
}

static void cpu_quota_is_lifted(void **state)
{
	const struct hierarchy_controller *cpu = hierarchy_controller(&nursery.hierarchy, "cpu");
	struct bounds bounds;

	if (!cpu || !cpu->v2)
		skip();
	bounds_make(&bounds, "quota", 64 * MIB, 0);
	assert_int_equal(delegate_controller(&nursery.hierarchy, cpu, bounds.path, NULL), 0);
	assert_int_equal(
		file_write_text_at(group_descriptor(bounds.group), "cpu.max", "1000 100000", NULL),
		0);
	limit_set_lift(bounds.set);
	attribute_is(group_path(bounds.group), "cpu.max", "max 100000");
	bounds_end(&bounds);
}

static void parent_with_processes_says_why_it_cannot_hand_down(void **state)
{
	struct bounds parent, child;
	struct error error = { 0 };
	pid_t pid;

	if (is_v1("memory"))
		skip();
	bounds_make(&parent, "parent", 0, 0);
	pid = test_groups_sleeper(group_path(parent.group));
	assert_int_equal(bounds_try(&child, "parent/child", 64 * MIB, 0, &error), -EBUSY);
	assert_non_null(strstr(error.text, "processes of its own"));
	bounds_end(&child);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	bounds_end(&parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_hog_is_killed),
		cmocka_unit_test(fork_beyond_the_limit_is_refused),
		cmocka_unit_test(limits_hold_from_the_first_instruction_of_the_program),
		cmocka_unit_test(swap_does_not_widen_the_memory_limit),
		cmocka_unit_test(used_name_is_refused_and_nothing_is_left),
		cmocka_unit_test(impossible_value_names_the_limit_and_leaves_nothing),
		cmocka_unit_test(busy_limits_are_removed_later),
		cmocka_unit_test(cpu_quota_is_lifted),
		cmocka_unit_test(parent_with_processes_says_why_it_cannot_hand_down),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
