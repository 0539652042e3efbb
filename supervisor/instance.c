/* Which daemon this is: its socket, its state directory, and the lock that makes it the one. */
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "options.h"

#define RUN_DIR   "/run/axe"
#define STATE_DIR "/var/lib/axe"
#define LOCK_NAME "axed.lock"

static int copy(char *place, size_t size, const char *text, struct error *error)
{
	if (strlen(text) >= size)
		return fail_plain(
			error, ENAMETOOLONG, "path `%s` is longer than %zu bytes", text, size - 1);
	strcpy(place, text);
	return 0;
}

int instance_init(struct instance *instance, const struct options *options, struct error *error)
{
	const char *name = options->instance;
	char socket[NAME_MAX], state_dir[NAME_MAX];
	int code;

	*instance = (struct instance){ .lock = -1 };
	snprintf(socket, sizeof(socket), RUN_DIR "/%s.sock", name ? name : "axed");
	snprintf(state_dir, sizeof(state_dir), STATE_DIR "%s%s", name ? "-" : "", name ? name : "");
	code = copy(instance->socket, sizeof(instance->socket),
		options->socket ? options->socket : socket, error);
	if (code < 0)
		return code;
	return copy(instance->state_dir, sizeof(instance->state_dir),
		options->state_dir ? options->state_dir : state_dir, error);
}

void instance_finish(struct instance *instance)
{
	cleanup_fd(&instance->lock);
}

static int refuse(const struct instance *instance, int fd, struct error *error)
{
	char pid[16];

	if (file_read_text(fd, pid, sizeof(pid)) <= 0)
		strcpy(pid, "unknown");
	fail_plain(error, EBUSY, "`%s` belongs to the axed with pid %s", instance->state_dir, pid);
	return fail_advice(error, "give another --instance or --state-dir, or end that one");
}

/* The lock holds without it; it only helps who is refused. */
static void write_pid(int fd)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d\n", getpid());
	if (ftruncate(fd, 0) == 0)
		(void)file_write_all(fd, pid, strlen(pid));
}

int instance_lock(struct instance *instance, struct error *error)
{
	int code = file_make_directories(instance->state_dir, 0755, error);
	auto_fd directory = -1, fd = -1;

	if (code < 0)
		return code;
	directory = open(instance->state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail(error, errno, "open `%s`", instance->state_dir);
	/* Never unlinked: whoever waits for the name would hold a lock that no other can see. */
	fd = file_open_beneath(directory, LOCK_NAME, O_RDWR | O_CREAT, 0644);
	if (fd < 0)
		return fail(error, -fd, "open `%s/" LOCK_NAME "`", instance->state_dir);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
			       ? refuse(instance, fd, error)
			       : fail(error, errno, "lock `%s/" LOCK_NAME "`", instance->state_dir);
	write_pid(fd);
	instance->lock = take_fd(&fd);
	return 0;
}
