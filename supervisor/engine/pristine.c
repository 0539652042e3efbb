/* An empty folder as it was made, to see later whether it is still as if it were new. */
#include "engine/pristine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/file.h"

/* What a folder of a host that labels everything has is not compared: it is never new again. */
static bool has_attributes(int folder)
{
	ssize_t size = flistxattr(folder, NULL, 0);

	return size < 0 ? errno != EOPNOTSUPP : size > 0;
}

/* Zeros where the file system has none. */
static void read_flags(int folder, struct fsxattr *ret_flags)
{
	memset(ret_flags, 0, sizeof(*ret_flags));
	if (ioctl(folder, FS_IOC_FSGETXATTR, ret_flags) < 0)
		memset(ret_flags, 0, sizeof(*ret_flags));
}

void pristine_note(int folder, struct pristine *ret_pristine)
{
	ret_pristine->known = fstat(folder, &ret_pristine->status) == 0 && !has_attributes(folder);
	read_flags(folder, &ret_pristine->flags);
}

bool pristine_is_empty(int folder)
{
	/* Room for the two that each folder has, and for any third. */
	_Alignas(struct dirent64) char entries[1024];
	ssize_t size = getdents64(folder, entries, sizeof(entries)), at = 0;

	while (at < size) {
		const struct dirent64 *entry = (const struct dirent64 *)(entries + at);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return false;
		at += entry->d_reclen;
	}
	return size >= 0;
}

/*
 * The change time tells nothing: to be moved renews it. What it could tell of is compared one by
 * one, so that neither a clock that stands for milliseconds nor one that is set hides anything.
 */
static bool is_same(const struct stat *made, const struct stat *now)
{
	return now->st_dev == made->st_dev && now->st_ino == made->st_ino &&
	       now->st_mode == made->st_mode && now->st_uid == made->st_uid &&
	       now->st_gid == made->st_gid && now->st_nlink == made->st_nlink &&
	       now->st_size == made->st_size && now->st_mtim.tv_sec == made->st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == made->st_mtim.tv_nsec;
}

bool pristine_holds(const struct pristine *pristine, int parent, const char *name)
{
	auto_fd folder =
		pristine->known ? file_open_beneath(parent, name, O_RDONLY | O_DIRECTORY, 0) : -1;
	struct fsxattr flags;
	struct stat now;

	if (folder < 0 || fstat(folder, &now) < 0 || !is_same(&pristine->status, &now))
		return false;
	read_flags(folder, &flags);
	return memcmp(&flags, &pristine->flags, sizeof(flags)) == 0 && !has_attributes(folder) &&
	       pristine_is_empty(folder);
}
