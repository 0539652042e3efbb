/* Inside the disposable process: which processes a group has, and whom they trace. */
#include "survey/frozen_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "survey/lines.h"
#include "survey/source.h"

#define DEPTH_MAX 32

struct members {
	const struct survey_host *host;
	int answer;
	unsigned *pids;
	size_t count, room;
};

void frozen_send(int answer, const void *record, uint32_t size)
{
	char frame[sizeof(size) + sizeof(struct axe_frozen_file)];

	memcpy(frame, &size, sizeof(size));
	memcpy(frame + sizeof(size), record, size);
	file_write_all(answer, frame, sizeof(size) + size);
}

static int add_member(char *line, void *data)
{
	struct members *members = data;
	unsigned *pids;

	if (members->count == members->room) {
		members->room = members->room ? 2 * members->room : 64;
		pids = realloc(members->pids, members->room * sizeof(*pids));
		if (!pids)
			return -ENOMEM;
		members->pids = pids;
	}
	members->pids[members->count++] = (unsigned)strtoul(line, NULL, 10);
	return 0;
}

/* `path` without its slash, so that it is below the host's root. */
static void find_members(struct members *members, const char *path, unsigned depth)
{
	char below[PATH_MAX];
	struct dirent *entry;
	DIR *folder;
	int fd;

	if (depth > DEPTH_MAX ||
		snprintf(below, sizeof(below), "%s/cgroup.procs", path) >= (int)sizeof(below))
		return;
	lines_read(members->host, below, 0, add_member, members, NULL);
	fd = openat(members->host->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	while (folder && (entry = readdir(folder))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
			(int)sizeof(below))
			find_members(members, below, depth + 1);
	}
	if (folder)
		closedir(folder);
	else
		cleanup_fd(&fd);
}

static bool is_member(const struct members *members, unsigned pid)
{
	for (size_t i = 0; i < members->count; i++)
		if (members->pids[i] == pid)
			return true;
	return false;
}

/* "Name:	sh", "PPid:	1", "TracerPid:	0" of /proc/PID/status. */
static int read_status_line(char *line, void *data)
{
	struct axe_frozen_process *process = data;

	if (strncmp(line, "Name:\t", 6) == 0)
		memcpy(process->comm, line + 6, strnlen(line + 6, sizeof(process->comm) - 1));
	sscanf(line, "PPid: %u", &process->parent);
	sscanf(line, "TracerPid: %u", &process->tracer);
	return 0;
}

static bool read_status(
	const struct survey_host *host, unsigned pid, struct axe_frozen_process *process)
{
	char path[64];

	*process = (struct axe_frozen_process){ .head = { AXE_FROZEN_PROCESS, pid } };
	snprintf(path, sizeof(path), "proc/%u/status", pid);
	return lines_read(host, path, 0, read_status_line, process, NULL) == 0;
}

/* Field 22 of /proc/PID/stat, in clock ticks: the fields begin behind the name's bracket. */
static uint64_t read_start_ns(const struct survey_host *host, unsigned pid)
{
	char path[64], text[1024], *fields;
	unsigned long long ticks = 0;

	snprintf(path, sizeof(path), "proc/%u/stat", pid);
	if (line_read(host, path, text, sizeof(text)) < 0 || !(fields = strrchr(text, ')')))
		return 0;
	sscanf(fields,
		") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		"%llu",
		&ticks);
	return ticks * (NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void read_member(const struct members *members, unsigned pid)
{
	struct axe_frozen_process process;

	if (!read_status(members->host, pid, &process))
		return;
	process.start_ns = read_start_ns(members->host, pid);
	frozen_read_files(members->host, &process, members->answer);
	frozen_send(members->answer, &process, sizeof(process));
	frozen_read_maps(members->host, pid, members->answer);
}

/* Whom outside of the group its members trace: each process of the host is asked. */
static void read_outsiders(const struct members *members)
{
	int fd = openat(members->host->root, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct axe_frozen_process process;
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		unsigned pid = (unsigned)strtoul(entry->d_name, NULL, 10);

		if (!pid || is_member(members, pid) || !read_status(members->host, pid, &process) ||
			!process.tracer || !is_member(members, process.tracer))
			continue;
		struct axe_frozen_traced traced = {
			.head = { AXE_FROZEN_TRACED, pid }, .tracer = process.tracer, .thread = pid
		};

		memcpy(traced.comm, process.comm, sizeof(traced.comm));
		frozen_send(members->answer, &traced, sizeof(traced));
	}
	if (folder)
		closedir(folder);
	else
		cleanup_fd(&fd);
}

void frozen_read_group(const struct survey_host *host, const char *path, int answer)
{
	struct members members = { .host = host, .answer = answer };

	find_members(&members, path + strspn(path, "/"), 0);
	for (size_t i = 0; i < members.count; i++)
		read_member(&members, members.pids[i]);
	read_outsiders(&members);
	free(members.pids);
}
