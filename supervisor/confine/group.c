/* One v2 control group of ours, held by descriptor from its birth to its removal. */
#include "confine/group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/hierarchy.h"
#include "confine/tree.h"

/* All of it is opened at birth: a kill must not fail for want of a descriptor. */
struct group {
	char *path; /* absolute */
	char *name; /* its last word, within `path` */
	uint64_t id;
	int parent;
	int directory;
	int events;
	int freeze;
	int kill;
};

DEFINE_CLEANUP(group)

static int attribute_open(
	const struct group *group, const char *name, int flags, int *ret_fd, struct error *error)
{
	int fd = openat(group->directory, name, flags | O_CLOEXEC);

	if (fd < 0)
		return fail(error, errno, "open `%s/%s`", group->path, name);
	*ret_fd = fd;
	return 0;
}

static int open_all(struct group *group, struct error *error)
{
	struct stat status;
	int code;

	group->directory =
		openat(group->parent, group->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (group->directory < 0 || fstat(group->directory, &status) < 0)
		return fail(error, errno, "open cgroup `%s`", group->path);
	/* kernfs numbers its nodes once: on 64-bit hosts the inode is the id that name_to_handle_at
	 * and the kernel half know the group by. */
	group->id = status.st_ino;
	code = attribute_open(group, "cgroup.events", O_RDONLY, &group->events, error);
	if (code == 0)
		code = attribute_open(group, "cgroup.freeze", O_WRONLY, &group->freeze, error);
	if (code == 0)
		code = attribute_open(group, "cgroup.kill", O_WRONLY, &group->kill, error);
	return code;
}

static struct group *group_allocate(const struct hierarchy *hierarchy, const char *path)
{
	struct group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->parent = group->directory = group->events = group->freeze = group->kill = -1;
	if (asprintf(&group->path, "%s/%s", hierarchy->root, path) < 0) {
		free(group);
		return NULL;
	}
	group->name = strrchr(group->path, '/') + 1;
	return group;
}

static int parent_open(
	const struct hierarchy *hierarchy, const char *path, int *ret_parent, struct error *error)
{
	const char *slash = strrchr(path, '/');
	auto_free char *parent = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	int fd;

	if (!parent)
		return fail(error, ENOMEM, "make cgroup `%s`", path);
	fd = file_open_beneath(hierarchy->root_fd, parent, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return fail(error, -fd, "open cgroup `%s/%s`", hierarchy->root, parent);
	*ret_parent = fd;
	return 0;
}

/*
 * Made with mkdirat and not with libcgroup: that takes an existing group of the same name for
 * success, switches controllers on from the root of the tree downwards, and on a hybrid host has no
 * controller by which a v2 group could be made at all.
 */
int group_create(const struct hierarchy *hierarchy, const char *path, struct group **ret_group,
	struct error *error)
{
	auto_of(group) struct group *group = group_allocate(hierarchy, path);
	int code;

	if (!group)
		return fail(error, ENOMEM, "make cgroup `%s`", path);
	code = parent_open(hierarchy, path, &group->parent, error);
	if (code < 0)
		return code;
	if (mkdirat(group->parent, group->name, 0755) < 0) {
		code = fail(error, errno, "make cgroup `%s`", group->path);
		if (code == -EEXIST)
			fail_advice(error, "a group's name is never used twice");
		return code;
	}
	code = open_all(group, error);
	if (code < 0) {
		unlinkat(group->parent, group->name, AT_REMOVEDIR);
		return code;
	}
	*ret_group = take_pointer(group);
	return 0;
}

int group_open(const struct hierarchy *hierarchy, const char *path, struct group **ret_group,
	struct error *error)
{
	auto_of(group) struct group *group = group_allocate(hierarchy, path);
	int code;

	if (!group)
		return fail(error, ENOMEM, "open cgroup `%s`", path);
	code = parent_open(hierarchy, path, &group->parent, error);
	if (code == 0)
		code = open_all(group, error);
	if (code < 0)
		return code;
	*ret_group = take_pointer(group);
	return 0;
}

void group_destroy(struct group *group)
{
	if (!group)
		return;
	cleanup_fd(&group->kill);
	cleanup_fd(&group->freeze);
	cleanup_fd(&group->events);
	cleanup_fd(&group->directory);
	cleanup_fd(&group->parent);
	free(group->path);
	free(group);
}

int group_descriptor(const struct group *group)
{
	return group->directory;
}

uint64_t group_id(const struct group *group)
{
	return group->id;
}

const char *group_path(const struct group *group)
{
	return group ? group->path : "(gone)";
}

int group_freeze(struct group *group, struct error *error)
{
	int code = group ? file_write_all(group->freeze, "1", 1) : -ENOENT;

	return code < 0 ? fail(error, -code, "freeze cgroup `%s`", group_path(group)) : 0;
}

int group_thaw(struct group *group, struct error *error)
{
	int code = group ? file_write_all(group->freeze, "0", 1) : 0;

	return code < 0 ? fail(error, -code, "thaw cgroup `%s`", group->path) : 0;
}

int group_kill(struct group *group, struct error *error)
{
	int code = group ? file_write_all(group->kill, "1", 1) : 0;

	if (code == -EOPNOTSUPP)
		return fail_plain(error, EOPNOTSUPP,
			"kill cgroup `%s`: a process made it a threaded group, which the kernel "
			"does not kill; kill the group above it",
			group->path);
	return code < 0 ? fail(error, -code, "kill cgroup `%s`", group->path) : 0;
}

/* The kernel removes a group only when it is empty: ENODEV, gone, is a known 0. */
static int event_read(const struct group *group, const char *key)
{
	char text[256], *rest = NULL;
	/* The file is short, and one call gives all of it: this is read while a kill waits. */
	ssize_t length = pread(group->events, text, sizeof(text) - 1, 0);

	if (length < 0)
		return errno == ENODEV ? 0 : -errno;
	text[length] = '\0';
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t size = strlen(key);

		if (strncmp(line, key, size) == 0 && line[size] == ' ')
			return line[size + 1] == '1';
	}
	return -ENODATA;
}

int group_populated(struct group *group)
{
	return group ? event_read(group, "populated") : 0;
}

int group_frozen(struct group *group)
{
	return group ? event_read(group, "frozen") : 0;
}

int group_processes(struct group *group, pid_t *pids, size_t room)
{
	int count = group ? tree_processes(group->directory, pids, room) : 0;

	return count == -ENODEV || count == -ENOENT ? 0 : count;
}

int group_remove(struct group *group)
{
	if (unlinkat(group->parent, group->name, AT_REMOVEDIR) == 0)
		return 0;
	/* Whatever happens next, nothing of ours stays frozen, or on its way to it. */
	group_thaw(group, NULL);
	return tree_remove(group->parent, group->name);
}

int group_cpu_usage(struct group *group, uint64_t *ret_user_us, uint64_t *ret_system_us)
{
	char text[2048];
	ssize_t length = file_read_text_at(group->directory, "cpu.stat", text, sizeof(text));
	const char *user = length < 0 ? NULL : strstr(text, "\nuser_usec ");
	const char *system = length < 0 ? NULL : strstr(text, "\nsystem_usec ");

	if (length < 0)
		return (int)length;
	if (!user || !system)
		return -ENODATA;
	*ret_user_us = strtoull(strchr(user, ' '), NULL, 10);
	*ret_system_us = strtoull(strchr(system, ' '), NULL, 10);
	return 0;
}
