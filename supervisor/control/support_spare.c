/* The socket of an assessment that has ended, for the next one: the same, under another name. */
#include "control/support_spare.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* Whoever knocks at it meanwhile hears nothing: not for long. */
#define KEPT_NS (100 * NS_PER_MS)

static void drop(struct support_spare *spare)
{
	if (spare->fd >= 0)
		unlink(spare->address.sun_path);
	cleanup_fd(&spare->fd);
}

static void on_over(void *data)
{
	drop(data);
}

int support_spare_init(struct support_spare *spare, sd_event *loop)
{
	spare->fd = -1;
	return timer_init(&spare->over, loop, on_over, spare);
}

void support_spare_finish(struct support_spare *spare)
{
	drop(spare);
	timer_finish(&spare->over);
}

bool support_spare_offer(struct support_spare *spare, uint64_t job, int fd, uid_t uid,
	const struct sockaddr_un *address)
{
	if (spare->fd >= 0)
		return false;
	spare->fd = fd;
	spare->job = job;
	spare->uid = uid;
	spare->address = *address;
	timer_arm(&spare->over, clock_monotonic_ns() + KEPT_NS);
	return true;
}

void support_spare_rest(struct support_spare *spare, uint64_t job)
{
	if (spare->fd < 0 || spare->job != job)
		return;
	timer_disarm(&spare->over);
	drop(spare);
}

static bool is_as_made(const struct support_spare *spare)
{
	struct stat status;

	return lstat(spare->address.sun_path, &status) == 0 &&
	       status.st_mode == (S_IFSOCK | 0600) && status.st_uid == spare->uid;
}

bool support_spare_take(struct support_spare *spare, uid_t uid, const char *path, int *ret_fd)
{
	int knocked;

	if (spare->fd < 0 || spare->uid != uid || !is_as_made(spare) ||
		renameat2(AT_FDCWD, spare->address.sun_path, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
		return false;
	/* Behind the rename: by the old name nobody finds it any more. */
	while ((knocked = accept4(spare->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		close(knocked);
	timer_disarm(&spare->over);
	*ret_fd = take_fd(&spare->fd);
	return true;
}
