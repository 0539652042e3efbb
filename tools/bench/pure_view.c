/* A view of this host in which cgroup v2 alone is mounted, for peers that refuse hybrid ones. */
#include "bench/pure_view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define PLACE "/sys/fs/cgroup"

static int mount_pure(struct error *error)
{
	/* First of all: what is mounted here must not come to anybody else. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(error, errno, "keep the mounts of the view to itself");
	if (mount("none", PLACE, "cgroup2", 0, NULL) < 0)
		return fail(error, errno, "mount cgroup v2 on `" PLACE "`");
	return 0;
}

int pure_view_enter(struct pure_view *ret_view, struct error *error)
{
	auto_fd namespace = -1;
	auto_fd folder = -1;
	struct statfs system;
	int code;

	*ret_view = (struct pure_view){ .namespace = -1, .folder = -1 };
	if (statfs(PLACE, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC)
		return 0;
	namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (namespace < 0 || folder < 0)
		return fail(error, errno, "remember the view of the host");
	if (unshare(CLONE_NEWNS) < 0)
		return fail(error, errno, "have a mount namespace");
	*ret_view =
		(struct pure_view){ .namespace = take_fd(&namespace), .folder = take_fd(&folder) };
	code = mount_pure(error);
	if (code < 0)
		pure_view_leave(ret_view, NULL);
	return code;
}

int pure_view_leave(struct pure_view *view, struct error *error)
{
	auto_fd namespace = take_fd(&view->namespace);
	auto_fd folder = take_fd(&view->folder);

	if (namespace < 0)
		return 0;
	/* It also goes to the root of that namespace. */
	if (setns(namespace, CLONE_NEWNS) < 0 || fchdir(folder) < 0)
		return fail(error, errno, "go back to the view of the host");
	return 0;
}
