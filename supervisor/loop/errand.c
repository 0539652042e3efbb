/* Work that waits for the disk, done beside the loop: the loop never does. */
#include "loop/errand.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"

struct errand {
	pthread_t thread;
	int bell; /* rung by the thread when `code` is there */
	sd_event_source *source;
	int (*work)(void *data);
	void (*done)(int code, void *data);
	void *data;
	int code;
	/* Hands over what the work wrote: that the bell does, too, only the kernel knows. */
	atomic_bool worked;
};

static void *errand_run(void *argument)
{
	struct errand *errand = argument;

	errand->code = errand->work(errand->data);
	atomic_store(&errand->worked, true);
	/* A counter that starts at 0 takes one more for sure. */
	eventfd_write(errand->bell, 1);
	return NULL;
}

static int errand_ready(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct errand *errand = data;

	if (!atomic_load(&errand->worked))
		return 0;
	errand->source = sd_event_source_disable_unref(errand->source);
	errand->done(errand->code, errand->data);
	return 0;
}

int errand_create(sd_event *loop, int (*work)(void *data), void (*done)(int code, void *data),
	void *data, struct errand **ret_errand)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	int code;

	if (!errand)
		return -ENOMEM;
	errand->work = work;
	errand->done = done;
	errand->data = data;
	errand->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	code = errand->bell < 0 ? -errno
				: sd_event_add_io(loop, &errand->source, errand->bell, EPOLLIN,
					  errand_ready, errand);
	if (code >= 0)
		code = -pthread_create(&errand->thread, NULL, errand_run, errand);
	if (code < 0) {
		sd_event_source_disable_unref(errand->source);
		cleanup_fd(&errand->bell);
		free(errand);
		return code;
	}
	*ret_errand = errand;
	return 0;
}

void errand_destroy(struct errand *errand)
{
	if (!errand)
		return;
	pthread_join(errand->thread, NULL);
	sd_event_source_disable_unref(errand->source);
	cleanup_fd(&errand->bell);
	free(errand);
}
