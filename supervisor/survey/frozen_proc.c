/*
 * The way through /proc: a disposable process reads what the iterator would tell, for reading may
 * hang where a member does. Each record is written when it is complete, so a hang loses the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/process.h"
#include "survey/frozen_parts.h"
#include "survey/frozen_reader.h"
#include "survey/source.h"

/* Of a helper that was killed, for its ashes. */
#define BURIAL_MS 5

struct stream {
	char bytes[65536];
	size_t used;
	frozen_handler *handler;
	void *data;
};

/* Hand out what is whole, keep the rest. */
static int take_frames(struct stream *stream)
{
	size_t begin = 0;
	uint32_t size;
	int code = 0;

	while (code == 0 && stream->used - begin >= sizeof(size)) {
		struct axe_frozen_file record; /* the largest: what is handed out is aligned */

		memcpy(&size, stream->bytes + begin, sizeof(size));
		if (size < sizeof(record.head) || size > sizeof(record))
			return -EBADMSG;
		if (stream->used - begin < sizeof(size) + size)
			break;
		memcpy(&record, stream->bytes + begin + sizeof(size), size);
		code = stream->handler(&record.head, size, stream->data);
		begin += sizeof(size) + size;
	}
	stream->used -= begin;
	memmove(stream->bytes, stream->bytes + begin, stream->used);
	return code;
}

static int wait_readable(int fd, uint64_t deadline_ns)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	uint64_t now = clock_monotonic_ns();
	int ready;

	if (now >= deadline_ns)
		return -ETIME;
	ready = poll(&readable, 1, (int)((deadline_ns - now + NS_PER_MS - 1) / NS_PER_MS));
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	return ready ? 1 : -ETIME;
}

static int receive(int answer, struct stream *stream, uint64_t deadline_ns)
{
	for (;;) {
		ssize_t got;
		int code = wait_readable(answer, deadline_ns);

		if (code < 0)
			return code;
		if (code == 0)
			continue;
		got = read(
			answer, stream->bytes + stream->used, sizeof(stream->bytes) - stream->used);
		if (got < 0)
			return -errno;
		if (got == 0)
			return stream->used ? -EBADMSG : 0;
		stream->used += (size_t)got;
		code = take_frames(stream);
		if (code < 0)
			return code;
	}
}

static void run_helper(const struct frozen_proc *proc, pid_t parent, int answer)
{
	const int kept[] = { proc->host->root, answer };

	process_become_helper(parent, kept, 2);
	frozen_read_group(proc->host, proc->path, answer);
	_exit(0);
}

/* One that is stuck is left to whoever reaps orphans here; it dies with what it hangs on. */
static void bury(int helper)
{
	struct pollfd ended = { .fd = helper, .events = POLLIN };
	siginfo_t info;

	pidfd_send_signal(helper, SIGKILL, NULL, 0);
	if (poll(&ended, 1, BURIAL_MS) > 0)
		waitid(P_PIDFD, (id_t)helper, &info, WEXITED | WNOHANG);
}

int frozen_proc_scan(void *scanner, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	frozen_handler *handler, void *handler_data)
{
	const struct frozen_proc *proc = scanner;
	auto_free struct stream *stream = calloc(1, sizeof(*stream));
	auto_fd answer = -1, helper = -1;
	int ends[2], code;
	pid_t pid, parent = getpid();

	if (!stream)
		return -ENOMEM;
	stream->handler = handler;
	stream->data = handler_data;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	answer = ends[0];
	pid = heap_fork();
	if (pid == 0)
		run_helper(proc, parent, ends[1]);
	close(ends[1]);
	if (pid < 0)
		return -errno;
	helper = pidfd_open(pid, 0);
	code = receive(answer, stream, deadline_ns);
	if (helper >= 0)
		bury(helper);
	return code;
}
