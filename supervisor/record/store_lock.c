/* One supervisor for one state directory: a lock that goes with the process. */
#include "record/store_lock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define LOCK_NAME "axe.lock"
#define MODE      0600 /* whoever may open it may lock it, and so keep us from starting */

static int refuse(int fd, struct error *error)
{
	char pid[16];

	if (file_read_text(fd, pid, sizeof(pid)) <= 0)
		strcpy(pid, "unknown");
	fail_plain(error, EBUSY, "it belongs to the supervisor with pid %s", pid);
	return fail_advice(error, "give another --instance or --state-dir, or end that one");
}

int store_lock(int directory, int *ret_fd, struct error *error)
{
	char pid[16];
	/* Never unlinked: whoever waits for the name would hold a lock that no other can see. */
	auto_fd fd = file_open_beneath(directory, LOCK_NAME, O_RDWR | O_CREAT, MODE);

	if (fd < 0)
		return fail(error, -fd, "open `" LOCK_NAME "`");
	if (fchmod(fd, MODE) < 0)
		return fail(error, errno, "close `" LOCK_NAME "` to others");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? refuse(fd, error)
					    : fail(error, errno, "lock `" LOCK_NAME "`");

	/* The lock holds without the number, which only helps who is refused: a full disk is no
	 * reason to fail. */
	snprintf(pid, sizeof(pid), "%d\n", getpid());
	if (ftruncate(fd, 0) == 0)
		(void)file_write_all(fd, pid, strlen(pid));
	*ret_fd = take_fd(&fd);
	return 0;
}
