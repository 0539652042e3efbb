/* Walking a control group with the groups that its processes made below it. */
#include "confine/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define TREE_DEPTH   64 /* of a listing: it keeps a descriptor for each level */
#define REMOVE_STEPS 100000 /* directories that one removal looks into before it gives up */

static void cleanup_directory(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

#define auto_directory __attribute__((cleanup(cleanup_directory))) DIR *

static int group_enter(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static DIR *children_open(int directory)
{
	int fd = group_enter(directory, ".");
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

static const char *children_next(DIR *stream)
{
	for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	return NULL;
}

/*
 * Remove the childless groups in `directory`. *ret_nested is a descriptor of one that could not be
 * removed, -1 when none is left.
 */
static int children_remove(int directory, int *ret_nested)
{
	auto_directory children = children_open(directory);
	auto_fd nested = -1;

	if (!children)
		return -errno;
	for (const char *name = children_next(children); name; name = children_next(children)) {
		if (unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			continue;
		if (errno != EBUSY)
			return -errno;
		cleanup_fd(&nested);
		nested = group_enter(directory, name);
		if (nested < 0 && nested != -ENOENT)
			return nested;
	}
	*ret_nested = take_fd(&nested);
	return 0;
}

static bool has_children(int directory)
{
	auto_directory children = children_open(directory);

	return children && children_next(children);
}

/*
 * A walk with one descriptor, down by name and up by "..": however deep a test nested its groups,
 * neither the stack nor the descriptors run out.
 */
static int below_remove(int top)
{
	auto_fd current = fcntl(top, F_DUPFD_CLOEXEC, 3);
	unsigned depth = 0;

	for (unsigned step = 0; current >= 0 && step < REMOVE_STEPS; step++) {
		auto_fd next = -1;
		int code = children_remove(current, &next);

		if (code < 0)
			return code;
		if (next >= 0 && !has_children(next))
			return -EBUSY;
		if (next < 0 && depth == 0)
			return 0;
		if (next >= 0) {
			depth++;
		} else {
			next = group_enter(current, "..");
			depth--;
		}
		if (next < 0)
			return next;
		close(current);
		current = take_fd(&next);
	}
	return current < 0 ? -errno : -EBUSY;
}

int tree_remove(int parent, const char *name)
{
	auto_fd directory = -1;
	int code;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY)
		return -errno;
	directory = group_enter(parent, name);
	if (directory < 0)
		return directory == -ENOENT ? 0 : directory;
	code = below_remove(directory);
	if (code < 0)
		return code;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

struct listing {
	pid_t *pids;
	size_t room;
	size_t count;
};

/* A line for each; one may stand in two pieces. */
static void listing_add(struct listing *listing, const char *text, ssize_t length, pid_t *pid)
{
	for (ssize_t i = 0; i < length; i++) {
		if (text[i] != '\n') {
			*pid = *pid * 10 + (text[i] - '0');
			continue;
		}
		if (listing->count < listing->room)
			listing->pids[listing->count] = *pid;
		listing->count++;
		*pid = 0;
	}
}

/* Between a freeze and a kill this is waited for: no stream, which costs four calls more. */
static int procs_read(int directory, struct listing *listing)
{
	auto_fd fd = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t length;
	pid_t pid = 0;

	if (fd < 0)
		return -errno;
	while ((length = read(fd, text, sizeof(text))) > 0)
		listing_add(listing, text, length, &pid);
	return length < 0 ? -errno : 0;
}

/* kernfs counts a link for each directory below; what cannot be told is looked into. */
static bool has_below(int directory, size_t count)
{
	struct stat info;

	return fstat(directory, &info) == 0 && info.st_nlink == 2 + count;
}

static int below_list(int directory, struct listing *listing, unsigned depth)
{
	auto_directory children = NULL;

	if (has_below(directory, 0))
		return 0;
	children = children_open(directory);
	if (!children)
		return -errno;
	for (const char *name = children_next(children); name; name = children_next(children)) {
		auto_fd child = group_enter(directory, name);
		int code = child < 0 ? child : procs_read(child, listing);

		/* Gone meanwhile. */
		if (code == -ENOENT || code == -ENODEV)
			continue;
		/* A threaded group: its processes stand in the domain above it. */
		if (code < 0 && code != -EOPNOTSUPP)
			return code;
		if (depth == TREE_DEPTH)
			return -ELOOP;
		code = below_list(child, listing, depth + 1);
		if (code < 0)
			return code;
	}
	return 0;
}

int tree_processes(int directory, pid_t *pids, size_t room)
{
	struct listing listing = { .pids = pids, .room = room };
	int code = procs_read(directory, &listing);

	if (code == 0)
		code = below_list(directory, &listing, 1);
	return code < 0 ? code : (int)listing.count;
}

int tree_count(int directory, const int *below, size_t count)
{
	struct listing listing = { 0 };
	int code = procs_read(directory, &listing);

	/* One that has gone is not one of those that the link count stands for. */
	for (size_t i = 0; code == 0 && i < count; i++) {
		code = procs_read(below[i], &listing);
		if (code == 0)
			code = below_list(below[i], &listing, 1);
	}
	return code == 0 && has_below(directory, count) ? (int)listing.count
							: tree_processes(directory, NULL, 0);
}
