/* v1 groups share their parents, and leave none behind. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/hierarchy.h"
#include "confine/v1group.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

#define ROUNDS 200

DEFINE_CLEANUP(v1group)

static struct test_groups groups;
static struct hierarchy hierarchy;
static const struct hierarchy_controller *controller;

static int setup(void **state)
{
	return test_groups_create(&groups);
}

static int teardown(void **state)
{
	return test_groups_destroy(&groups);
}

static int try_create(const char *name, struct v1group **ret_group, struct error *error)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", groups.name, name);
	return v1group_create(controller, path, ret_group, error);
}

static struct v1group *create(const char *name)
{
	struct v1group *group = NULL;
	struct error error = { 0 };

	if (try_create(name, &group, &error) < 0)
		fail_msg("%s", error.text);
	return group;
}

/* Absolute; "": the parent of them all. */
static const char *path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", controller->v1_path, groups.name, name);
	return path;
}

static void missing_parents_are_made_and_removed(void **state)
{
	struct v1group *group = create("a/b/c");

	assert_int_equal(access(path_of("a/b/c/pids.max"), F_OK), 0);
	assert_int_equal(v1group_remove(group), 0);
	assert_int_equal(access(path_of(""), F_OK), -1);
	assert_int_equal(v1group_remove(group), 0);
	v1group_destroy(group);
}

static void shared_parent_goes_with_the_last_group(void **state)
{
	struct v1group *first = create("first"), *second = create("second");

	assert_int_equal(v1group_remove(first), 0);
	assert_int_equal(access(path_of("first"), F_OK), -1);
	assert_int_equal(access(path_of("second"), F_OK), 0);
	assert_int_equal(v1group_remove(second), 0);
	assert_int_equal(access(path_of(""), F_OK), -1);
	v1group_destroy(first);
	v1group_destroy(second);
}

static void used_name_is_refused_and_left_alone(void **state)
{
	struct v1group *group = create("used"), *again = NULL;
	struct error error = { 0 };

	assert_int_equal(try_create("used", &again, &error), -EEXIST);
	assert_null(again);
	assert_non_null(strstr(error.text, "never used twice"));
	assert_int_equal(access(path_of("used"), F_OK), 0);
	assert_int_equal(v1group_remove(group), 0);
	v1group_destroy(group);
}

static void refused_value_is_told_with_its_attribute(void **state)
{
	struct v1group *group = create("value");
	struct error error = { 0 };

	assert_int_equal(v1group_set(group, "pids.max", "nonsense", &error), -EINVAL);
	assert_non_null(strstr(error.text, "pids.max"));
	assert_int_equal(v1group_set(group, "pids.none", "1", &error), -ENOENT);
	assert_int_equal(v1group_set(group, "pids.max", "7", &error), 0);
	assert_int_equal(v1group_remove(group), 0);
	v1group_destroy(group);
}

static void who_writes_to_procs_has_entered(void **state)
{
	struct v1group *group = create("entered");
	char text[32];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (write(v1group_procs(group), "0", 1) != 1)
			_exit(1);
		file_read_text_at(v1group_descriptor(group), "cgroup.procs", text, sizeof(text));
		_exit(atoi(text) == getpid() ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(v1group_remove(group), 0);
	v1group_destroy(group);
}

static void groups_made_below_are_removed(void **state)
{
	struct v1group *group = create("nested");

	assert_int_equal(mkdir(path_of("nested/a"), 0755), 0);
	assert_int_equal(mkdir(path_of("nested/a/b"), 0755), 0);
	assert_int_equal(v1group_remove(group), 0);
	assert_int_equal(access(path_of(""), F_OK), -1);
	v1group_destroy(group);
}

static int rounds(const char *prefix)
{
	for (int i = 0; i < ROUNDS; i++) {
		auto_of(v1group) struct v1group *group = NULL;
		char name[32];

		snprintf(name, sizeof(name), "%s-%d", prefix, i);
		if (try_create(name, &group, NULL) < 0)
			return 1;
		if (v1group_remove(group) < 0)
			return 2;
	}
	return 0;
}

/* One removes the empty parent in which the other is just making its group. */
static void supervisors_do_not_disturb_each_other(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(rounds("theirs"));
	assert_int_equal(rounds("ours"), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(access(path_of(""), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_parents_are_made_and_removed),
		cmocka_unit_test(shared_parent_goes_with_the_last_group),
		cmocka_unit_test(used_name_is_refused_and_left_alone),
		cmocka_unit_test(refused_value_is_told_with_its_attribute),
		cmocka_unit_test(who_writes_to_procs_has_entered),
		cmocka_unit_test(groups_made_below_are_removed),
		cmocka_unit_test(supervisors_do_not_disturb_each_other),
	};
	int failed;

	require_root();
	if (hierarchy_open(NULL, &hierarchy, NULL) < 0)
		skip_all("no cgroup v2 tree");
	controller = hierarchy_controller(&hierarchy, "pids");
	if (!controller || controller->v2)
		skip_all("no v1 mount of the pids controller");
	failed = cmocka_run_group_tests(tests, setup, teardown);
	hierarchy_close(&hierarchy);
	return failed;
}
