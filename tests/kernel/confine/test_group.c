/* A group's life on a live kernel: birth, freeze, kill, removal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

DEFINE_CLEANUP(group)

struct fixture {
	struct test_groups groups;
	struct hierarchy hierarchy;
};

static struct fixture fixture;

static int setup(void **state)
{
	struct error error = { 0 };

	if (test_groups_create(&fixture.groups) < 0)
		return -1;
	if (hierarchy_open(fixture.groups.path, &fixture.hierarchy, &error) < 0)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	hierarchy_close(&fixture.hierarchy);
	return test_groups_destroy(&fixture.groups);
}

static struct group *create(const char *path)
{
	struct group *group = NULL;
	struct error error = { 0 };

	if (group_create(&fixture.hierarchy, path, &group, &error) < 0)
		fail_msg("%s", error.text);
	return group;
}

static void nested(const struct group *group, const char *name)
{
	assert_int_equal(mkdirat(group_descriptor(group), name, 0755), 0);
}

static void reap_killed(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* name_to_handle_at's id, which the kernel half knows a group by. */
static uint64_t handle_id(const char *path)
{
	struct {
		struct file_handle head;
		uint64_t id;
	} handle = { .head.handle_bytes = sizeof(uint64_t) };
	int mount;
	uint64_t id;

	assert_int_equal(name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0), 0);
	memcpy(&id, handle.head.f_handle, sizeof(id));
	return id;
}

static void new_group_is_empty_thawed_and_known_by_its_id(void **state)
{
	auto_of(group) struct group *group = create("new");
	pid_t pid;

	assert_int_equal(group_populated(group), 0);
	assert_int_equal(group_frozen(group), 0);
	assert_int_equal(group_processes(group, &pid, 1), 0);
	assert_int_equal(group_id(group), handle_id(group_path(group)));
	assert_int_equal(group_remove(group), 0);
	assert_int_equal(access(group_path(group), F_OK), -1);
}

static void used_name_is_refused(void **state)
{
	auto_of(group) struct group *group = create("used");
	struct group *second = NULL;
	struct error error = { 0 };

	assert_int_equal(group_create(&fixture.hierarchy, "used", &second, &error), -EEXIST);
	assert_null(second);
	assert_non_null(strstr(error.text, "never used twice"));
	assert_int_equal(group_remove(group), 0);
}

static void missing_parent_is_refused(void **state)
{
	struct group *group = NULL;

	assert_int_equal(group_create(&fixture.hierarchy, "none/child", &group, NULL), -ENOENT);
	assert_null(group);
}

static void path_does_not_leave_the_root(void **state)
{
	struct group *group = NULL;

	assert_int_equal(
		group_create(&fixture.hierarchy, "../axe-test-outside", &group, NULL), -EXDEV);
	assert_null(group);
}

static void frozen_group_is_thawed(void **state)
{
	auto_of(group) struct group *group = create("frozen");
	pid_t pid = test_groups_sleeper(group_path(group));

	assert_true(pid > 0);
	assert_int_equal(group_populated(group), 1);
	assert_int_equal(group_freeze(group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(group), "frozen", 1), 0);
	assert_int_equal(group_frozen(group), 1);
	assert_int_equal(group_thaw(group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(group), "frozen", 0), 0);
	assert_int_equal(group_frozen(group), 0);
	assert_int_equal(group_kill(group, NULL), 0);
	reap_killed(pid);
	assert_int_equal(test_groups_wait(group_path(group), "populated", 0), 0);
	assert_int_equal(group_remove(group), 0);
}

static void killed_frozen_group_is_empty(void **state)
{
	auto_of(group) struct group *group = create("killed");
	pid_t pids[3];

	nested(group, "below");
	for (int i = 0; i < 3; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", group_path(group), i == 2 ? "below" : ".");
		pids[i] = test_groups_sleeper(path);
		assert_true(pids[i] > 0);
	}
	assert_int_equal(group_freeze(group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(group), "frozen", 1), 0);
	assert_int_equal(group_kill(group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(group), "populated", 0), 0);
	assert_int_equal(group_populated(group), 0);
	for (int i = 0; i < 3; i++)
		reap_killed(pids[i]);
	assert_int_equal(group_remove(group), 0);
}

static void busy_group_is_removed_later(void **state)
{
	auto_of(group) struct group *group = create("busy");
	pid_t pid = test_groups_sleeper(group_path(group));

	assert_true(pid > 0);
	assert_int_equal(group_remove(group), -EBUSY);
	assert_int_equal(group_populated(group), 1);
	assert_int_equal(group_kill(group, NULL), 0);
	reap_killed(pid);
	assert_int_equal(test_groups_wait(group_path(group), "populated", 0), 0);
	assert_int_equal(group_remove(group), 0);
	assert_int_equal(group_remove(group), 0);
}

static void removed_group_is_known_to_be_empty(void **state)
{
	auto_of(group) struct group *group = create("gone");
	pid_t pid;

	assert_int_equal(group_remove(group), 0);
	assert_int_equal(group_populated(group), 0);
	assert_int_equal(group_frozen(group), 0);
	assert_int_equal(group_processes(group, &pid, 1), 0);
}

static void refused_removal_leaves_nothing_frozen(void **state)
{
	auto_of(group) struct group *group = create("thawed");
	pid_t pid = test_groups_sleeper(group_path(group));

	assert_int_equal(group_freeze(group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(group), "frozen", 1), 0);
	assert_int_equal(group_remove(group), -EBUSY);
	assert_int_equal(test_groups_wait(group_path(group), "frozen", 0), 0);
	assert_int_equal(group_kill(group, NULL), 0);
	reap_killed(pid);
	assert_int_equal(test_groups_wait(group_path(group), "populated", 0), 0);
	assert_int_equal(group_remove(group), 0);
}

static void threaded_group_says_why_it_is_not_killed(void **state)
{
	auto_of(group) struct group *top = create("domain");
	auto_of(group) struct group *threaded = create("domain/threaded");
	struct error error = { 0 };
	pid_t pid;

	assert_int_equal(
		file_write_text_at(group_descriptor(threaded), "cgroup.type", "threaded", &error),
		0);
	assert_int_equal(group_kill(threaded, &error), -EOPNOTSUPP);
	assert_non_null(strstr(error.text, "threaded"));
	pid = test_groups_sleeper(group_path(top));
	assert_int_equal(group_processes(top, NULL, 0), 1);
	assert_int_equal(group_kill(top, NULL), 0);
	reap_killed(pid);
	assert_int_equal(test_groups_wait(group_path(top), "populated", 0), 0);
	assert_int_equal(group_remove(top), 0);
}

static void one_that_has_gone_is_empty_and_needs_nothing(void **state)
{
	struct error error = { 0 };

	assert_int_equal(group_populated(NULL), 0);
	assert_int_equal(group_frozen(NULL), 0);
	assert_int_equal(group_processes(NULL, NULL, 0), 0);
	assert_int_equal(group_kill(NULL, NULL), 0);
	assert_int_equal(group_thaw(NULL, NULL), 0);
	assert_int_equal(group_freeze(NULL, &error), -ENOENT);
	assert_non_null(strstr(error.text, "gone"));
}

static void cpu_time_is_measured(void **state)
{
	auto_of(group) struct group *group = create("cpu");
	uint64_t user_us = 0, system_us = 0;
	pid_t pid = fork();

	if (pid == 0) {
		file_write_text_at(group_descriptor(group), "cgroup.procs", "0", NULL);
		while (clock() < 30 * CLOCKS_PER_SEC / 1000)
			continue;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(group_cpu_usage(group, &user_us, &system_us), 0);
	assert_true(user_us + system_us >= 10000);
	assert_int_equal(test_groups_wait(group_path(group), "populated", 0), 0);
	assert_int_equal(group_remove(group), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_group_is_empty_thawed_and_known_by_its_id),
		cmocka_unit_test(used_name_is_refused),
		cmocka_unit_test(missing_parent_is_refused),
		cmocka_unit_test(path_does_not_leave_the_root),
		cmocka_unit_test(frozen_group_is_thawed),
		cmocka_unit_test(killed_frozen_group_is_empty),
		cmocka_unit_test(busy_group_is_removed_later),
		cmocka_unit_test(removed_group_is_known_to_be_empty),
		cmocka_unit_test(refused_removal_leaves_nothing_frozen),
		cmocka_unit_test(threaded_group_says_why_it_is_not_killed),
		cmocka_unit_test(one_that_has_gone_is_empty_and_needs_nothing),
		cmocka_unit_test(cpu_time_is_measured),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
