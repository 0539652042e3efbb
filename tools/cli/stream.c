/* A file that grows, copied into a descriptor as it does. */
#include "cli/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "cli/poller.h"

#define PIECE_BYTES 65536
/* A descriptor that may block takes so much without waiting when it is ready at all (PIPE_BUF). */
#define PIECE_BYTES_BLOCKING 4096
#define PIECES_PER_TURN      64
#define POLL_NS              (20 * NS_PER_MS) /* where the kernel does not tell of changes */

/* Before that it is not asked to: to take its notices back takes 13 ms (an SRCU grace period), even
 * of who exits, which is longer than what most commands take. */
#define POLLS_BEFORE_WATCH 5

struct stream {
	struct stream_owner owner;
	struct poller *poller;
	struct poll_item change; /* the file grew; not added: the clock says when to look */
	struct poll_item clock;
	struct poll_item writable;
	struct poll_item turn; /* there is more to do */
	int file, output;
	int changes; /* inotify; -1: none */
	int reopened; /* the output, not blocking and ours alone; -1: it cannot be */
	size_t piece_bytes;
	unsigned polls;
	off_t offset;
	uint64_t missed;
	int code; /* errno of the last write that was refused */
	bool ending, over;
};

static void again_soon(struct stream *stream)
{
	poll_item_wake_in(&stream->turn, 0);
}

static void finish(struct stream *stream)
{
	stream->over = true;
	poll_item_remove(&stream->change);
	poll_item_remove(&stream->clock);
	poll_item_remove(&stream->writable);
}

/* The supervisor punches holes between the head and the tail that it keeps. */
static void skip_hole(struct stream *stream)
{
	off_t data = lseek(stream->file, stream->offset, SEEK_DATA);

	if (data <= stream->offset)
		return;
	stream->missed += (uint64_t)(data - stream->offset);
	stream->offset = data;
}

static bool output_ready(struct stream *stream)
{
	struct pollfd poller = { .fd = stream->output, .events = POLLOUT };

	return stream->reopened >= 0 || poll(&poller, 1, 0) != 0;
}

enum step { STEP_COPIED, STEP_NOTHING_THERE, STEP_OUTPUT_FULL, STEP_OUTPUT_BROKEN };

static enum step refused(struct stream *stream, int code)
{
	stream->code = code;
	return code == EAGAIN || code == EINTR ? STEP_OUTPUT_FULL : STEP_OUTPUT_BROKEN;
}

static enum step copy_piece(struct stream *stream)
{
	char piece[PIECE_BYTES];
	ssize_t size, written;

	skip_hole(stream);
	size = pread(stream->file, piece, stream->piece_bytes, stream->offset);
	if (size <= 0)
		return STEP_NOTHING_THERE;
	if (!output_ready(stream))
		return STEP_OUTPUT_FULL;
	written = write(
		stream->reopened >= 0 ? stream->reopened : stream->output, piece, (size_t)size);
	if (written < 0)
		return refused(stream, errno);
	stream->offset += written;
	return STEP_COPIED;
}

static enum step copy_pieces(struct stream *stream)
{
	enum step step = STEP_COPIED;

	if (stream->file < 0)
		return STEP_NOTHING_THERE;
	for (unsigned count = 0; step == STEP_COPIED && count < PIECES_PER_TURN; count++)
		step = copy_piece(stream);
	return step;
}

static void pump(struct stream *stream)
{
	if (stream->over)
		return;
	switch (copy_pieces(stream)) {
	case STEP_COPIED:
		again_soon(stream);
		break;
	case STEP_NOTHING_THERE:
		if (!stream->ending)
			break;
		finish(stream);
		stream->owner.ended(stream, stream->owner.data);
		break;
	case STEP_OUTPUT_FULL:
		poll_item_resume(&stream->writable);
		break;
	case STEP_OUTPUT_BROKEN:
		finish(stream);
		stream->owner.broken(stream, stream->code, stream->owner.data);
		break;
	}
}

static void on_turn(void *data)
{
	pump(data);
}

static void on_writable(void *data)
{
	struct stream *stream = data;

	poll_item_rest(&stream->writable);
	pump(stream);
}

/* What it says is that there is something to be looked for. */
static void on_change(void *data)
{
	struct stream *stream = data;
	char notices[4096];

	while (read(stream->changes, notices, sizeof(notices)) > 0)
		continue;
	pump(stream);
}

/* Watches are scarce on some hosts; looking again and again costs little. */
static bool watch(struct stream *stream)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", stream->file);
	stream->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (stream->changes < 0 || inotify_add_watch(stream->changes, path, IN_MODIFY) < 0) {
		cleanup_fd(&stream->changes);
		return false;
	}
	poller_add(stream->poller, &stream->change, stream->changes, POLLIN, on_change, stream);
	return true;
}

/* What came before the watch is looked for behind it. */
static void on_time(void *data)
{
	struct stream *stream = data;
	bool watched = ++stream->polls == POLLS_BEFORE_WATCH && watch(stream);

	pump(stream);
	if (!stream->over && !watched)
		poll_item_wake_in(&stream->clock, POLL_NS);
}

/*
 * O_NONBLOCK belongs to the open file, which we share with the shell and who knows whom: a pipe or
 * a terminal is opened anew for us alone. A plain file never makes us wait.
 */
static void prepare_output(struct stream *stream)
{
	struct stat status = { .st_mode = 0 };
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", stream->output);
	stream->piece_bytes = PIECE_BYTES;
	if (fstat(stream->output, &status) == 0 && S_ISREG(status.st_mode))
		return;
	if (isatty(stream->output) || S_ISFIFO(status.st_mode))
		stream->reopened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (stream->reopened < 0)
		stream->piece_bytes = PIECE_BYTES_BLOCKING;
}

int stream_create(struct poller *poller, int output, const struct stream_owner *owner,
	struct stream **ret_stream, struct error *error)
{
	auto_of(stream) struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return fail(error, ENOMEM, "copy the output");
	stream->owner = *owner;
	stream->poller = poller;
	stream->output = output;
	stream->file = stream->reopened = stream->changes = -1;
	prepare_output(stream);
	poller_add_clock(poller, &stream->turn, on_turn, stream);
	poller_add_clock(poller, &stream->clock, on_time, stream);
	poller_add(poller, &stream->writable, output, POLLOUT, on_writable, stream);
	poll_item_rest(&stream->writable);
	*ret_stream = take_pointer(stream);
	return 0;
}

void stream_destroy(struct stream *stream)
{
	if (!stream)
		return;
	finish(stream);
	poll_item_remove(&stream->turn);
	cleanup_fd(&stream->changes);
	cleanup_fd(&stream->file);
	cleanup_fd(&stream->reopened);
	free(stream);
}

void stream_open(struct stream *stream, int file)
{
	if (stream->file >= 0 || stream->over) {
		close(file);
		return;
	}
	stream->file = file;
	poll_item_wake_in(&stream->clock, POLL_NS);
	again_soon(stream);
}

void stream_end(struct stream *stream)
{
	stream->ending = true;
	again_soon(stream);
}

uint64_t stream_missed(const struct stream *stream)
{
	return stream->missed;
}
