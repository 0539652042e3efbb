/*
 * Removing a folder with all that a stranger has put into it.
 *
 * Each folder is opened below the descriptor of the one around it, so that whoever still moves
 * things about can lead us nowhere but to what is his. Folders that lie too deep are moved up to
 * the top, where a further pass finds them: so a few descriptors are enough for any depth.
 */
#include "base/removal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"

#define DEPTH_MAX 16
#define NAME_ROOM 32 /* of a folder that was moved up */

struct removal {
	int top;
	const _Atomic uint64_t *deadline_ns;
	uint64_t moved; /* folders that were moved up to the top */
	uint64_t removed;
	int code; /* the first failure of this pass */
	struct error *error;
};

/* A mount inside is not ours to empty. */
static int open_folder(int directory, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	long fd = syscall(SYS_openat2, directory, name, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static void note_failure(struct removal *removal, int code, const char *name)
{
	if (removal->code == 0)
		removal->code = fail(removal->error, code, "remove `%s`", name);
}

static bool is_late(struct removal *removal)
{
	if (clock_monotonic_ns() < atomic_load(removal->deadline_ns))
		return false;
	if (removal->code != -ETIMEDOUT)
		removal->code = fail(removal->error, ETIMEDOUT, "remove the rest of it");
	return true;
}

static void move_up(struct removal *removal, int directory, const char *name)
{
	char moved[NAME_ROOM];

	do
		snprintf(moved, sizeof(moved), ".axe-%llu", (unsigned long long)removal->moved++);
	while (renameat2(directory, name, removal->top, moved, RENAME_NOREPLACE) < 0 &&
		errno == EEXIST);
}

static void remove_content(struct removal *removal, int fd, unsigned depth);

static void remove_folder(struct removal *removal, int directory, const char *name, unsigned depth)
{
	int fd;

	if (depth == DEPTH_MAX)
		return move_up(removal, directory, name);
	fd = open_folder(directory, name);
	if (fd < 0)
		return note_failure(removal, -fd, name);
	remove_content(removal, fd, depth + 1);
	if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
		removal->removed++;
	else if (errno != ENOENT)
		note_failure(removal, errno, name);
}

static void remove_entry(struct removal *removal, int directory, const char *name, unsigned depth)
{
	if (unlinkat(directory, name, 0) == 0)
		removal->removed++;
	else if (errno == EISDIR)
		remove_folder(removal, directory, name, depth);
	else if (errno != ENOENT)
		note_failure(removal, errno, name);
}

/* The descriptor is taken. */
static void remove_content(struct removal *removal, int fd, unsigned depth)
{
	DIR *stream = fdopendir(fd);

	if (!stream) {
		note_failure(removal, errno, ".");
		close(fd);
		return;
	}
	for (struct dirent *entry; !is_late(removal) && (entry = readdir(stream));) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_entry(removal, fd, entry->d_name, depth);
	}
	closedir(stream);
}

/* One more pass is worth it while passes get something done. */
static int empty(struct removal *removal)
{
	uint64_t moved, removed;

	do {
		int fd = open_folder(removal->top, ".");

		if (fd < 0)
			return fail(removal->error, -fd, "open it");
		moved = removal->moved;
		removed = removal->removed;
		removal->code = 0;
		remove_content(removal, fd, 0);
	} while (removal->code != -ETIMEDOUT && removal->removed > removed &&
		 (removal->code < 0 || removal->moved > moved));
	return removal->code;
}

int removal_run(
	int directory, const char *name, const _Atomic uint64_t *deadline_ns, struct error *error)
{
	struct removal removal = { .deadline_ns = deadline_ns, .error = error };
	auto_fd top = open_folder(directory, name);
	int code;

	if (top == -ENOENT)
		return 0;
	if (top < 0)
		return fail(error, -top, "open `%s`", name);
	removal.top = top;
	code = empty(&removal);
	if (code < 0)
		return code;
	if (unlinkat(directory, name, AT_REMOVEDIR) < 0)
		return fail(error, errno, "remove `%s`", name);
	return 0;
}
