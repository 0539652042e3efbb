/* Small files and whole writes, always below a directory descriptor. */
#include "base/file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

int file_write_all(int fd, const void *data, size_t size)
{
	const char *rest = data;

	while (size) {
		ssize_t written = write(fd, rest, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		rest += written;
		size -= (size_t)written;
	}
	return 0;
}

int file_write_text_at(int directory, const char *name, const char *text, struct error *error)
{
	auto_fd fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
	int code;

	if (fd < 0)
		return fail(error, errno, "open `%s` for writing", name);
	/* A kernel attribute takes its value in one write. */
	code = file_write_all(fd, text, strlen(text));
	if (code < 0)
		return fail(error, -code, "write `%s` to `%s`", text, name);
	return 0;
}

ssize_t file_read_text(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	for (;;) {
		ssize_t got = pread(fd, buffer + used, size - used, (off_t)used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
		if (used == size)
			return -E2BIG;
	}
	if (used && buffer[used - 1] == '\n')
		used--;
	buffer[used] = '\0';
	return (ssize_t)used;
}

ssize_t file_read_text_at(int directory, const char *name, char *buffer, size_t size)
{
	auto_fd fd = openat(directory, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return file_read_text(fd, buffer, size);
}

static int read_whole(int fd, size_t limit, char **ret_data, size_t *ret_size)
{
	size_t room = 4096, used = 0;
	auto_free char *data = malloc(room + 1);

	while (data) {
		ssize_t got = read(fd, data + used, room - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > limit)
			return -EFBIG;
		if (used == room) {
			char *larger = realloc(data, room * 2 + 1);

			if (!larger)
				return -ENOMEM;
			data = larger;
			room *= 2;
		}
	}
	if (!data)
		return -ENOMEM;
	data[used] = '\0';
	*ret_size = used;
	*ret_data = take_pointer(data);
	return 0;
}

int file_read_whole_at(int directory, const char *name, size_t limit, char **ret_data,
	size_t *ret_size, struct error *error)
{
	auto_fd fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	int code;

	if (fd < 0)
		return fail(error, errno, "open `%s`", name);
	code = read_whole(fd, limit, ret_data, ret_size);
	if (code == -EFBIG)
		return fail_plain(error, EFBIG, "read `%s`: larger than %zu bytes", name, limit);
	if (code < 0)
		return fail(error, -code, "read `%s`", name);
	return 0;
}

static int write_new(
	int directory, const char *name, const void *data, size_t size, mode_t mode, bool sync)
{
	auto_fd fd = openat(
		directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	int code;

	if (fd < 0)
		return -errno;
	code = file_write_all(fd, data, size);
	if (code < 0)
		return code;
	return sync && fsync(fd) < 0 ? -errno : 0;
}

static int replace(int directory, const char *name, const void *data, size_t size, mode_t mode,
	bool sync, struct error *error)
{
	char aside[256];
	int code;

	if (snprintf(aside, sizeof(aside), ".%s.new", name) >= (int)sizeof(aside))
		return fail(error, ENAMETOOLONG, "replace `%s`", name);

	code = write_new(directory, aside, data, size, mode, sync);
	if (code == 0 && renameat(directory, aside, directory, name) < 0)
		code = -errno;
	if (code < 0) {
		unlinkat(directory, aside, 0);
		return fail(error, -code, "write `%s`", name);
	}
	return 0;
}

int file_replace_at(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error)
{
	return replace(directory, name, data, size, mode, true, error);
}

int file_put_at(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error)
{
	return replace(directory, name, data, size, mode, false, error);
}

int file_make_at(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error)
{
	auto_fd fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	int code;

	if (fd < 0)
		return fail(error, errno, "make `%s`", name);
	code = file_write_all(fd, data, size);
	if (code < 0) {
		unlinkat(directory, name, 0);
		return fail(error, -code, "write `%s`", name);
	}
	return 0;
}

int file_open_beneath(int directory, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int file_make_directories(const char *path, mode_t mode, struct error *error)
{
	auto_free char *copy = strdup(path);

	if (!copy)
		return fail(error, ENOMEM, "make directory `%s`", path);

	for (char *slash = strchr(copy + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return fail(error, errno, "make directory `%s`", copy);
		if (!slash)
			return 0;
		*slash = '/';
	}
}
