/*
 * SIGCHLD, which says that children wait to be fetched.
 *
 * A signalfd of our own: one of sd-event's is closed when its last signal is not wanted, and stays
 * in the loop's epoll set, with memory that was freed, where a child before its exec has it open.
 */
#include "engine/children.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"

struct children {
	int fd;
	sd_event_source *source;
	void (*heard)(void *data);
	void *data;
};

DEFINE_CLEANUP(children)

static int children_told(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct children *children = data;
	struct signalfd_siginfo info;

	/* What it is about is asked of the kernel; another reader may have had it. */
	while (read(fd, &info, sizeof(info)) == sizeof(info))
		continue;
	children->heard(children->data);
	return 0;
}

static bool is_blocked(int signal)
{
	sigset_t blocked;

	return pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0 &&
	       sigismember(&blocked, signal) == 1;
}

int children_create(
	sd_event *loop, void (*heard)(void *data), void *data, struct children **ret_children)
{
	auto_of(children) struct children *children = calloc(1, sizeof(*children));
	sigset_t only;
	int code;

	if (!children)
		return -ENOMEM;
	children->heard = heard;
	children->data = data;
	sigemptyset(&only);
	sigaddset(&only, SIGCHLD);
	children->fd = signalfd(-1, &only, SFD_CLOEXEC | SFD_NONBLOCK);
	if (children->fd < 0)
		return -errno;
	if (!is_blocked(SIGCHLD))
		return -EBUSY;
	code = sd_event_add_io(
		loop, &children->source, children->fd, EPOLLIN, children_told, children);
	if (code < 0)
		return code;
	*ret_children = take_pointer(children);
	return 0;
}

void children_destroy(struct children *children)
{
	if (!children)
		return;
	sd_event_source_disable_unref(children->source);
	cleanup_fd(&children->fd);
	free(children);
}

void children_leave(struct children *children)
{
	sd_event_source_set_enabled(children->source, SD_EVENT_OFF);
}

void children_fetch(struct children *children)
{
	sd_event_source_set_enabled(children->source, SD_EVENT_ON);
}
