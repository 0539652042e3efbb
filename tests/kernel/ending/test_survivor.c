/* What is said of a process that does not die, as far as one that lives can stand for it. */
#include "ending/survivor.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/groups.h"
#include "support/patience.h"
#include "support/require.h"
#include "support/unit.h"

#define PATIENCE_NS (60 * NS_PER_SEC)

/* Where a quota of the processors can be set on this host, and how: 1 ms in 100. */
static const struct {
	const char *mount; /* NULL: that of v2 */
	const char *name;
	const char *quota;
} homes[] = {
	{ "/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "1000" },
	{ NULL, "cpu.max", "1000 100000" },
};

static int write_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	int fd, code;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	code = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return code;
}

/* A group with a quota and one below it; false: there is no home for it here. */
static bool make_starving(const struct test_groups *groups, char top[static 256])
{
	for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
		char below[300];

		snprintf(top, 256, "%.120s/%s", homes[i].mount ? homes[i].mount : groups->mount,
			groups->name);
		snprintf(below, sizeof(below), "%s/below", top);
		if (mkdir(top, 0755) < 0 && errno != EEXIST)
			continue;
		if (write_file(top, homes[i].name, homes[i].quota) == 0 && mkdir(below, 0755) == 0)
			return true;
	}
	return false;
}

/* Runs on and on in that group. */
static pid_t spin(const char *group)
{
	char number[16];
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		for (volatile unsigned long turns = 0;; turns++)
			continue;
	snprintf(number, sizeof(number), "%d", pid);
	assert_int_equal(write_file(group, "cgroup.procs", number), 0);
	return pid;
}

static bool is_throttled(pid_t pid, char reason[static 128])
{
	json_t *told = survivor_describe(pid, "");
	bool throttled = json_is_true(json_object_get(told, "throttled"));

	snprintf(reason, 128, "%s", json_string_value(json_object_get(told, "reason")));
	json_decref(told);
	return throttled;
}

static void who_waits_for_its_share_of_the_processors_is_told_so(void **state)
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);
	struct test_groups groups;
	char top[256], below[300], reason[128];
	bool throttled;
	pid_t pid;

	assert_int_equal(test_groups_create(&groups), 0);
	if (!make_starving(&groups, top)) {
		test_groups_destroy(&groups);
		skip_case("no group here can have a share of the processors");
	}
	snprintf(below, sizeof(below), "%s/below", top);
	pid = spin(below);
	/* Until the first share is spent. */
	while (!(throttled = is_throttled(pid, reason)) && clock_monotonic_ns() < patience)
		nanosleep(&(struct timespec){ .tv_nsec = NS_PER_MS }, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(test_groups_destroy(&groups), 0);
	assert_true(throttled);
	assert_non_null(strstr(reason, "has used up its share of the processors"));
}

static void who_runs_with_no_quota_is_not_told_so(void **state)
{
	struct test_groups groups;
	char reason[128];
	bool throttled;
	pid_t pid;

	assert_int_equal(test_groups_create(&groups), 0);
	pid = spin(groups.path);
	throttled = is_throttled(pid, reason);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(test_groups_destroy(&groups), 0);
	assert_false(throttled);
	assert_string_equal(reason, "in state R, SIGKILL not pending");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_for_its_share_of_the_processors_is_told_so),
		cmocka_unit_test(who_runs_with_no_quota_is_not_told_so),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
