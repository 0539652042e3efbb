/* A control group of a test's own, which goes with all below it, however the test ends. */
#include "support/groups.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

#define WAIT_MS       20000
#define JANITOR_TRIES 400
#define JANITOR_MS    25

typedef int mount_visit(const struct mntent *entry, void *data);

/* Stops at the first visit that does not return 0, with what it returned. */
static int mounts_walk(mount_visit *visit, void *data)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	int code = 0;

	if (!mounts)
		return -errno;
	while (code == 0 && (entry = getmntent(mounts)))
		code = visit(entry, data);
	endmntent(mounts);
	return code;
}

static int mount_is_v2(const struct mntent *entry, void *data)
{
	struct test_groups *groups = data;

	if (strcmp(entry->mnt_type, "cgroup2") != 0)
		return 0;
	snprintf(groups->mount, sizeof(groups->mount), "%s", entry->mnt_dir);
	return 1;
}

static int directory_remove(
	const char *path, const struct stat *status, int type, struct FTW *position)
{
	if (type == FTW_DP && rmdir(path) < 0 && errno != ENOENT)
		return errno;
	return 0;
}

static int mount_clean(const struct mntent *entry, void *data)
{
	const struct test_groups *groups = data;
	char path[512];

	if (strncmp(entry->mnt_type, "cgroup", 6) != 0)
		return 0;
	snprintf(path, sizeof(path), "%s/%s", entry->mnt_dir, groups->name);
	if (access(path, F_OK) < 0)
		return 0;
	return nftw(path, directory_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void attribute_write(const char *group, const char *name, const char *text)
{
	auto_fd directory = open(group, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0)
		file_write_text_at(directory, name, text, NULL);
}

static void janitor_run(struct test_groups *groups, int bell, int test)
{
	struct pollfd ends[] = { { .fd = bell, .events = POLLIN },
		{ .fd = test, .events = POLLIN } };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Whoever waits for the test's output must not wait for us. */
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	setsid();
	while (poll(ends, 2, -1) < 0 && errno == EINTR)
		continue;
	for (int try = 0; try < JANITOR_TRIES; try++) {
		attribute_write(groups->path, "cgroup.kill", "1");
		attribute_write(groups->path, "cgroup.freeze", "0");
		if (mounts_walk(mount_clean, groups) == 0)
			_exit(0);
		poll(NULL, 0, JANITOR_MS);
	}
	_exit(1);
}

static int janitor_start(struct test_groups *groups)
{
	int ends[2], test = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (test < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	groups->janitor = fork();
	if (groups->janitor < 0)
		return -errno;
	if (groups->janitor == 0) {
		close(ends[1]);
		janitor_run(groups, ends[0], test);
	}
	close(test);
	close(ends[0]);
	groups->bell = ends[1];
	return 0;
}

int test_groups_create(struct test_groups *ret_groups)
{
	int code;

	memset(ret_groups, 0, sizeof(*ret_groups));
	if (mounts_walk(mount_is_v2, ret_groups) != 1)
		return -ENOTSUP;
	snprintf(ret_groups->name, sizeof(ret_groups->name), "axe-test-%d-%llu", getpid(),
		(unsigned long long)clock_monotonic_ns());
	snprintf(ret_groups->path, sizeof(ret_groups->path), "%s/%s", ret_groups->mount,
		ret_groups->name);
	code = janitor_start(ret_groups);
	if (code < 0)
		return code;
	return mkdir(ret_groups->path, 0755) < 0 ? -errno : 0;
}

int test_groups_destroy(struct test_groups *groups)
{
	int status;

	/* A byte, not only the end: a sleeper that was left over holds the pipe open too. */
	if (write(groups->bell, "!", 1) < 0)
		return -errno;
	close(groups->bell);
	while (waitpid(groups->janitor, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status == 0 ? 0 : -EBUSY;
}

pid_t test_groups_sleeper(const char *group)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		attribute_write(group, "cgroup.procs", "0");
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid > 0 && read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static int event_value(int events, const char *key)
{
	char text[256], *rest = NULL;
	size_t size = strlen(key);

	if (file_read_text(events, text, sizeof(text)) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, key, size) == 0 && line[size] == ' ')
			return atoi(line + size + 1);
	return -1;
}

int test_groups_wait(const char *group, const char *key, int value)
{
	auto_fd directory = open(group, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd events = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	uint64_t deadline_ns = clock_monotonic_ns() + WAIT_MS * NS_PER_MS;
	struct pollfd changed = { .fd = events, .events = POLLPRI };

	if (events < 0)
		return -errno;
	while (event_value(events, key) != value) {
		uint64_t now_ns = clock_monotonic_ns();

		if (now_ns >= deadline_ns)
			return -ETIMEDOUT;
		if (poll(&changed, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1) < 0 &&
			errno != EINTR)
			return -errno;
	}
	return 0;
}
