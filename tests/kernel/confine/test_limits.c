/* Sets of limits are all or nothing, or what is possible, and leave nothing behind. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "confine/delegate.h"
#include "support/require.h"
#include "tests/kernel/confine/bounds.h"

static struct nursery nursery;

static int setup(void **state)
{
	return bounds_setup(&nursery);
}

static int teardown(void **state)
{
	return bounds_teardown(&nursery);
}

static struct limits limits_of(uint64_t memory, uint64_t pids)
{
	struct limits limits = { 0 };

	if (memory)
		limits_add(&limits, LIMIT_MEMORY, memory);
	if (pids)
		limits_add(&limits, LIMIT_PIDS, pids);
	return limits;
}

static void limits_hold_from_the_first_instruction_of_the_program(void **state)
{
	const struct limits limits = limits_of(64 * MIB, 8);
	struct bounds bounds;
	struct birth birth;
	char expected[256];

	bounds_make(&bounds, &nursery, "member", &limits);
	bounds_prepare(&bounds, &birth, ARGV("cat", "/proc/self/cgroup"));
	birth_succeeds(&birth);
	snprintf(expected, sizeof(expected), ":memory:/%s\n", bounds.path);
	if (bounds_is_v1(&nursery, LIMIT_MEMORY))
		assert_non_null(strstr(birth.text, expected));
	snprintf(expected, sizeof(expected), ":pids:/%s\n", bounds.path);
	if (bounds_is_v1(&nursery, LIMIT_PIDS))
		assert_non_null(strstr(birth.text, expected));
	bounds_end(&bounds);
}

/* No v1 group, and no descriptor for the child; on v2 what measures is there all the same. */
static void without_limits_nothing_is_made_but_measured_where_it_is_free(void **state)
{
	const struct limits limits = { 0 };
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;

	bounds_make(&bounds, &nursery, "free", &limits);
	bounds_prepare(&bounds, &birth, ARGV("true"));
	assert_int_equal(birth.plan.procs_fds_count, 0);
	birth_succeeds(&birth);
	limit_set_usage(bounds.set, &usage);
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		if (limit_controller(&nursery.hierarchy, kind) && bounds_is_v1(&nursery, kind))
			assert_int_equal(access(bounds_home(&nursery, kind, ""), F_OK), -1);
	assert_int_equal(usage.has_memory_now, !bounds_is_v1(&nursery, LIMIT_MEMORY));
	assert_int_equal(usage.has_oom_kills, !bounds_is_v1(&nursery, LIMIT_MEMORY));
	assert_int_equal(usage.has_pids_refused, !bounds_is_v1(&nursery, LIMIT_PIDS));
	bounds_end(&bounds);
}

static void used_name_is_refused_and_nothing_is_left(void **state)
{
	const struct limits limits = limits_of(64 * MIB, 8);
	struct bounds bounds;
	struct error error = { 0 };

	if (!bounds_is_v1(&nursery, LIMIT_PIDS))
		skip_case("needs the pids controller on v1");
	assert_int_equal(mkdir(bounds_home(&nursery, LIMIT_PIDS, ""), 0755), 0);
	assert_int_equal(mkdir(bounds_home(&nursery, LIMIT_PIDS, "used"), 0755), 0);
	assert_int_equal(bounds_try(&bounds, &nursery, "used", &limits, &error), -EEXIST);
	assert_null(bounds.set);
	assert_non_null(strstr(error.text, "never used twice"));
	assert_int_equal(access(bounds_home(&nursery, LIMIT_MEMORY, ""), F_OK), -1);
	assert_int_equal(access(bounds_home(&nursery, LIMIT_PIDS, "used"), F_OK), 0);
	assert_int_equal(rmdir(bounds_home(&nursery, LIMIT_PIDS, "used")), 0);
	assert_int_equal(rmdir(bounds_home(&nursery, LIMIT_PIDS, "")), 0);
	bounds_end(&bounds);
}

static void impossible_value_names_the_limit_and_leaves_nothing(void **state)
{
	const struct limits limits = limits_of(64 * MIB, UINT64_MAX);
	struct bounds bounds;
	struct error error = { 0 };

	assert_true(bounds_try(&bounds, &nursery, "value", &limits, &error) < 0);
	assert_null(bounds.set);
	assert_non_null(strstr(error.text, "`pids`"));
	if (bounds_is_v1(&nursery, LIMIT_MEMORY))
		assert_int_equal(access(bounds_home(&nursery, LIMIT_MEMORY, ""), F_OK), -1);
	bounds_end(&bounds);
}

/* One is not possible on any host, one is refused only when it is written. */
static struct limits partly_possible(void)
{
	struct limits limits = limits_of(64 * MIB, UINT64_MAX);

	limits.set[LIMIT_CPUS] = true;
	strcpy(limits.cpus, "8191");
	return limits;
}

static void what_is_not_possible_is_refused(void **state)
{
	const struct limits limits = partly_possible();
	struct bounds bounds;
	struct error error = { 0 };

	assert_true(bounds_try(&bounds, &nursery, "refused", &limits, &error) < 0);
	assert_null(bounds.set);
	assert_non_null(strstr(error.text, "limit `cpus`: cpu 8191"));
	bounds_end(&bounds);
}

static void what_is_not_possible_is_skipped_and_said_when_optional(void **state)
{
	const struct limits limits = partly_possible();
	struct bounds bounds = { .nursery = &nursery };
	struct birth birth;
	struct limit_usage usage;

	snprintf(bounds.path, sizeof(bounds.path), "%s/optional", nursery.groups.name);
	assert_int_equal(group_create(&nursery.hierarchy, bounds.path, &bounds.group, NULL), 0);
	assert_int_equal(limit_set_create_possible(&nursery.hierarchy, bounds.group, bounds.path,
				 &limits, &bounds.set, NULL),
		0);
	assert_null(limit_set_skipped(bounds.set, LIMIT_MEMORY));
	assert_null(limit_set_skipped(bounds.set, LIMIT_IO));
	assert_non_null(strstr(limit_set_skipped(bounds.set, LIMIT_CPUS), "cpu 8191"));
	assert_non_null(strstr(limit_set_skipped(bounds.set, LIMIT_PIDS), "limit `pids`"));
	bounds_prepare(&bounds, &birth, ARGV("true"));
	birth_succeeds(&birth);
	limit_set_usage(bounds.set, &usage);
	assert_true(usage.has_memory_now);
	bounds_end(&bounds);
}

static void busy_limits_are_removed_later(void **state)
{
	const struct limits limits = limits_of(64 * MIB, 0);
	struct bounds bounds;
	struct running running;

	if (!bounds_is_v1(&nursery, LIMIT_MEMORY))
		skip_case("needs the memory controller on v1");
	bounds_make(&bounds, &nursery, "busy", &limits);
	bounds_start(&bounds, &running, ARGV("sleep", "999"));
	assert_int_equal(limit_set_remove(bounds.set), -EBUSY);
	bounds_stop(&bounds, &running);
	bounds_end(&bounds);
}

static void parent_with_processes_says_why_it_cannot_hand_down(void **state)
{
	const struct limits none = { 0 }, limits = limits_of(64 * MIB, 0);
	struct bounds parent, child;
	struct error error = { 0 };
	pid_t pid;

	if (bounds_is_v1(&nursery, LIMIT_MEMORY))
		skip_case("needs the memory controller on v2");
	bounds_make(&parent, &nursery, "parent", &none);
	pid = test_groups_sleeper(group_path(parent.group));
	assert_int_equal(bounds_try(&child, &nursery, "parent/child", &limits, &error), -EBUSY);
	assert_non_null(strstr(error.text, "processes of its own"));
	bounds_end(&child);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	bounds_end(&parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_hold_from_the_first_instruction_of_the_program),
		cmocka_unit_test(without_limits_nothing_is_made_but_measured_where_it_is_free),
		cmocka_unit_test(used_name_is_refused_and_nothing_is_left),
		cmocka_unit_test(impossible_value_names_the_limit_and_leaves_nothing),
		cmocka_unit_test(what_is_not_possible_is_refused),
		cmocka_unit_test(what_is_not_possible_is_skipped_and_said_when_optional),
		cmocka_unit_test(busy_limits_are_removed_later),
		cmocka_unit_test(parent_with_processes_says_why_it_cannot_hand_down),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
