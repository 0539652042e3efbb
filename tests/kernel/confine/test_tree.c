/* Groups that a test made below its own are removed and listed, whatever their shape. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "confine/tree.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

static struct test_groups groups;
static int parent = -1;

static int setup(void **state)
{
	if (test_groups_create(&groups) < 0)
		return -1;
	parent = open(groups.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return parent < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	close(parent);
	return test_groups_destroy(&groups);
}

static void make(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(mkdirat(parent, names[i], 0755), 0);
}

#define MAKE(...)                                                                                  \
	make((const char *const[]){ __VA_ARGS__ },                                                 \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static pid_t sleeper_in(const char *name)
{
	char path[512];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", groups.path, name);
	pid = test_groups_sleeper(path);
	assert_true(pid > 0);
	return pid;
}

static void kill_and_await(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void await_empty(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", groups.path, name);
	assert_int_equal(test_groups_wait(path, "populated", 0), 0);
}

static bool exists(const char *name)
{
	return faccessat(parent, name, F_OK, 0) == 0;
}

static void removal_takes_children_first(void **state)
{
	MAKE("top", "top/a", "top/a/b", "top/a/b/c", "top/a/d", "top/e", "top/e/f", "top/e/f/g");
	assert_int_equal(file_write_text_at(parent, "top/a/d/cgroup.type", "threaded", NULL), 0);
	assert_int_equal(tree_remove(parent, "top"), 0);
	assert_false(exists("top"));
	assert_int_equal(tree_remove(parent, "top"), 0);
}

static void many_children_are_removed(void **state)
{
	MAKE("many");
	for (int i = 0; i < 300; i++) {
		char name[64];

		snprintf(name, sizeof(name), "many/%d", i);
		assert_int_equal(mkdirat(parent, name, 0755), 0);
	}
	assert_int_equal(tree_remove(parent, "many"), 0);
	assert_false(exists("many"));
}

static void depth_does_not_stop_removal(void **state)
{
	auto_fd directory = -1;

	MAKE("deep");
	directory = openat(parent, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 200; i++) {
		auto_fd next = -1;

		assert_int_equal(mkdirat(directory, "d", 0755), 0);
		next = openat(directory, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		close(directory);
		directory = take_fd(&next);
	}
	assert_int_equal(tree_remove(parent, "deep"), 0);
	assert_false(exists("deep"));
}

static void busy_group_far_below_is_waited_for(void **state)
{
	pid_t pid;

	MAKE("far", "far/a", "far/a/b", "far/c");
	pid = sleeper_in("far/a/b");
	assert_int_equal(tree_remove(parent, "far"), -EBUSY);
	assert_true(exists("far/a/b"));
	kill_and_await(pid);
	await_empty("far");
	assert_int_equal(tree_remove(parent, "far"), 0);
	assert_false(exists("far"));
}

static void processes_below_are_listed_and_counted(void **state)
{
	auto_fd directory = -1;
	pid_t made[2], listed[3] = { 0 };

	MAKE("listed", "listed/a", "listed/a/b");
	directory = openat(parent, "listed", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(tree_processes(directory, listed, 3), 0);
	made[0] = sleeper_in("listed");
	made[1] = sleeper_in("listed/a/b");
	assert_int_equal(tree_processes(directory, listed, 3), 2);
	assert_int_equal(listed[0], made[0]);
	assert_int_equal(listed[1], made[1]);
	listed[1] = 0;
	assert_int_equal(tree_processes(directory, listed, 1), 2);
	assert_int_equal(listed[1], 0);
	kill_and_await(made[0]);
	kill_and_await(made[1]);
	await_empty("listed");
	assert_int_equal(tree_remove(parent, "listed"), 0);
}

static void processes_of_a_threaded_group_stand_in_its_domain(void **state)
{
	auto_fd directory = -1;
	pid_t pid, listed = 0;

	MAKE("domain", "domain/threaded");
	assert_int_equal(
		file_write_text_at(parent, "domain/threaded/cgroup.type", "threaded", NULL), 0);
	pid = sleeper_in("domain");
	directory = openat(parent, "domain", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(tree_processes(directory, &listed, 1), 1);
	assert_int_equal(listed, pid);
	kill_and_await(pid);
	await_empty("domain");
	assert_int_equal(tree_remove(parent, "domain"), 0);
}

static int directory_of(const char *name)
{
	int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(directory >= 0);
	return directory;
}

static void known_groups_and_what_is_below_them_are_counted(void **state)
{
	pid_t made[3];

	MAKE("known", "known/a", "known/b", "known/b/c");
	made[0] = sleeper_in("known/a");
	made[1] = sleeper_in("known/b");
	made[2] = sleeper_in("known/b/c");
	{
		auto_fd directory = directory_of("known"), a = directory_of("known/a");
		auto_fd b = directory_of("known/b");

		assert_int_equal(tree_count(directory, (int[]){ a, b }, 2), 3);
		/* A group that nobody knows of. */
		assert_int_equal(tree_count(directory, (int[]){ a }, 1), 3);
		assert_int_equal(tree_count(directory, NULL, 0), 3);
	}
	for (int i = 0; i < 3; i++)
		kill_and_await(made[i]);
	await_empty("known");
	assert_int_equal(tree_remove(parent, "known"), 0);
}

static void group_in_the_place_of_a_known_one_is_counted(void **state)
{
	auto_fd directory = -1, gone = -1;
	pid_t pid;

	MAKE("replaced", "replaced/a");
	directory = directory_of("replaced");
	gone = directory_of("replaced/a");
	assert_int_equal(unlinkat(directory, "a", AT_REMOVEDIR), 0);
	assert_int_equal(mkdirat(directory, "b", 0755), 0);
	pid = sleeper_in("replaced/b");
	assert_int_equal(tree_count(directory, &gone, 1), 1);
	kill_and_await(pid);
	await_empty("replaced");
	assert_int_equal(tree_remove(parent, "replaced"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removal_takes_children_first),
		cmocka_unit_test(many_children_are_removed),
		cmocka_unit_test(depth_does_not_stop_removal),
		cmocka_unit_test(busy_group_far_below_is_waited_for),
		cmocka_unit_test(processes_below_are_listed_and_counted),
		cmocka_unit_test(processes_of_a_threaded_group_stand_in_its_domain),
		cmocka_unit_test(known_groups_and_what_is_below_them_are_counted),
		cmocka_unit_test(group_in_the_place_of_a_known_one_is_counted),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
