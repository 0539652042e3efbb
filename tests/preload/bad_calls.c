/*
 * A file layer of the tests' own, preloaded into a supervisor: the n-th of some calls fails, or is
 * the last one before a SIGKILL.
 */
#include "bad_calls.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

static void resolve(int fd, char path[PATH_MAX])
{
	char link[32];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = syscall(SYS_readlink, link, path, PATH_MAX - 1);
	path[size > 0 ? size : 0] = '\0';
}

static bool is_within(int fd, const char *name)
{
	char path[PATH_MAX] = "";

	if (!calls->within[0])
		return true;
	if (fd >= 0 && (!name || name[0] != '/'))
		resolve(fd, path);
	return strstr(path, calls->within) || (name && strstr(name, calls->within));
}

/* Pipes, sockets and bells are no files. */
static bool is_file(int fd)
{
	struct stat status;

	return fd < 0 ||
	       (fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)));
}

static uint64_t judge(enum kind kind, int fd, const char *name)
{
	int saved = errno;
	uint64_t action = 0;

	if (counts(kind) && is_file(fd) && is_within(fd, name))
		action = judge_counted();
	errno = saved;
	return action;
}

static long finish(uint64_t action, long result)
{
	if (action == KILL_AFTER)
		die();
	return result;
}

#define JUDGED(kind, fd, name, number, ...)                                                        \
	({                                                                                         \
		uint64_t action = judge(kind, fd, name);                                           \
		long result = -1;                                                                  \
                                                                                                   \
		if (action && action < KILL_BEFORE)                                                \
			errno = (int)action;                                                       \
		else                                                                               \
			result = finish(action, syscall(number, ##__VA_ARGS__));                   \
		result;                                                                            \
	})

int openat(int folder, const char *name, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return (int)JUDGED(KIND_OPEN, folder, name, SYS_openat, folder, name, flags, mode);
}

int open(const char *name, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return (int)JUDGED(KIND_OPEN, AT_FDCWD, name, SYS_openat, AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *name, int flags, ...) __attribute__((alias("openat")));

ssize_t write(int fd, const void *data, size_t size)
{
	return JUDGED(KIND_WRITE, fd, NULL, SYS_write, fd, data, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return JUDGED(KIND_WRITE, fd, NULL, SYS_writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return JUDGED(KIND_WRITE, fd, NULL, SYS_pwrite64, fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
	__attribute__((alias("pwrite")));

ssize_t sendfile(int out, int in, off_t *offset, size_t size)
{
	return JUDGED(KIND_WRITE, out, NULL, SYS_sendfile, out, in, offset, size);
}

ssize_t read(int fd, void *data, size_t size)
{
	return JUDGED(KIND_READ, fd, NULL, SYS_read, fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
	return JUDGED(KIND_READ, fd, NULL, SYS_pread64, fd, data, size, offset);
}

ssize_t pread64(int fd, void *data, size_t size, off_t offset) __attribute__((alias("pread")));

int fsync(int fd)
{
	return (int)JUDGED(KIND_SYNC, fd, NULL, SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return (int)JUDGED(KIND_SYNC, fd, NULL, SYS_fdatasync, fd);
}

int rename(const char *old, const char *new)
{
	return (int)JUDGED(KIND_NAME, AT_FDCWD, new, SYS_rename, old, new);
}

int renameat(int from, const char *old, int to, const char *new)
{
	return (int)JUDGED(KIND_NAME, to, new, SYS_renameat, from, old, to, new);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
	return (int)JUDGED(KIND_NAME, to, new, SYS_renameat2, from, old, to, new, flags);
}

int unlink(const char *name)
{
	return (int)JUDGED(KIND_NAME, AT_FDCWD, name, SYS_unlink, name);
}

int unlinkat(int folder, const char *name, int flags)
{
	return (int)JUDGED(KIND_NAME, folder, name, SYS_unlinkat, folder, name, flags);
}

int mkdir(const char *name, mode_t mode)
{
	return (int)JUDGED(KIND_NAME, AT_FDCWD, name, SYS_mkdir, name, mode);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
	return (int)JUDGED(KIND_NAME, folder, name, SYS_mkdirat, folder, name, mode);
}

int rmdir(const char *name)
{
	return (int)JUDGED(KIND_NAME, AT_FDCWD, name, SYS_rmdir, name);
}

int ftruncate(int fd, off_t size)
{
	return (int)JUDGED(KIND_SIZE, fd, NULL, SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size) __attribute__((alias("ftruncate")));

int fallocate(int fd, int mode, off_t offset, off_t size)
{
	return (int)JUDGED(KIND_SIZE, fd, NULL, SYS_fallocate, fd, mode, offset, size);
}

int fallocate64(int fd, int mode, off_t offset, off_t size) __attribute__((alias("fallocate")));
