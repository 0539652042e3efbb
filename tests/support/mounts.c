/* A mount namespace of a test's own, from which no mount finds its way to the host. */
#include "support/mounts.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

int mounts_leave_host(const char *path)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	if (errno != EINVAL || mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return 0;
}
