/* A spawned program gets exactly what its plan says, and nothing of the supervisor. */
#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "support/require.h"
#include "tests/kernel/confine/birth.h"

static struct nursery nursery;

static int setup(void **state)
{
	return nursery_open(&nursery);
}

static int setup_with_midwives(void **state)
{
	return setup(state) < 0 ? -1 : nursery_call_midwives(&nursery);
}

static int teardown(void **state)
{
	return nursery_close(&nursery);
}

static void expect_output(struct birth *birth, const char *expected)
{
	birth_succeeds(birth);
	assert_string_equal(birth->text, expected);
}

static void program_runs_in_its_group(void **state)
{
	struct birth birth;
	char expected[600];

	birth_prepare(&birth, &nursery, ARGV("grep", "^0:", "/proc/self/cgroup"));
	snprintf(expected, sizeof(expected), "0::%s",
		group_path(nursery.group) + strlen(nursery.groups.mount));
	expect_output(&birth, expected);
}

/* A frozen child has not run a single instruction, and is in the group all the same. */
static void child_is_in_its_group_before_its_first_instruction(void **state)
{
	struct birth birth;
	struct spawned spawned;
	struct spawn_failure failure;
	pid_t pid = 0;
	int status;

	birth_prepare(&birth, &nursery, ARGV("true"));
	assert_int_equal(group_freeze(nursery.group, NULL), 0);
	assert_int_equal(spawn(&birth.plan, &spawned, NULL), 0);
	assert_int_equal(group_processes(nursery.group, &pid, 1), 1);
	assert_int_equal(pid, spawned.pid);
	assert_int_equal(test_groups_wait(group_path(nursery.group), "frozen", 1), 0);
	assert_int_equal(spawn_report_read(spawned.report, &failure), 0);
	assert_int_equal(group_thaw(nursery.group, NULL), 0);
	assert_int_equal(waitpid(spawned.pid, &status, 0), spawned.pid);
	assert_int_equal(status, 0);
	assert_int_equal(spawn_report_read(spawned.report, &failure), 1);
	close(spawned.report);
	close(spawned.pidfd);
	close(birth.output);
	close(birth.plan.stdio[0]);
}

static void arguments_and_environment_are_the_plans(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("sh", "-c", "echo \"$1|$2|$#\"; env", "x", "a b", ""));
	birth.plan.environment = ARGV("AXE=1");
	birth.plan.path = "/usr/bin:/bin";
	birth_succeeds(&birth);
	assert_non_null(strstr(birth.text, "a b||2\n"));
	assert_non_null(strstr(birth.text, "AXE=1"));
	assert_null(strstr(birth.text, "HOME="));
}

static void descriptors_are_not_inherited(void **state)
{
	struct birth birth;
	int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 200);

	assert_true(high >= 200);
	birth_prepare(&birth, &nursery, ARGV("ls", "/proc/self/fd"));
	/* 3 is the directory that ls reads. */
	expect_output(&birth, "0\n1\n2\n3");
	close(low);
	close(high);
}

static void signals_are_reset(void **state)
{
	struct birth birth;
	sigset_t blocked, before;

	sigfillset(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	birth_prepare(&birth, &nursery, ARGV("cat", "/proc/self/status"));
	birth_run(&birth);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_non_null(strstr(birth.text, "\nSigBlk:\t0000000000000000\n"));
	assert_non_null(strstr(birth.text, "\nSigIgn:\t0000000000000000\n"));
	assert_non_null(strstr(birth.text, "\nSigCgt:\t0000000000000000\n"));
}

static void program_leads_a_session_of_its_own(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("cut", "-d ", "-f5,6,7", "/proc/self/stat"));
	birth_succeeds(&birth);
	/* Process group, session, no terminal. */
	assert_int_equal(atoi(birth.text), birth.pid);
	assert_int_equal(atoi(strchr(birth.text, ' ')), birth.pid);
	assert_string_equal(strrchr(birth.text, ' '), " 0");
}

static void umask_and_workdir_are_known(void **state)
{
	struct birth birth;
	mode_t before = umask(077);

	birth_prepare(&birth, &nursery, ARGV("sh", "-c", "umask; pwd"));
	birth_run(&birth);
	assert_string_equal(birth.text, "0022\n/");
	umask(before);

	birth_prepare(&birth, &nursery, ARGV("pwd"));
	birth.plan.workdir = "/usr/bin";
	expect_output(&birth, "/usr/bin");
}

static void credentials_are_the_plans(void **state)
{
	const gid_t extra[] = { 12, 3456 };
	struct birth birth;

	birth_prepare(&birth, &nursery,
		ARGV("grep", "-E", "^(Uid|Gid|Groups|CapEff)", "/proc/self/status"));
	birth.plan.set_credentials = true;
	birth.plan.uid = 65534;
	birth.plan.gid = 65533;
	birth.plan.groups = extra;
	birth.plan.groups_count = 2;
	birth_succeeds(&birth);
	assert_non_null(strstr(birth.text, "Uid:\t65534\t65534\t65534\t65534"));
	assert_non_null(strstr(birth.text, "Gid:\t65533\t65533\t65533\t65533"));
	assert_non_null(strstr(birth.text, "Groups:\t12 3456 \n"));
	assert_non_null(strstr(birth.text, "CapEff:\t0000000000000000"));
}

static void no_supplementary_group_is_left_over(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("id", "-G"));
	birth.plan.set_credentials = true;
	birth.plan.uid = birth.plan.gid = 65534;
	expect_output(&birth, "65534");
}

static void rlimits_are_set(void **state)
{
	const struct spawn_rlimit limits[] = {
		{ RLIMIT_NOFILE, { 77, 99 } },
		{ RLIMIT_CORE, { 0, 0 } },
	};
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -Hc"));
	birth.plan.rlimits = limits;
	birth.plan.rlimits_count = 2;
	expect_output(&birth, "77\n99\n0");
}

/* In a child of the test, whose 0, 1 and 2 can be moved about: 0, or the check that failed. */
static int run_with_rotated_stdio(void)
{
	int files[3], status;
	struct spawned spawned;
	char text[64];
	struct spawn_plan plan = {
		.group_fd = group_descriptor(nursery.group),
		.argv = ARGV("/bin/sh", "-c", "read word; echo out-$word; echo err-$word >&2"),
		.environment = ARGV("LANG=C"),
		/* input stands on 2, output on 0, error on 1 */
		.stdio = { 2, 0, 1 },
	};

	for (int i = 0; i < 3; i++)
		files[i] = memfd_create("stdio", MFD_CLOEXEC);
	if (write(files[0], "word\n", 5) != 5 || lseek(files[0], 0, SEEK_SET) < 0)
		return 1;
	if (dup2(files[0], 2) < 0 || dup2(files[1], 0) < 0 || dup2(files[2], 1) < 0)
		return 2;
	if (spawn(&plan, &spawned, NULL) < 0 || waitpid(spawned.pid, &status, 0) < 0 || status)
		return 3;
	if (file_read_text(files[1], text, sizeof(text)) < 0 || strcmp(text, "out-word") != 0)
		return 4;
	if (file_read_text(files[2], text, sizeof(text)) < 0 || strcmp(text, "err-word") != 0)
		return 5;
	return 0;
}

/* The report's pipe, the pidfd and all else get the numbers 0 to 2. */
static int run_without_stdio_of_our_own(void)
{
	struct spawned spawned;
	struct spawn_failure failure;
	int null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, 100), status;
	struct spawn_plan plan = {
		.group_fd = group_descriptor(nursery.group),
		.argv = ARGV("/nonexistent/program"),
		.environment = ARGV("LANG=C"),
		.stdio = { null, null, null },
	};

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (spawn(&plan, &spawned, NULL) < 0 || waitpid(spawned.pid, &status, 0) < 0)
		return 1;
	if (spawn_report_read(spawned.report, &failure) != -ECHILD)
		return 2;
	return failure.stage == SPAWN_STAGE_EXEC && failure.code == ENOENT ? 0 : 3;
}

static void expect_child_passes(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void stdio_may_come_from_any_descriptor(void **state)
{
	expect_child_passes(run_with_rotated_stdio);
	expect_child_passes(run_without_stdio_of_our_own);
}

/* What is in the session keyring is open to whoever possesses that, whoever that is. */
static void keys_of_the_supervisor_stay_with_it(void **state)
{
	static const char key[] = "axe-test-secret";
	struct birth birth;
	long added;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		skip_case("needs kernel keyrings");
	added = syscall(SYS_add_key, "user", key, "x", (size_t)1, KEY_SPEC_SESSION_KEYRING);
	assert_true(added > 0);
	birth_prepare(&birth, &nursery, ARGV("cat", "/proc/keys"));
	birth_succeeds(&birth);
	assert_non_null(strstr(birth.text, key));
	birth_prepare(&birth, &nursery, ARGV("cat", "/proc/keys"));
	birth.plan.set_credentials = true;
	birth.plan.uid = birth.plan.gid = 65533;
	birth_succeeds(&birth);
	assert_null(strstr(birth.text, key));
	syscall(SYS_keyctl, KEYCTL_UNLINK, added, KEY_SPEC_SESSION_KEYRING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_runs_in_its_group),
		cmocka_unit_test(child_is_in_its_group_before_its_first_instruction),
		cmocka_unit_test(arguments_and_environment_are_the_plans),
		cmocka_unit_test(descriptors_are_not_inherited),
		cmocka_unit_test(signals_are_reset),
		cmocka_unit_test(program_leads_a_session_of_its_own),
		cmocka_unit_test(umask_and_workdir_are_known),
		cmocka_unit_test(credentials_are_the_plans),
		cmocka_unit_test(no_supplementary_group_is_left_over),
		cmocka_unit_test(rlimits_are_set),
		cmocka_unit_test(stdio_may_come_from_any_descriptor),
		cmocka_unit_test(keys_of_the_supervisor_stay_with_it),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown) ||
	       cmocka_run_group_tests_name("by a midwife", tests, setup_with_midwives, teardown);
}
