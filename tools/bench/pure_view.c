/* A view of this host for a container runtime: cgroup v2 alone, and a /dev that it may remake. */
#include "bench/pure_view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define PLACE      "/sys/fs/cgroup"
#define NULL_MINOR 3

static bool is_pure(void)
{
	struct statfs system;

	return statfs(PLACE, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
}

/* In a root that is the host's it replaces /dev/ptmx by a link, which takes terminals away from all
 * ordinary users. */
static int mount_devices(struct error *error)
{
	if (mount("none", "/dev", "tmpfs", MS_NOSUID, "mode=755") < 0)
		return fail(error, errno, "mount a folder of devices");
	if (mknod("/dev/null", S_IFCHR | 0666, makedev(MEM_MAJOR, NULL_MINOR)) < 0)
		return fail(error, errno, "make `/dev/null` in the view");
	return 0;
}

static int mount_pure(struct error *error)
{
	/* First of all: what is mounted here must not come to anybody else. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(error, errno, "keep the mounts of the view to itself");
	if (!is_pure() && mount("none", PLACE, "cgroup2", 0, NULL) < 0)
		return fail(error, errno, "mount cgroup v2 on `" PLACE "`");
	return mount_devices(error);
}

int pure_view_enter(struct pure_view *ret_view, struct error *error)
{
	auto_fd namespace = -1;
	auto_fd folder = -1;
	int code;

	*ret_view = (struct pure_view){ .namespace = -1, .folder = -1 };
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
