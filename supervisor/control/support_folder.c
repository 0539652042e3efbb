/* The folder in which one supervisor keeps the sockets of its assessments. */
#include "control/support_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "control/door.h"

#define PASSABLE   0711
#define NAME_SIZE  17 /* 64 random bits: no two folders ever have the same */
#define ROOM       (NAME_SIZE + sizeof("/18446744073709551615"))
#define LOCK_TRIES 1000

static DIR *open_list(int folder)
{
	auto_fd fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (stream)
		take_fd(&fd);
	return stream;
}

static void remove_sockets(int folder)
{
	DIR *stream = open_list(folder);

	if (!stream)
		return;
	for (struct dirent *entry; (entry = readdir(stream));)
		unlinkat(folder, entry->d_name, 0);
	closedir(stream);
}

/* Its supervisor holds the lock as long as it lives, whatever namespace its pid is in. */
static void sweep(int base, const char *name)
{
	auto_fd folder = file_open_beneath(base, name, O_RDONLY | O_DIRECTORY, 0);

	if (folder < 0 || flock(folder, LOCK_EX | LOCK_NB) < 0)
		return;
	remove_sockets(folder);
	unlinkat(base, name, AT_REMOVEDIR);
}

static void sweep_all(int base)
{
	DIR *stream = open_list(base);

	if (!stream)
		return;
	for (struct dirent *entry; (entry = readdir(stream));) {
		if (entry->d_name[0] != '.')
			sweep(base, entry->d_name);
	}
	closedir(stream);
}

static int lock_base(const char *path, int base, struct error *error)
{
	/* Held for microseconds, unless its holder was stopped: that must not stop us, too. */
	for (unsigned tries = 0; flock(base, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK || tries == LOCK_TRIES)
			return fail(error, errno, "lock `%s`", path);
		poll(NULL, 0, 1);
	}
	return 0;
}

static int choose_name(const char *path, char name[static NAME_SIZE], struct error *error)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return fail(error, errno, "choose a name in `%s`", path);
	snprintf(name, NAME_SIZE, "%016" PRIx64, random);
	return 0;
}

static int make(const char *path, int base, const char *name, struct support_folder *folder,
	struct error *error)
{
	if (asprintf(&folder->path, "%s/%s", path, name) < 0) {
		folder->path = NULL;
		return fail(error, ENOMEM, "make `%s/%s`", path, name);
	}
	if (mkdirat(base, name, PASSABLE) < 0)
		return fail(error, errno, "make `%s`", folder->path);
	folder->fd = file_open_beneath(base, name, O_RDONLY | O_DIRECTORY, 0);
	/* Whatever our umask is. */
	if (folder->fd < 0 || fchmod(folder->fd, PASSABLE) < 0 ||
		flock(folder->fd, LOCK_EX | LOCK_NB) < 0)
		return fail(
			error, folder->fd < 0 ? -folder->fd : errno, "set `%s` up", folder->path);
	return 0;
}

int support_folder_make(
	const char *path, const char *name, struct support_folder *ret_folder, struct error *error)
{
	struct support_folder folder = { .fd = -1 };
	char chosen[NAME_SIZE] = "";
	auto_fd base = -1;
	int code = name ? 0 : choose_name(path, chosen, error);

	if (code < 0)
		return code;
	if (strlen(path) + ROOM > SOCKET_PATH_MAX) {
		fail_plain(error, ENAMETOOLONG,
			"`%s` is too long for sockets in it (%zu bytes at the most)", path,
			SOCKET_PATH_MAX - ROOM);
		return fail_advice(error, "choose a shorter --run-dir");
	}
	code = file_make_directories(path, 0755, error);
	if (code < 0)
		return code;
	base = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (base < 0)
		return fail(error, errno, "open `%s`", path);
	/* Whoever may open it may lock it, and so keep us from going on. */
	if (fchmod(base, PASSABLE) < 0)
		return fail(error, errno, "close `%s` to others", path);
	/* Nobody sweeps a folder between its making and its lock. */
	code = lock_base(path, base, error);
	if (code < 0)
		return code;
	sweep_all(base);
	code = make(path, base, name ? name : chosen, &folder, error);
	if (code < 0) {
		support_folder_remove(&folder);
		return code;
	}
	*ret_folder = folder;
	return 0;
}

void support_folder_remove(struct support_folder *folder)
{
	if (folder->fd >= 0)
		remove_sockets(folder->fd);
	if (folder->path)
		rmdir(folder->path);
	cleanup_fd(&folder->fd);
	free(folder->path);
	folder->path = NULL;
}
