/* What cannot be enforced is refused before anything is made; what was not set needs nothing. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "confine/hierarchy.h"
#include "confine/limits.h"
#include "support/unit.h"

static struct limits limits_of(enum limit_kind kind, uint64_t value)
{
	struct limits limits = { 0 };

	limits.set[kind] = true;
	limits.value[kind] = value;
	return limits;
}

static void controller_of_the_v2_tree_is_enough(void **state)
{
	const struct hierarchy hierarchy = {
		.controllers = { { .name = "memory", .v2 = true } },
		.controllers_count = 1,
	};
	const struct limits limits = limits_of(LIMIT_MEMORY, 1 << 25);

	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void missing_controller_is_named_with_its_limit(void **state)
{
	const struct hierarchy hierarchy = {
		.root = "/somewhere",
		.controllers = { { .name = "memory", .v2 = true } },
		.controllers_count = 1,
	};
	const struct limits limits = limits_of(LIMIT_PIDS, 10);
	struct error error = { 0 };

	assert_int_equal(limit_set_check(&hierarchy, &limits, &error), -ENOTSUP);
	assert_non_null(strstr(error.text, "limit `pids`"));
	assert_non_null(strstr(error.text, "/somewhere"));
	assert_non_null(strstr(error.text, "cgroup_enable=pids"));
}

static void v1_mount_must_be_writable(void **state)
{
	const struct hierarchy hierarchy = {
		.controllers = { { .name = "memory", .v1_path = "/nonexistent/memory" } },
		.controllers_count = 1,
	};
	const struct limits limits = limits_of(LIMIT_MEMORY, 1 << 25);
	struct error error = { 0 };

	assert_int_equal(limit_set_check(&hierarchy, &limits, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/nonexistent/memory"));
}

static void limits_of_the_process_need_no_controller(void **state)
{
	const struct hierarchy hierarchy = { 0 };
	struct limits limits = limits_of(LIMIT_FILES, 64);

	limits.set[LIMIT_CORE] = true;
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void no_set_is_a_set_of_nothing(void **state)
{
	int fds[LIMIT_SET_DESCRIPTORS];
	struct limit_usage usage;

	memset(&usage, 1, sizeof(usage));
	assert_int_equal(limit_set_descriptors(NULL, fds), 0);
	limit_set_usage(NULL, &usage);
	assert_false(usage.has_memory_peak || usage.has_memory_now || usage.has_pids_peak ||
		     usage.has_oom_kills || usage.has_pids_refused);
	limit_set_lift(NULL);
	assert_int_equal(limit_set_remove(NULL), 0);
	limit_set_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controller_of_the_v2_tree_is_enough),
		cmocka_unit_test(missing_controller_is_named_with_its_limit),
		cmocka_unit_test(v1_mount_must_be_writable),
		cmocka_unit_test(limits_of_the_process_need_no_controller),
		cmocka_unit_test(no_set_is_a_set_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
