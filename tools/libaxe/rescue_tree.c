/* A control group with all that its processes made below it: counted, and removed. */
#include "libaxe/rescue_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The kernel lets go of a group a moment after the last process in it is dead. */
#define BUSY_TRIES 100
#define BUSY_MS    10

static unsigned count_lines(const char *path)
{
	auto_file file = fopen(path, "re");
	unsigned lines = 0;

	if (!file)
		return 0;
	for (int character; (character = getc(file)) != EOF;)
		lines += character == '\n';
	return lines;
}

unsigned rescue_tree_count(int group)
{
	char root[64], *roots[] = { root, NULL };
	unsigned count = 0;
	FTS *walk;

	snprintf(root, sizeof(root), "/proc/self/fd/%d/", group);
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	if (!walk)
		return 0;
	for (FTSENT *entry; (entry = fts_read(walk));)
		if (entry->fts_info == FTS_F && strcmp(entry->fts_name, "cgroup.procs") == 0)
			count += count_lines(entry->fts_path);
	fts_close(walk);
	return count;
}

static int remove_group(const char *path)
{
	for (unsigned tries = 0; tries < BUSY_TRIES; tries++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		poll(NULL, 0, BUSY_MS);
	}
	return -EBUSY;
}

int rescue_tree_remove(const char *path)
{
	auto_free char *root = strdup(path);
	char *roots[] = { root, NULL };
	int code = 0;
	FTS *walk;

	if (!root)
		return -ENOMEM;
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return -errno;
	for (FTSENT *entry; code == 0 && (entry = fts_read(walk));)
		if (entry->fts_info == FTS_DP)
			code = remove_group(entry->fts_accpath);
	fts_close(walk);
	return code;
}
