/* Giving birth in other groups from a group that was killed before. */
#include "confine/birthplace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/own_group.h"
#include "confine/spawn.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

struct scene {
	int top; /* the test's group */
	int run; /* a group below it, as the supervisor has one */
};

static bool is_there(int directory, const char *name)
{
	struct stat info;

	return fstatat(directory, name, &info, 0) == 0;
}

static bool is_in(const char *end)
{
	auto_free char *path = NULL;
	struct error error = { 0 };

	return own_group_path(&path, &error) == 0 && path && strlen(path) >= strlen(end) &&
	       strcmp(path + strlen(path) - strlen(end), end) == 0;
}

/* Whether a program that is born into the group `run/work` gets to its end. */
static bool birth_succeeds(int run)
{
	const char *const argv[] = { "/bin/true", NULL }, *const environment[] = { NULL };
	auto_fd group = openat(run, "work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct spawn_plan plan = { .argv = argv,
		.environment = environment,
		.group_fd = group,
		.stdio = { 0, 1, 2 },
		.workdir = "/" };
	struct error error = { 0 };
	struct spawned spawned;
	int status;

	if (spawn(&plan, &spawned, &error) < 0)
		return false;
	close(spawned.report);
	close(spawned.pidfd);
	return waitpid(spawned.pid, &status, 0) == spawned.pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static int untouched_group_is_good_enough(const struct scene *scene)
{
	struct birthplace *birthplace = NULL;
	struct error error = { 0 };

	if (file_write_text_at(scene->top, "origin/cgroup.procs", "0", &error) < 0)
		return 1;
	if (birthplace_create(scene->run, &birthplace, &error) < 0 || birthplace)
		return 2;
	if (is_there(scene->run, "supervisor") || !is_in("/origin"))
		return 3;
	return birth_succeeds(scene->run) ? 0 : 4;
}

static int killed_group_is_left_until_the_end(const struct scene *scene)
{
	struct birthplace *birthplace = NULL;
	struct error error = { 0 };

	if (file_write_text_at(scene->top, "origin/cgroup.kill", "1", &error) < 0 ||
		file_write_text_at(scene->top, "origin/cgroup.procs", "0", &error) < 0)
		return 1;
	if (birthplace_create(scene->run, &birthplace, &error) < 0)
		return 2;
	/* A kernel that does not kill such births needs no other place. */
	if (birthplace && !is_in("/run/supervisor"))
		return 3;
	if (!birth_succeeds(scene->run))
		return 4;
	birthplace_destroy(birthplace);
	return is_in("/origin") && !is_there(scene->run, "supervisor") ? 0 : 5;
}

/* In a child, since it changes which group the process is in; its exit status is the verdict. */
static void in_scene(int (*body)(const struct scene *))
{
	struct test_groups groups;
	int status;
	pid_t pid;

	assert_int_equal(test_groups_create(&groups), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct scene scene = { .top = open(groups.path, O_RDONLY | O_DIRECTORY) };

		if (mkdirat(scene.top, "origin", 0755) < 0 || mkdirat(scene.top, "run", 0755) < 0 ||
			mkdirat(scene.top, "run/work", 0755) < 0)
			_exit(100);
		scene.run = openat(scene.top, "run", O_RDONLY | O_DIRECTORY);
		_exit(body(&scene));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(test_groups_destroy(&groups), 0);
}

static void supervisor_stays_where_births_succeed(void **state)
{
	in_scene(untouched_group_is_good_enough);
}

static void supervisor_moves_where_births_are_killed(void **state)
{
	in_scene(killed_group_is_left_until_the_end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(supervisor_stays_where_births_succeed),
		cmocka_unit_test(supervisor_moves_where_births_are_killed),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
