/* Copying an output file to standard output, once or while it grows. */
#include "axe/log_copy.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define PIECE_BYTES 16384
#define LOOK_MS     200 /* how often we ask whether its writer is dead */

/* A line end and a tab are no danger; a character cut in two by a piece's end shows as bytes. */
static void print_escaped(const char *text, size_t size)
{
	while (size) {
		size_t plain = 0;
		char safe[4 * 256 + 1];

		if (*text == '\n' || *text == '\t') {
			putchar(*text++);
			size--;
			continue;
		}
		while (plain < size && plain < 256 && text[plain] != '\n' && text[plain] != '\t')
			plain++;
		text_escape(text, plain, safe, sizeof(safe));
		fputs(safe, stdout);
		text += plain;
		size -= plain;
	}
}

/* Over the holes between the head and the tail that were kept. */
static off_t skip_hole(int fd, off_t offset)
{
	off_t data = lseek(fd, offset, SEEK_DATA);

	return data > offset ? data : offset;
}

static int copy_rest(const struct log_copy *copy, int fd, off_t *offset)
{
	char piece[PIECE_BYTES];
	ssize_t size;

	for (;;) {
		*offset = skip_hole(fd, *offset);
		size = pread(fd, piece, sizeof(piece), *offset);
		if (size <= 0)
			break;
		if (copy->escape)
			print_escaped(piece, (size_t)size);
		else if (fwrite(piece, 1, (size_t)size, stdout) < (size_t)size)
			return -EPIPE;
		*offset += size;
	}
	if (size < 0)
		return -errno;
	return fflush(stdout) == EOF ? -EPIPE : 0;
}

/* Until the file changes, or it is time to look anyway. */
static void wait_for_change(int notify)
{
	struct pollfd poller = { .fd = notify, .events = POLLIN };
	char events[4096];

	if (poll(&poller, 1, LOOK_MS) > 0 && read(notify, events, sizeof(events)) < 0)
		return;
}

static int watch(int fd)
{
	char path[40];
	int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (notify >= 0)
		inotify_add_watch(notify, path, IN_MODIFY);
	return notify;
}

int log_copy_file(const struct log_copy *copy, int fd)
{
	auto_fd notify = copy->is_over ? watch(fd) : -1;
	bool over = !copy->is_over;
	off_t offset = 0;
	int code;

	for (;;) {
		code = copy_rest(copy, fd, &offset);
		if (code < 0 || over)
			return code;
		wait_for_change(notify);
		/* Once more after that: what was written last is wanted, too. */
		over = copy->is_over(copy->data);
	}
}
