/* The v2 tree is found by what the kernel says it is, not by its name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "confine/hierarchy.h"
#include "support/groups.h"
#include "support/mounts.h"
#include "support/require.h"
#include "support/unit.h"

static struct test_groups groups;

static int setup(void **state)
{
	return test_groups_create(&groups);
}

static int teardown(void **state)
{
	return test_groups_destroy(&groups);
}

static void v2_tree_is_found(void **state)
{
	struct hierarchy hierarchy;

	assert_int_equal(hierarchy_open(NULL, &hierarchy, NULL), 0);
	assert_string_equal(hierarchy.root, groups.mount);
	assert_int_equal(hierarchy.root_level, 0);
	assert_int_equal(faccessat(hierarchy.root_fd, "cgroup.procs", F_OK, 0), 0);
	hierarchy_close(&hierarchy);
	assert_int_equal(hierarchy.root_fd, -1);
}

static void controllers_are_where_the_kernel_has_them(void **state)
{
	struct hierarchy hierarchy;
	bool any_v1 = false;

	assert_int_equal(hierarchy_open(NULL, &hierarchy, NULL), 0);
	assert_non_null(hierarchy_controller(&hierarchy, "memory"));
	assert_non_null(hierarchy_controller(&hierarchy, "pids"));
	assert_null(hierarchy_controller(&hierarchy, "nonsense"));
	for (unsigned i = 0; i < hierarchy.controllers_count; i++) {
		const struct hierarchy_controller *controller = &hierarchy.controllers[i];

		assert_true(controller->v2 != (controller->v1_path[0] != '\0'));
		if (controller->v1_path[0])
			assert_int_equal(access(controller->v1_path, F_OK), 0);
		any_v1 |= controller->v1_path[0] != '\0';
	}
	assert_int_equal(hierarchy.layout, any_v1 ? HIERARCHY_HYBRID : HIERARCHY_PURE);
	hierarchy_close(&hierarchy);
}

static void override_knows_its_depth(void **state)
{
	struct hierarchy hierarchy;
	char path[512];

	snprintf(path, sizeof(path), "%s/a", groups.path);
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/../a");
	assert_int_equal(hierarchy_open(path, &hierarchy, NULL), 0);
	assert_int_equal(hierarchy.root_level, 2);
	assert_int_equal(strncmp(hierarchy.root, groups.path, strlen(groups.path)), 0);
	assert_string_equal(hierarchy.root + strlen(groups.path), "/a");
	hierarchy_close(&hierarchy);
}

static void override_outside_of_a_v2_tree_is_refused(void **state)
{
	struct hierarchy hierarchy = { .root_fd = -7 };
	struct error error = { 0 };
	char path[] = "/tmp/axe-hierarchy-XXXXXX";

	assert_non_null(mkdtemp(path));
	assert_int_equal(hierarchy_open(path, &hierarchy, &error), -ENOTSUP);
	rmdir(path);
	assert_non_null(strstr(error.text, path));
	assert_non_null(strstr(error.text, "cgroup2"));
	assert_int_equal(hierarchy.root_fd, -7);
}

static void missing_override_is_refused(void **state)
{
	struct hierarchy hierarchy;
	struct error error = { 0 };

	assert_int_equal(hierarchy_open("/nonexistent/axe", &hierarchy, &error), -ENOENT);
	assert_non_null(strstr(error.text, "--cgroup-root"));
}

static void v1_override_says_what_to_do(void **state)
{
	struct hierarchy hierarchy;
	struct error error = { 0 };
	const struct hierarchy_controller *memory;
	char path[96];

	assert_int_equal(hierarchy_open(NULL, &hierarchy, NULL), 0);
	memory = hierarchy_controller(&hierarchy, "memory");
	strcpy(path, memory ? memory->v1_path : "");
	hierarchy_close(&hierarchy);
	if (!path[0])
		skip_case("needs a v1 memory hierarchy");
	assert_int_equal(hierarchy_open(path, &hierarchy, &error), -ENOTSUP);
	assert_non_null(strstr(error.text, "findmnt -t cgroup2"));
}

/* 0, or the number of the check that failed; runs in a mount namespace of its own. */
static int open_where_v2_is_hidden(void)
{
	struct hierarchy hierarchy;
	struct error error = { 0 };

	if (mounts_leave_host(groups.mount) < 0)
		return 1;
	/* The mount table still lists the tree; statfs says what stands there now. */
	if (mount("tmpfs", groups.mount, "tmpfs", 0, "size=64k") < 0)
		return 2;
	if (hierarchy_open(NULL, &hierarchy, &error) != -ENOTSUP)
		return 3;
	return strstr(error.text, "mount -t cgroup2") ? 0 : 4;
}

static void host_without_v2_says_what_to_do(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(open_where_v2_is_hidden());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v2_tree_is_found),
		cmocka_unit_test(controllers_are_where_the_kernel_has_them),
		cmocka_unit_test(override_knows_its_depth),
		cmocka_unit_test(override_outside_of_a_v2_tree_is_refused),
		cmocka_unit_test(missing_override_is_refused),
		cmocka_unit_test(v1_override_says_what_to_do),
		cmocka_unit_test(host_without_v2_says_what_to_do),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
