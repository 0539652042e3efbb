/* The camera's threads: one looks, one loads the better way of looking meanwhile. */
#include "scene/studio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/heap.h"
#include "observe/census.h"
#include "scene/still.h"
#include "survey/source.h"

/* What ends sooner does not pay for a way of looking that nobody used. */
#define LOAD_AFTER_NS (100 * NS_PER_MS)

void shot_destroy(struct shot *shot)
{
	list_remove(&shot->link);
	still_drop(shot->still);
	free(shot);
}

static void shots_destroy(struct list_link *shots)
{
	while (!list_empty(shots))
		shot_destroy(container_of(shots->next, struct shot, link));
}

void studio_leave(struct studio *studio)
{
	bool last = --studio->holders == 0;

	pthread_mutex_unlock(&studio->lock);
	if (!last)
		return;
	shots_destroy(&studio->ordered);
	shots_destroy(&studio->done);
	cleanup_fd(&studio->bell);
	census_destroy(studio->census);
	pthread_cond_destroy(&studio->wanted);
	pthread_cond_destroy(&studio->parted);
	pthread_mutex_destroy(&studio->lock);
	free(studio);
}

static void expose(struct shot *shot, frozen_scan *scan, void *scanner)
{
	struct survey_host host = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .live = true };
	struct frozen_picture *picture;

	if (host.root >= 0 && frozen_picture_take(&host, &shot->group, shot->budget_ns, scan,
				      scanner, &picture, NULL) == 0)
		shot->still = still_create(picture);
	cleanup_fd(&host.root);
}

/* With the lock, which is let go of meanwhile. */
static void take_next(struct studio *studio)
{
	struct shot *shot = container_of(studio->ordered.next, struct shot, link);
	frozen_scan *scan = studio->scan;
	void *scanner = studio->scanner;

	list_remove(&shot->link);
	studio->late_ns = clock_monotonic_ns() + shot->budget_ns;
	pthread_mutex_unlock(&studio->lock);
	expose(shot, scan, scanner);
	pthread_mutex_lock(&studio->lock);
	studio->late_ns = 0;
	list_append(&studio->done, &shot->link);
	/* Who hears the bell wants the lock. */
	pthread_mutex_unlock(&studio->lock);
	eventfd_write(studio->bell, 1);
	pthread_mutex_lock(&studio->lock);
}

static void *work(void *argument)
{
	struct studio *studio = argument;

	pthread_mutex_lock(&studio->lock);
	while (!studio->closed) {
		if (list_empty(&studio->ordered))
			pthread_cond_wait(&studio->wanted, &studio->lock);
		else
			take_next(studio);
	}
	studio_leave(studio);
	return NULL;
}

/* A host that refuses it is looked at by way of /proc. */
static void *load(void *argument)
{
	struct studio *studio = argument;
	uint64_t at_ns = clock_monotonic_ns() + LOAD_AFTER_NS;
	const struct timespec at = { (time_t)(at_ns / NS_PER_SEC), (long)(at_ns % NS_PER_SEC) };
	struct census *census = NULL;
	int code = 0;

	pthread_mutex_lock(&studio->lock);
	while (!studio->closed && code != ETIMEDOUT)
		code = pthread_cond_timedwait(&studio->parted, &studio->lock, &at);
	if (!studio->closed) {
		pthread_mutex_unlock(&studio->lock);
		if (census_create(&census, NULL) < 0)
			census = NULL;
		heap_trim();
		pthread_mutex_lock(&studio->lock);
		studio->census = census;
		studio->scan = census ? census_scan : NULL;
		studio->scanner = census;
	}
	studio_leave(studio);
	return NULL;
}

struct studio *studio_create(void)
{
	struct studio *studio = calloc(1, sizeof(*studio));
	pthread_condattr_t attributes;

	if (!studio)
		return NULL;
	pthread_mutex_init(&studio->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&studio->wanted, NULL);
	pthread_cond_init(&studio->parted, &attributes);
	pthread_condattr_destroy(&attributes);
	list_init(&studio->ordered);
	list_init(&studio->done);
	studio->holders = 1;
	studio->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return studio;
}

/* Detached from the start: nobody can wait for a thread that hangs in the kernel. */
static bool start(struct studio *studio, void *(*body)(void *studio))
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_mutex_lock(&studio->lock);
	started = pthread_create(&thread, &attributes, body, studio) == 0;
	studio->holders += started;
	pthread_mutex_unlock(&studio->lock);
	pthread_attr_destroy(&attributes);
	return started;
}

bool studio_start(struct studio *studio)
{
	if (!start(studio, work))
		return false;
	if (!studio->scan)
		start(studio, load);
	return true;
}
