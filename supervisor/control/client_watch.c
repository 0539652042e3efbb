/* The process for which a private supervisor runs: its end, whoever still holds its socket. */
#include "control/client_watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

struct client_watch {
	sd_event_source *source;
	void (*gone)(void *data);
	void *data;
};

static int on_end(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct client_watch *watch = data;

	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	watch->gone(watch->data);
	return 0;
}

static int on_late(sd_event_source *source, void *data)
{
	struct client_watch *watch = data;

	watch->gone(watch->data);
	return 0;
}

/* One that ended before we came here is told like any other, from the loop. */
static int watch_pid(struct client_watch *watch, sd_event *loop, pid_t pid)
{
	int code, fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return errno == ESRCH ? sd_event_add_defer(loop, &watch->source, on_late, watch)
				      : -errno;
	code = sd_event_add_io(loop, &watch->source, fd, EPOLLIN, on_end, watch);
	if (code < 0) {
		close(fd);
		return code;
	}
	return sd_event_source_set_io_fd_own(watch->source, true);
}

int client_watch_create(sd_event *loop, int socket, void (*gone)(void *data), void *data,
	struct client_watch **ret_watch, struct error *error)
{
	struct client_watch *watch;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int code;

	*ret_watch = NULL;
	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return fail(error, errno, "ask who made the client's socket");
	if (peer.pid <= 0)
		return 0;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return fail(error, ENOMEM, "watch the client");
	watch->gone = gone;
	watch->data = data;
	code = watch_pid(watch, loop, peer.pid);
	if (code < 0) {
		client_watch_destroy(watch);
		return fail(error, -code, "watch the client, process %d", peer.pid);
	}
	*ret_watch = watch;
	return 0;
}

void client_watch_destroy(struct client_watch *watch)
{
	if (!watch)
		return;
	sd_event_source_disable_unref(watch->source);
	free(watch);
}
