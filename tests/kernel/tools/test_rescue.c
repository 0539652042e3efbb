/* A client ends the group of a dead supervisor: all of it, and nothing else. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "libaxe/rescue.h"
#include "support/groups.h"
#include "support/require.h"

#define DEADLINE_NS (20 * NS_PER_SEC)
#define PATH_SIZE   400

struct scene {
	struct test_groups groups;
	/* As a supervisor makes them: TEST/axe/run-1-2/job-3/1.0.1 */
	char axe[PATH_SIZE], run[PATH_SIZE], job[PATH_SIZE], try[PATH_SIZE];
};

static void make_below(char path[PATH_SIZE], const char *parent, const char *name)
{
	assert_true(snprintf(path, PATH_SIZE, "%s/%s", parent, name) < PATH_SIZE);
	assert_int_equal(0, mkdir(path, 0755));
}

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_int_equal(0, test_groups_create(&scene->groups));
	make_below(scene->axe, scene->groups.path, "axe");
	make_below(scene->run, scene->axe, "run-1-2");
	make_below(scene->job, scene->run, "job-3");
	make_below(scene->try, scene->job, "1.0.1");
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;
	int code = test_groups_destroy(&scene->groups);

	free(scene);
	return code;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void expect_killed(pid_t child)
{
	int status = 0;

	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(SIGKILL, WTERMSIG(status));
}

static void whole_job_is_killed_and_removed(void **state)
{
	struct scene *scene = *state;
	pid_t sleepers[2] = { test_groups_sleeper(scene->try), test_groups_sleeper(scene->job) };
	auto_of(rescue) struct rescue *rescue = NULL;
	unsigned survivors = 99;

	assert_int_equal(0, rescue_open(scene->job, &rescue, NULL));
	assert_int_equal(0, rescue_end(rescue, DEADLINE_NS, &survivors, NULL));
	assert_int_equal(0, survivors);
	for (unsigned at = 0; at < 2; at++)
		expect_killed(sleepers[at]);
	assert_false(is_there(scene->job));
	/* What the supervisor had above it was empty and is nobody's. */
	assert_false(is_there(scene->axe));
	assert_true(is_there(scene->groups.path));
}

static void group_of_another_supervisor_stays(void **state)
{
	struct scene *scene = *state;
	auto_of(rescue) struct rescue *rescue = NULL;
	char other[PATH_SIZE];
	unsigned survivors = 99;

	make_below(other, scene->axe, "run-7-8");
	assert_int_equal(0, rescue_open(scene->job, &rescue, NULL));
	assert_int_equal(0, rescue_end(rescue, DEADLINE_NS, &survivors, NULL));
	assert_false(is_there(scene->run));
	assert_true(is_there(other));
}

static void groups_made_by_the_job_go_too(void **state)
{
	struct scene *scene = *state;
	auto_of(rescue) struct rescue *rescue = NULL;
	char own[PATH_SIZE], deep[PATH_SIZE];
	unsigned survivors = 99;
	pid_t sleeper;

	make_below(own, scene->try, "own");
	make_below(deep, own, "deep");
	sleeper = test_groups_sleeper(deep);
	assert_int_equal(0, rescue_open(scene->job, &rescue, NULL));
	assert_int_equal(0, rescue_end(rescue, DEADLINE_NS, &survivors, NULL));
	expect_killed(sleeper);
	assert_false(is_there(scene->job));
}

static void frozen_job_is_killed(void **state)
{
	struct scene *scene = *state;
	pid_t sleeper = test_groups_sleeper(scene->try);
	auto_of(rescue) struct rescue *rescue = NULL;
	char freeze[PATH_SIZE + 16];
	unsigned survivors = 99;
	FILE *file;

	snprintf(freeze, sizeof(freeze), "%s/cgroup.freeze", scene->job);
	file = fopen(freeze, "we");
	assert_non_null(file);
	assert_true(fputs("1", file) >= 0);
	assert_int_equal(0, fclose(file));
	assert_int_equal(0, test_groups_wait(scene->job, "frozen", 1));

	assert_int_equal(0, rescue_open(scene->job, &rescue, NULL));
	assert_int_equal(0, rescue_end(rescue, DEADLINE_NS, &survivors, NULL));
	assert_int_equal(0, survivors);
	expect_killed(sleeper);
	assert_false(is_there(scene->job));
}

static void job_that_is_gone_is_no_failure(void **state)
{
	struct scene *scene = *state;
	auto_of(rescue) struct rescue *rescue = NULL;
	unsigned survivors = 99;

	assert_int_equal(0, rescue_open(scene->job, &rescue, NULL));
	assert_int_equal(0, rmdir(scene->try));
	assert_int_equal(0, rmdir(scene->job));
	assert_int_equal(0, rescue_end(rescue, DEADLINE_NS, &survivors, NULL));
	assert_int_equal(0, survivors);
}

static void directory_that_is_no_group_is_refused(void **state)
{
	struct rescue *rescue = NULL;
	struct error error = { 0 };

	assert_int_equal(-EINVAL, rescue_open("/tmp", &rescue, &error));
	assert_non_null(strstr(error.text, "/tmp"));
	assert_int_equal(-ENOENT, rescue_open("/nonexistent", &rescue, &error));
	assert_null(rescue);
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(whole_job_is_killed_and_removed),
		scene_test(group_of_another_supervisor_stays),
		scene_test(groups_made_by_the_job_go_too),
		scene_test(frozen_job_is_killed),
		scene_test(job_that_is_gone_is_no_failure),
		cmocka_unit_test(directory_that_is_no_group_is_refused),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
