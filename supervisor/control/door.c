/* One place in the file system where clients knock: a listening Unix socket. */
#include "control/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"

#define KNOCKS_PER_SECOND 1000 /* bounds the turns lost when accept fails again and again */

struct door {
	char path[SOCKET_PATH_MAX + 1];
	mode_t mode; /* of the name, where it is ours */
	int fd;
	dev_t device; /* with the inode: whether the name is still ours */
	ino_t inode;
	sd_event_source *source;
	door_handler *handler;
	void *data;
};

static int on_knock(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct door *door = data;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client >= 0)
		door->handler(client, door->data);
	return 0;
}

static int hang_into(struct door *door, sd_event *loop, struct error *error)
{
	int code = sd_event_add_io(loop, &door->source, door->fd, EPOLLIN, on_knock, door);

	if (code >= 0)
		code = sd_event_source_set_ratelimit(
			door->source, 1000 * US_PER_MS, KNOCKS_PER_SECOND);
	return code < 0 ? fail(error, -code, "hang `%s` into the loop", door->path) : 0;
}

static int set_up(struct door *door, sd_event *loop, struct error *error)
{
	struct stat made;
	int code;

	door->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (door->fd < 0)
		return fail(error, errno, "make a socket");
	code = socket_name_take(door->path, door->fd, door->mode, &made, error);
	if (code < 0)
		return code;
	door->device = made.st_dev;
	door->inode = made.st_ino;
	return hang_into(door, loop, error);
}

static struct door *make_door(const char *path, door_handler *handler, void *data)
{
	struct door *door = calloc(1, sizeof(*door));

	if (!door)
		return NULL;
	snprintf(door->path, sizeof(door->path), "%s", path);
	door->fd = -1;
	door->handler = handler;
	door->data = data;
	return door;
}

int door_open(sd_event *loop, const char *path, mode_t mode, door_handler *handler, void *data,
	struct door **ret_door, struct error *error)
{
	struct door *door;
	int code;

	if (path[0] != '/')
		return fail_plain(error, EINVAL, "socket path `%s` is not absolute", path);
	if (strlen(path) > SOCKET_PATH_MAX)
		return fail_plain(error, ENAMETOOLONG, "socket path `%s` is longer than %zu bytes",
			path, SOCKET_PATH_MAX);
	door = make_door(path, handler, data);
	if (!door)
		return fail(error, ENOMEM, "listen at `%s`", path);
	door->mode = mode;
	code = set_up(door, loop, error);
	if (code < 0) {
		door_close(door);
		return code;
	}
	*ret_door = door;
	return 0;
}

/* It may have no name, or one that others see elsewhere: it is only for people. */
static void read_name(int fd, char name[static SOCKET_PATH_MAX + 1])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		address.sun_path[0] = '\0';
	snprintf(name, SOCKET_PATH_MAX + 1, "%.*s", (int)SOCKET_PATH_MAX, address.sun_path);
}

int door_inherit(sd_event *loop, int fd, door_handler *handler, void *data, struct door **ret_door,
	struct error *error)
{
	auto_fd owned = fd;
	char name[SOCKET_PATH_MAX + 1];
	struct door *door;
	int code;

	if (sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) <= 0)
		return fail_plain(
			error, ENOTSOCK, "descriptor %d is no listening Unix stream socket", fd);
	/* Whoever knocked may be gone again: accept must not wait for the next one. */
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return fail(error, errno, "take over descriptor %d", fd);
	read_name(fd, name);
	door = make_door(name, handler, data);
	if (!door)
		return fail(error, ENOMEM, "listen at `%s`", name);
	door->fd = take_fd(&owned);
	code = hang_into(door, loop, error);
	if (code < 0) {
		door_close(door);
		return code;
	}
	*ret_door = door;
	return 0;
}

void door_close(struct door *door)
{
	struct stat found;

	if (!door)
		return;
	sd_event_source_disable_unref(door->source);
	if (door->inode && lstat(door->path, &found) == 0 && found.st_dev == door->device &&
		found.st_ino == door->inode)
		unlink(door->path);
	cleanup_fd(&door->fd);
	free(door);
}

const char *door_path(const struct door *door)
{
	return door->path;
}
