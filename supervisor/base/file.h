/* Small files and whole writes, always below a directory descriptor. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;

/* Write all of it, through short writes and EINTR. 0 or -errno. */
int file_write_all(int fd, const void *data, size_t size);

/* Write a text to an existing file (a kernel attribute, say) below `directory`. */
int file_write_text_at(int directory, const char *name, const char *text, struct error *error);

/*
 * Read a small file whole into `buffer`, NUL-terminated and without its last newline. Returns the
 * length or -errno; -E2BIG when it does not fit.
 */
ssize_t file_read_text_at(int directory, const char *name, char *buffer, size_t size);

/* The same for a descriptor that is read again and again from its start (pread). */
ssize_t file_read_text(int fd, char *buffer, size_t size);

/*
 * Read a file of at most `limit` bytes into a fresh NUL-terminated buffer, which the caller frees.
 * -EFBIG when it is longer.
 */
int file_read_whole_at(int directory, const char *name, size_t limit, char **ret_data,
	size_t *ret_size, struct error *error);

/*
 * Replace a file in one step: written aside as `.name.new`, synced, renamed. On failure the old
 * file is untouched and nothing is left beside it.
 */
int file_replace_at(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error);

/* The same but for the sync: who reads meets all of it or none, but not who comes after a power
 * cut.
 */
int file_put_at(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error);

/* Make a new file with this content, without waiting for the disk. On failure nothing is left. */
int file_make_at(int directory, const char *name, const void *data, size_t size, mode_t mode,
	struct error *error);

/*
 * Open beneath a directory; a symbolic link anywhere on the way is refused (openat2 with
 * RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS). Returns a descriptor or -errno.
 */
int file_open_beneath(int directory, const char *path, int flags, mode_t mode);

/* mkdir -p for an absolute path; existing directories are fine. The mode is for new ones. */
int file_make_directories(const char *path, mode_t mode, struct error *error);
