/* A v1 cpuset becomes fit for processes, whatever the groups above it had. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#include "confine/cpuset.h"
#include "support/require.h"
#include "tests/kernel/confine/bounds.h"

static struct nursery nursery;
static const struct hierarchy_controller *cpuset;

static int setup(void **state)
{
	if (bounds_setup(&nursery) < 0)
		return -1;
	cpuset = hierarchy_controller(&nursery.hierarchy, "cpuset");
	return 0;
}

static int teardown(void **state)
{
	return bounds_teardown(&nursery);
}

/* Two groups, one in the other; the janitor removes them. */
static void make_groups(char inner[static 256])
{
	if (!cpuset || cpuset->v2)
		skip_case("needs a v1 cpuset hierarchy");
	assert_int_equal(mkdir(bounds_home(&nursery, LIMIT_CPUS, ""), 0755), 0);
	snprintf(inner, 256, "%s/inner", nursery.groups.name);
	assert_int_equal(mkdir(bounds_home(&nursery, LIMIT_CPUS, "inner"), 0755), 0);
}

static void read_top(const char *attribute, char text[static 256])
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", cpuset->v1_path, attribute);
	assert_true(file_read_text_at(AT_FDCWD, path, text, 256) > 0);
}

static void groups_above_get_all_and_the_group_gets_memory(void **state)
{
	char inner[256], cpus[256], nodes[256];
	struct error error = { 0 };

	make_groups(inner);
	read_top("cpuset.cpus", cpus);
	read_top("cpuset.mems", nodes);
	/* As after a cpu was offline for a while; twice, as by the next assessment of the job. */
	for (int round = 0; round < 2; round++) {
		if (cpuset_prepare(cpuset->v1_path, inner, &error) < 0)
			fail_msg("%s", error.text);
		attribute_is(bounds_home(&nursery, LIMIT_CPUS, ""), "cpuset.cpus", cpus);
		attribute_is(bounds_home(&nursery, LIMIT_CPUS, ""), "cpuset.mems", nodes);
		attribute_is(bounds_home(&nursery, LIMIT_CPUS, "inner"), "cpuset.mems", nodes);
		attribute_is(bounds_home(&nursery, LIMIT_CPUS, "inner"), "cpuset.cpus", "");
		auto_fd outer = open(
			bounds_home(&nursery, LIMIT_CPUS, ""), O_PATH | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(file_write_text_at(outer, "cpuset.cpus", "0", NULL), 0);
	}
	assert_int_equal(rmdir(bounds_home(&nursery, LIMIT_CPUS, "inner")), 0);
	assert_int_equal(rmdir(bounds_home(&nursery, LIMIT_CPUS, "")), 0);
}

static void missing_group_is_named(void **state)
{
	struct error error = { 0 };

	if (!cpuset || cpuset->v2)
		skip_case("needs a v1 cpuset hierarchy");
	assert_int_equal(cpuset_prepare(cpuset->v1_path, "axe-there-is-none/x", &error), -ENOENT);
	assert_non_null(strstr(error.text, "axe-there-is-none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_above_get_all_and_the_group_gets_memory),
		cmocka_unit_test(missing_group_is_named),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
