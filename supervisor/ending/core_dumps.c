/* Whether somebody in a group is writing its core dump. */
#include "ending/core_dumps.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "confine/group.h"

#define LOOKED_AT_MOST 4096

/* The kernel says it of the process from the first thread that stops for it to the last byte. */
static bool writes_core(pid_t pid)
{
	char path[64], status[8192];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return file_read_text_at(AT_FDCWD, path, status, sizeof(status)) > 0 &&
	       strstr(status, "\nCoreDumping:\t1");
}

bool core_dumps_any(struct group *group)
{
	auto_free pid_t *pids = calloc(LOOKED_AT_MOST, sizeof(*pids));
	int count = pids ? group_processes(group, pids, LOOKED_AT_MOST) : 0;

	for (int at = 0; at < count && at < LOOKED_AT_MOST; at++)
		if (writes_core(pids[at]))
			return true;
	return false;
}
