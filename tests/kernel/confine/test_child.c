/* Whatever fails between clone and exec is reported with its stage and errno. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/heap.h"
#include "support/require.h"
#include "tests/kernel/confine/birth.h"

static struct nursery nursery;
#define TEMPLATE "/var/tmp/axe-child-XXXXXX"
static char directory[] = TEMPLATE; /* everybody may enter it */

static char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void file_make(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static int setup(void **state)
{
	strcpy(directory, TEMPLATE);
	if (!mkdtemp(directory) || chmod(directory, 0755) < 0)
		return -1;
	mkdir(path_of("private"), 0700);
	mkdir(path_of("first"), 0755);
	mkdir(path_of("second"), 0755);
	file_make("first/tool", "not for running\n", 0644);
	file_make("second/tool", "#!/bin/sh\necho second\n", 0755);
	file_make("second/mine", "#!/bin/sh\n", 0700);
	file_make("second/plain", "echo \"script $0 $1\"\n", 0755);
	file_make("second/lost", "#!/nonexistent/interpreter\n", 0755);
	file_make("second/binary", "\177ELF nothing", 0755);
	if (nursery_open(&nursery) < 0)
		return -1;
	/* No stage may need more than what axed leaves to its children. */
	heap_keep_libraries();
	return 0;
}

static int setup_with_midwives(void **state)
{
	return setup(state) < 0 ? -1 : nursery_call_midwives(&nursery);
}

static int teardown(void **state)
{
	static const char *const made[] = { "second/binary", "second/lost", "second/plain",
		"second/mine", "second/tool", "first/tool", "second", "first", "private", "" };

	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		remove(path_of(made[i]));
	return nursery_close(&nursery);
}

static void search(struct birth *birth, const char *const *argv, const char *path)
{
	birth_prepare(birth, &nursery, argv);
	birth->plan.path = path;
}

static void missing_program_is_reported(void **state)
{
	struct birth birth;

	search(&birth, ARGV("axe-no-such-program"), NULL);
	birth_fails(&birth, SPAWN_STAGE_EXEC, ENOENT);
	search(&birth, ARGV("/nonexistent/program"), NULL);
	birth_fails(&birth, SPAWN_STAGE_EXEC, ENOENT);
	search(&birth, ARGV(path_of("second/lost")), NULL);
	birth_fails(&birth, SPAWN_STAGE_EXEC, ENOENT);
	search(&birth, ARGV(""), NULL);
	birth_fails(&birth, SPAWN_STAGE_EXEC, ENOENT);
}

static void unusable_program_is_reported(void **state)
{
	struct birth birth;

	search(&birth, ARGV(path_of("first/tool")), NULL);
	birth_fails(&birth, SPAWN_STAGE_EXEC, EACCES);
	search(&birth, ARGV("/etc/passwd/program"), NULL);
	birth_fails(&birth, SPAWN_STAGE_EXEC, ENOTDIR);
}

static void search_goes_on_after_what_may_not_run(void **state)
{
	struct birth birth;
	char path[512];

	snprintf(path, sizeof(path), "/nonexistent:/etc/passwd:%s/first:%s/second", directory,
		directory);
	search(&birth, ARGV("tool"), path);
	birth_succeeds(&birth);
	assert_string_equal(birth.text, "second");

	/* What was found and refused is told, not the last place where nothing was. */
	snprintf(path, sizeof(path), "%s/first:/nonexistent", directory);
	search(&birth, ARGV("tool"), path);
	birth_fails(&birth, SPAWN_STAGE_EXEC, EACCES);
}

static void program_is_sought_as_the_user(void **state)
{
	struct birth birth;

	search(&birth, ARGV(path_of("second/mine")), NULL);
	birth_succeeds(&birth);
	search(&birth, ARGV(path_of("second/mine")), NULL);
	birth.plan.set_credentials = true;
	birth.plan.uid = birth.plan.gid = 65534;
	birth_fails(&birth, SPAWN_STAGE_EXEC, EACCES);
}

static void script_without_interpreter_line_runs_by_the_shell(void **state)
{
	struct birth birth;
	char expected[512];

	search(&birth, ARGV(path_of("second/plain"), "argument"), NULL);
	snprintf(expected, sizeof(expected), "script %s argument", path_of("second/plain"));
	birth_succeeds(&birth);
	assert_string_equal(birth.text, expected);
}

static void missing_workdir_is_reported(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.workdir = "/nonexistent";
	birth_fails(&birth, SPAWN_STAGE_WORKDIR, ENOENT);
}

static void workdir_is_entered_as_the_user(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.workdir = path_of("private");
	birth_succeeds(&birth);

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.workdir = path_of("private");
	birth.plan.set_credentials = true;
	birth.plan.uid = birth.plan.gid = 65534;
	birth_fails(&birth, SPAWN_STAGE_WORKDIR, EACCES);
}

static void refused_v1_group_is_reported(void **state)
{
	struct birth birth;
	const int procs = open("/dev/null", O_RDONLY | O_CLOEXEC);

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.procs_fds = &procs;
	birth.plan.procs_fds_count = 1;
	birth_fails(&birth, SPAWN_STAGE_CGROUP, EBADF);
	close(procs);
}

static void bad_descriptor_is_reported(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.stdio[2] = -1;
	birth_fails(&birth, SPAWN_STAGE_STDIO, EBADF);
}

static void refused_rlimit_is_reported(void **state)
{
	const struct spawn_rlimit limit = { RLIMIT_NOFILE, { 20, 10 } };
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.rlimits = &limit;
	birth.plan.rlimits_count = 1;
	birth_fails(&birth, SPAWN_STAGE_RLIMITS, EINVAL);
}

static void refused_credentials_are_reported(void **state)
{
	const gid_t none = (gid_t)-1;
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.set_credentials = true;
	birth.plan.uid = birth.plan.gid = 65534;
	birth.plan.groups = &none;
	birth.plan.groups_count = 1;
	birth_fails(&birth, SPAWN_STAGE_CREDENTIALS, EINVAL);
}

static void removed_group_is_refused_by_the_clone(void **state)
{
	struct group *group = NULL;
	struct spawned spawned = { .pid = -7 };
	struct error error = { 0 };
	struct birth birth;
	int code;

	assert_int_equal(group_create(&nursery.hierarchy, "removed", &group, NULL), 0);
	assert_int_equal(group_remove(group), 0);
	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.group_fd = group_descriptor(group);
	code = spawn(&birth.plan, &spawned, &error);
	/* Which of them depends on how far the removal has come. */
	assert_true(code == -ENODEV || code == -ENOENT);
	assert_int_equal(spawned.pid, -7);
	assert_non_null(strstr(error.text, "clone"));
	group_destroy(group);
	close(birth.output);
	close(birth.plan.stdio[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_program_is_reported),
		cmocka_unit_test(unusable_program_is_reported),
		cmocka_unit_test(search_goes_on_after_what_may_not_run),
		cmocka_unit_test(program_is_sought_as_the_user),
		cmocka_unit_test(script_without_interpreter_line_runs_by_the_shell),
		cmocka_unit_test(missing_workdir_is_reported),
		cmocka_unit_test(workdir_is_entered_as_the_user),
		cmocka_unit_test(refused_v1_group_is_reported),
		cmocka_unit_test(bad_descriptor_is_reported),
		cmocka_unit_test(refused_rlimit_is_reported),
		cmocka_unit_test(refused_credentials_are_reported),
		cmocka_unit_test(removed_group_is_refused_by_the_clone),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown) ||
	       cmocka_run_group_tests_name("by a midwife", tests, setup_with_midwives, teardown);
}
