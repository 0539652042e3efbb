/* The name of a listening socket: taken over from the dead, never from the living. */
#include "base/socket_name.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define LOCK_TRIES 200
#define BACKLOG    512 /* of a burst; who does not wait to connect is refused beyond */

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

/* Whether someone listens at the path. A name that only a dead one left refuses. */
static bool is_alive(const char *path)
{
	struct sockaddr_un address = address_of(path);
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return true;
	/* EAGAIN: its backlog is full, so somebody is there. */
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
	       (errno != ECONNREFUSED && errno != ENOENT);
}

/* Never unlinked: whoever waits for the lock would hold one that no other can see. */
static int lock_directory(const char *directory, struct error *error)
{
	char path[SOCKET_PATH_MAX + sizeof("/.lock")];
	auto_fd fd = -1;

	snprintf(path, sizeof(path), "%s/.lock", directory);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(error, errno, "open the lock `%s`", path);
	/* Held for microseconds, unless its holder was stopped: that must not stop us, too. */
	for (unsigned tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK || tries == LOCK_TRIES)
			return fail(error, errno, "lock `%s`", path);
		poll(NULL, 0, 1);
	}
	return take_fd(&fd);
}

/* Under the directory's lock, so that two newcomers do not replace each other. */
static int clear_name(const char *path, struct error *error)
{
	struct stat found;

	if (lstat(path, &found) < 0)
		return errno == ENOENT ? 0 : fail(error, errno, "look at `%s`", path);
	if (!S_ISSOCK(found.st_mode))
		return fail_plain(error, EEXIST,
			"listen at `%s`: a file that is no socket is in the way", path);
	if (is_alive(path)) {
		fail_plain(error, EADDRINUSE, "listen at `%s`: another supervisor does", path);
		return fail_advice(error, "give another --socket, or end that one");
	}
	if (unlink(path) < 0)
		return fail(error, errno, "remove the left-over socket `%s`", path);
	return 0;
}

/* Not by a chmod of the name, which somebody may have put a link in the place of. */
static int bind_unmasked(int fd, const struct sockaddr_un *address)
{
	mode_t mask = umask(0);
	int code = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

	umask(mask);
	return code;
}

static int bind_name(
	const char *path, int fd, mode_t mode, struct stat *ret_made, struct error *error)
{
	struct sockaddr_un address = address_of(path);
	int code;

	/* Linux gives the new name the mode of the descriptor: it is never open to more than that.
	 */
	if (fchmod(fd, mode) < 0)
		return fail(error, errno, "set the mode of `%s`", path);
	code = bind_unmasked(fd, &address);
	if (code < 0)
		return fail(error, -code, "listen at `%s`", path);
	if (listen(fd, BACKLOG) < 0 || stat(path, ret_made) < 0) {
		code = errno;
		unlink(path);
		return fail(error, code, "listen at `%s`", path);
	}
	return 0;
}

static void directory_of(const char *path, char directory[static SOCKET_PATH_MAX + 1])
{
	snprintf(directory, SOCKET_PATH_MAX + 1, "%.*s", (int)(strrchr(path, '/') - path), path);
}

int socket_name_take(
	const char *path, int fd, mode_t mode, struct stat *ret_made, struct error *error)
{
	char directory[SOCKET_PATH_MAX + 1];
	auto_fd lock = -1;
	int code;

	directory_of(path, directory);
	if (directory[0]) {
		code = file_make_directories(directory, 0755, error);
		if (code < 0)
			return code;
	}
	lock = lock_directory(directory, error);
	if (lock < 0)
		return lock;
	code = clear_name(path, error);
	return code < 0 ? code : bind_name(path, fd, mode, ret_made, error);
}

void socket_name_clear(const char *pattern)
{
	char directory[SOCKET_PATH_MAX + 1];
	glob_t names = { .gl_pathc = 0 };
	struct error ignored;
	auto_fd lock = -1;

	directory_of(pattern, directory);
	if (glob(pattern, GLOB_NOSORT, NULL, &names) == 0)
		lock = lock_directory(directory, &ignored);
	/* Only under the lock: who has bound its name and does not listen yet looks dead. */
	for (size_t at = 0; lock >= 0 && at < names.gl_pathc; at++)
		clear_name(names.gl_pathv[at], &ignored);
	globfree(&names);
}
