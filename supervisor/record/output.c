/* A program's stdout or stderr: a file of its own, bounded while it is written. */
#include "record/output.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

/* Holes are worth their system call only in steps of this size. */
#define TRIM_STEP_BYTES (UINT64_C(256) << 10)

#define STAT_BLOCK_BYTES 512u

struct output {
	int child; /* append mode, write only */
	int fd; /* ours: read, punch */
	int directory;
	char name[32];
	struct output_bounds bounds;
	bool punched; /* there may be holes that the program did not make */
	bool holes_refused;
};

/* What of a file is kept: all but the bytes from cut_from to cut_to. */
struct cut {
	uint64_t size;
	uint64_t cut_from;
	uint64_t cut_to;
};

static int allocate(int directory, const char *name, const struct output_bounds *bounds,
	struct output **ret_output, struct error *error)
{
	auto_of(output) struct output *output = calloc(1, sizeof(*output));

	if (!output)
		return fail(error, ENOMEM, "open `%s`", name);
	output->child = output->fd = output->directory = -1;
	output->bounds = *bounds;
	if (snprintf(output->name, sizeof(output->name), "%s", name) >= (int)sizeof(output->name))
		return fail(error, ENAMETOOLONG, "open `%s`", name);
	output->directory = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	if (output->directory < 0)
		return fail(error, errno, "open the folder of `%s`", name);
	*ret_output = take_pointer(output);
	return 0;
}

static int open_own(struct output *output, struct error *error)
{
	output->fd = file_open_beneath(output->directory, output->name, O_RDWR, 0);
	return output->fd < 0 ? fail(error, -output->fd, "open `%s`", output->name) : 0;
}

int output_create(int directory, const char *name, const struct output_bounds *bounds,
	struct output **ret_output, struct error *error)
{
	auto_of(output) struct output *output = NULL;
	int code = allocate(directory, name, bounds, &output, error);

	if (code < 0)
		return code;
	output->child =
		file_open_beneath(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0640);
	if (output->child < 0)
		return fail(error, -output->child, "create `%s`", name);
	code = open_own(output, error);
	if (code < 0)
		return code;
	*ret_output = take_pointer(output);
	return 0;
}

int output_reopen(int directory, const char *name, const struct output_bounds *bounds,
	struct output **ret_output, struct error *error)
{
	auto_of(output) struct output *output = NULL;
	struct stat status;
	int code = allocate(directory, name, bounds, &output, error);

	if (code == 0)
		code = open_own(output, error);
	if (code < 0)
		return code;
	if (fstat(output->fd, &status) < 0)
		return fail(error, errno, "read the size of `%s`", name);
	/* Whose the holes are is not known; that there are some is. */
	output->punched = (uint64_t)status.st_blocks * STAT_BLOCK_BYTES < (uint64_t)status.st_size;
	*ret_output = take_pointer(output);
	return 0;
}

void output_destroy(struct output *output)
{
	if (!output)
		return;
	cleanup_fd(&output->child);
	cleanup_fd(&output->fd);
	cleanup_fd(&output->directory);
	free(output);
}

int output_descriptor(const struct output *output)
{
	return output->child;
}

static bool within_bounds(const struct output_bounds *bounds, uint64_t size)
{
	return size <= bounds->head_bytes || size - bounds->head_bytes <= bounds->tail_bytes;
}

/*
 * Only what fstat says now counts, never an earlier size: the program may have truncated the file
 * and written again in between. So the whole middle is punched each time; holes in it cost nothing.
 */
int output_trim(struct output *output)
{
	const struct output_bounds *bounds = &output->bounds;
	uint64_t size, held, block, from, to;
	struct stat status;

	if (output->holes_refused)
		return -EOPNOTSUPP;
	if (fstat(output->fd, &status) < 0)
		return -errno;
	size = (uint64_t)status.st_size;
	held = (uint64_t)status.st_blocks * STAT_BLOCK_BYTES;
	if (within_bounds(bounds, size) ||
		within_bounds(bounds, held > TRIM_STEP_BYTES ? held - TRIM_STEP_BYTES : 0))
		return 0;

	block = (uint64_t)status.st_blksize;
	from = (bounds->head_bytes + block - 1) / block * block;
	to = (size - bounds->tail_bytes) / block * block;
	if (from >= to)
		return 0;
	if (fallocate(output->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from,
		    (off_t)(to - from)) < 0) {
		output->holes_refused = errno == EOPNOTSUPP;
		return -errno;
	}
	output->punched = true;
	return 0;
}

/*
 * A program that truncated its file after a hole was punched leaves a tail that begins inside that
 * hole: those bytes were cut, though they read as zeros.
 */
static uint64_t skip_hole(const struct output *output, uint64_t from, uint64_t size)
{
	off_t data = output->punched ? lseek(output->fd, (off_t)from, SEEK_DATA) : (off_t)from;

	if (data < 0)
		return errno == ENXIO ? size : from;
	return (uint64_t)data < size ? (uint64_t)data : size;
}

static int measure(const struct output *output, struct cut *ret_cut, struct error *error)
{
	const struct output_bounds *bounds = &output->bounds;
	struct stat status;
	struct cut cut;

	if (fstat(output->fd, &status) < 0)
		return fail(error, errno, "read the size of `%s`", output->name);
	cut.size = (uint64_t)status.st_size;
	cut.cut_from = cut.size < bounds->head_bytes ? cut.size : bounds->head_bytes;
	cut.cut_to = within_bounds(bounds, cut.size) ? cut.cut_from : cut.size - bounds->tail_bytes;
	cut.cut_to = skip_hole(output, cut.cut_to, cut.size);
	*ret_cut = cut;
	return 0;
}

static int copy_range(int from, int to, uint64_t start, uint64_t end)
{
	off_t offset = (off_t)start;

	while ((uint64_t)offset < end) {
		ssize_t copied = sendfile(to, from, &offset, end - (uint64_t)offset);

		if (copied < 0 && errno == EINTR)
			continue;
		if (copied < 0)
			return -errno;
		if (copied == 0)
			return -ENODATA;
	}
	return 0;
}

/* On a line of its own, whatever the last byte of the head is. */
static int write_marker(const struct output *output, const struct cut *cut, int fd)
{
	char text[64], last = '\n';
	int size;

	if (cut->cut_from && pread(output->fd, &last, 1, (off_t)cut->cut_from - 1) < 0)
		return -errno;
	size = snprintf(text, sizeof(text), "%s[axe: %" PRIu64 " bytes cut]\n",
		last == '\n' ? "" : "\n", cut->cut_to - cut->cut_from);
	return file_write_all(fd, text, (size_t)size);
}

static int copy_kept(const struct output *output, const struct cut *cut, const char *aside)
{
	auto_fd fd =
		file_open_beneath(output->directory, aside, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	int code = fd < 0 ? fd : copy_range(output->fd, fd, 0, cut->cut_from);

	if (code == 0)
		code = write_marker(output, cut, fd);
	if (code == 0)
		code = copy_range(output->fd, fd, cut->cut_to, cut->size);
	return code;
}

/* No fsync: the loop never waits for the disk, and the old file is whole until the rename. */
static int compact(const struct output *output, const struct cut *cut, struct error *error)
{
	char aside[sizeof(output->name) + 8];
	int code;

	snprintf(aside, sizeof(aside), ".%s.new", output->name);
	code = copy_kept(output, cut, aside);
	if (code == 0 && renameat(output->directory, aside, output->directory, output->name) < 0)
		code = -errno;
	if (code < 0) {
		unlinkat(output->directory, aside, 0);
		return fail(error, -code, "compact `%s`", output->name);
	}
	return 0;
}

int output_finish(struct output *output, struct output_summary *ret_summary, struct error *error)
{
	struct cut cut = { 0 }; /* gcc cannot see that measure() fills it */
	int code = measure(output, &cut, error);

	if (code < 0)
		return code;
	*ret_summary = (struct output_summary){
		.written_bytes = cut.size,
		.kept_bytes = cut.size - (cut.cut_to - cut.cut_from),
		.truncated = cut.cut_to > cut.cut_from,
	};
	return ret_summary->truncated ? compact(output, &cut, error) : 0;
}
