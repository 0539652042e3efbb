/* A v2 group as bare as can be: descriptors, and reading without a pause. */
#include "bench/bare_group.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <mntent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The shortest that gives a processor away; with a timer that has no slack. */
#define NAP_NS 20000

int bare_group_mount(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	int code = -ENOENT;

	if (!mounts)
		return -errno;
	while (code < 0 && (entry = getmntent(mounts)))
		if (strcmp(entry->mnt_type, "cgroup2") == 0 && strlen(entry->mnt_dir) < size)
			strcpy(path, entry->mnt_dir), code = 0;
	endmntent(mounts);
	return code;
}

int bare_group_open(int top, const char *name, struct bare_group *ret_group)
{
	if (mkdirat(top, name, 0755) < 0)
		return -errno;
	ret_group->directory = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret_group->events = -1;
	return ret_group->directory < 0 ? -errno : 0;
}

int bare_group_watch(struct bare_group *group)
{
	group->events = openat(group->directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	return group->events < 0 ? -errno : 0;
}

int bare_group_close(int top, const char *name, struct bare_group *group)
{
	if (group->events >= 0)
		close(group->events);
	close(group->directory);
	while (unlinkat(top, name, AT_REMOVEDIR) < 0)
		if (errno != EBUSY)
			return -errno;
	return 0;
}

static bool events_say(const struct bare_group *group, const char *word)
{
	char text[128];
	ssize_t length = pread(group->events, text, sizeof(text) - 1, 0);

	text[length < 0 ? 0 : length] = '\0';
	return strstr(text, word);
}

void bare_group_await(const struct bare_group *group, const char *word, enum bare_wait wait)
{
	while (!events_say(group, word))
		if (wait == BARE_NAP)
			nanosleep(&(struct timespec){ .tv_nsec = NAP_NS }, NULL);
}

pid_t bare_group_clone(const struct bare_group *group)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group->directory,
	};

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}
