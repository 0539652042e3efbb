/* The caller's own control group, and those that it makes below. */
#pragma once

#include <sys/stat.h>

#include "adversary.h"

#define GROUP_PATH_SIZE 2048

/* The path of the v2 group of this process, below the mount point that is given. */
static inline void own_group(const char *mount, char path[GROUP_PATH_SIZE])
{
	char line[1024];
	FILE *file = fopen("/proc/self/cgroup", "re");

	if (!file)
		give_up("/proc/self/cgroup");
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::", 3))
			snprintf(path, GROUP_PATH_SIZE, "%s%s", mount, line + 3);
	}
	fclose(file);
}

static inline void make_group(const char *parent, const char *name, char path[GROUP_PATH_SIZE])
{
	if (snprintf(path, GROUP_PATH_SIZE, "%s/%s", parent, name) >= GROUP_PATH_SIZE)
		give_up("path of a group");
	try_to(mkdir(path, 0755), path);
}

static inline void enter_group(const char *path)
{
	write_below(path, "cgroup.procs", "0");
}

/* A child that went to a group before this returns. */
static inline pid_t fork_into(const char *role, const char *path)
{
	int ends[2];
	char byte;
	pid_t pid;

	try_to(pipe2(ends, O_CLOEXEC), "pipe");
	pid = fork_as(role);
	if (pid == 0) {
		enter_group(path);
		close(ends[0]);
		close(ends[1]);
		stay();
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 0)
		give_up("await a move");
	close(ends[0]);
	return pid;
}
