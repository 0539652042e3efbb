/* A BPF file system of our own: where what is pinned outlives its supervisor. */
#include "observe/bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* Whoever could write there could put links and maps of his own in place of ours. */
static int check_owner(int folder, const char *path, struct error *error)
{
	struct stat status;

	if (fstat(folder, &status) < 0)
		return fail(error, errno, "look at `%s`", path);
	if (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
		return fail_plain(error, EPERM,
			"keep the kernel half in `%s`: others may write there; "
			"it must be the supervisor's own",
			path);
	return 0;
}

static int open_folder(const char *path, int *ret_fd, struct error *error)
{
	auto_fd folder = -1;
	int code;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail(error, errno, "make `%s`", path);
	folder = open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return fail(error, errno, "open `%s`", path);
	code = check_owner(folder, path, error);
	if (code < 0)
		return code;
	*ret_fd = take_fd(&folder);
	return 0;
}

/* The root of a file system, not a folder inside of somebody else's. */
static bool is_mounted(int folder)
{
	struct stat here, above;
	struct statfs system;

	if (fstatfs(folder, &system) < 0 || system.f_type != BPF_FS_MAGIC)
		return false;
	return fstat(folder, &here) == 0 && fstatat(folder, "..", &above, 0) == 0 &&
	       here.st_dev != above.st_dev;
}

int bpffs_open(const char *path, struct error *error)
{
	auto_fd folder = -1;
	char held[32];
	int code = open_folder(path, &folder, error);

	if (code < 0 || is_mounted(folder))
		return code;

	/* What was looked at is mounted on, whatever the path means by now. */
	snprintf(held, sizeof(held), "/proc/self/fd/%d", folder);
	if (mount("axe", held, "bpf", MOUNT_FLAGS, "mode=0700") < 0) {
		fail(error, errno, "mount a BPF file system on `%s`", path);
		rmdir(path);
		return error ? -error->code : -EIO;
	}
	if (mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0) {
		code = fail(error, errno, "make the mount on `%s` private", path);
		bpffs_close(path);
		return code;
	}
	return 0;
}

void bpffs_close(const char *path)
{
	auto_fd folder = open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool mounted = folder >= 0 && is_mounted(folder);

	cleanup_fd(&folder);
	/* Lazily: whoever looks into it (a person's shell) must not keep it. */
	if (mounted && umount2(path, UMOUNT_NOFOLLOW) < 0)
		umount2(path, UMOUNT_NOFOLLOW | MNT_DETACH);
	rmdir(path);
}
