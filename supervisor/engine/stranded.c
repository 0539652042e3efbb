/* The groups of private supervisors that no longer live: ended and removed by the next one. */
#include "engine/stranded.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "confine/hierarchy.h"

#define DEPTH_MOST 64

static void remove_below(int parent, const char *name, unsigned depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while (depth < DEPTH_MOST && (entry = readdir(directory))) {
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			remove_below(fd, entry->d_name, depth + 1);
	}
	closedir(directory);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static bool supervisor_is_dead(const char *name)
{
	unsigned long long start;
	int pid;

	if (sscanf(name, STRANDED_PREFIX "%d-%llu", &pid, &start) != 2)
		return false; /* not a private supervisor's: not ours to touch */
	return !process_runs(pid, start);
}

static void end_and_remove(int parent, const char *name)
{
	auto_fd fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Its supervisor can no longer do it, and a private run promised to leave nothing. */
	file_write_text_at(fd, "cgroup.kill", "1", NULL);
	file_write_text_at(fd, "cgroup.freeze", "0", NULL);
	remove_below(parent, name, 0);
}

static void remove_companion(int parent, const char *name)
{
	remove_below(parent, name, 0);
}

/* Which groups of a folder are to go. */
struct sweep {
	const char *path; /* of the folder, below any hierarchy's root */
	bool (*is_stranded)(const struct sweep *sweep, const char *name);
	bool (*keeps)(uint64_t job, void *data);
	void *data;
};

static bool of_the_dead(const struct sweep *sweep, const char *name)
{
	return supervisor_is_dead(name);
}

static bool not_kept(const struct sweep *sweep, const char *name)
{
	unsigned long long job;

	return sscanf(name, "job-%llu", &job) == 1 && !sweep->keeps(job, sweep->data);
}

static void sweep_one(
	const struct sweep *sweep, int root, void (*remove)(int parent, const char *name))
{
	int fd = openat(root, sweep->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		if (entry->d_type == DT_DIR && sweep->is_stranded(sweep, entry->d_name))
			remove(fd, entry->d_name);
	}
	closedir(directory);
}

/* `axe` is shared by all supervisors: its removal succeeds for the last one only. */
static void sweep_all(const struct hierarchy *hierarchy, const struct sweep *sweep)
{
	sweep_one(sweep, hierarchy->root_fd, end_and_remove);
	unlinkat(hierarchy->root_fd, "axe", AT_REMOVEDIR);

	/* The v1 groups of the limits have the same names; their processes ended with the above. */
	for (unsigned i = 0; i < hierarchy->controllers_count; i++) {
		const char *path = hierarchy->controllers[i].v1_path;
		auto_fd root = *path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

		if (root < 0)
			continue;
		sweep_one(sweep, root, remove_companion);
		unlinkat(root, "axe", AT_REMOVEDIR);
	}
}

void stranded_remove(const struct hierarchy *hierarchy)
{
	const struct sweep sweep = { .path = "axe", .is_stranded = of_the_dead };

	sweep_all(hierarchy, &sweep);
}

void stranded_clear(const struct hierarchy *hierarchy, const char *path,
	bool (*keeps)(uint64_t job, void *data), void *data)
{
	const struct sweep sweep = {
		.path = path,
		.is_stranded = not_kept,
		.keeps = keeps,
		.data = data,
	};

	sweep_all(hierarchy, &sweep);
}

static void thaw(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	file_write_text_at(fd, "cgroup.freeze", "0", NULL);
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			thaw(fd, entry->d_name);
	closedir(directory);
}

static bool is_job(const struct sweep *sweep, const char *name)
{
	unsigned long long job;

	return sscanf(name, "job-%llu", &job) == 1;
}

static void freeze(int parent, const char *name)
{
	auto_fd fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		file_write_text_at(fd, "cgroup.freeze", "1", NULL);
}

void stranded_freeze(const struct hierarchy *hierarchy, const char *path)
{
	const struct sweep sweep = { .path = path, .is_stranded = is_job };

	sweep_one(&sweep, hierarchy->root_fd, freeze);
}

void stranded_thaw(const struct hierarchy *hierarchy, const char *path)
{
	const struct sweep sweep = { .path = path, .is_stranded = is_job };

	sweep_one(&sweep, hierarchy->root_fd, thaw);
}
