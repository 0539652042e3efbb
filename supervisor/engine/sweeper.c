/* Empty folders of tries that have ended, on their way out: beside the loop. */
#include "engine/sweeper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"

struct chore {
	struct list_link link; /* sweeper::chores */
	int folder;
	const char *const *names;
};

struct sweeper {
	pthread_mutex_t lock; /* over all that follows */
	pthread_cond_t wanted, done;
	struct list_link chores; /* chore::link; the first one is under way */
	uint64_t taken, done_with;
	pthread_t thread;
	bool started, closed;
};

static void sweep(int folder, const char *const *names)
{
	for (; *names; names++)
		unlinkat(folder, *names, AT_REMOVEDIR);
	close(folder);
}

static void *run(void *data)
{
	struct sweeper *sweeper = data;

	pthread_mutex_lock(&sweeper->lock);
	for (;;) {
		struct chore *chore;

		while (list_empty(&sweeper->chores) && !sweeper->closed)
			pthread_cond_wait(&sweeper->wanted, &sweeper->lock);
		if (list_empty(&sweeper->chores))
			break;
		chore = container_of(sweeper->chores.next, struct chore, link);
		pthread_mutex_unlock(&sweeper->lock);
		sweep(chore->folder, chore->names);
		pthread_mutex_lock(&sweeper->lock);
		list_remove(&chore->link);
		free(chore);
		sweeper->done_with++;
		pthread_cond_broadcast(&sweeper->done);
	}
	pthread_mutex_unlock(&sweeper->lock);
	return NULL;
}

int sweeper_create(struct sweeper **ret_sweeper)
{
	struct sweeper *sweeper = calloc(1, sizeof(*sweeper));

	if (!sweeper)
		return -ENOMEM;
	pthread_mutex_init(&sweeper->lock, NULL);
	pthread_cond_init(&sweeper->wanted, NULL);
	pthread_cond_init(&sweeper->done, NULL);
	list_init(&sweeper->chores);
	*ret_sweeper = sweeper;
	return 0;
}

void sweeper_destroy(struct sweeper *sweeper)
{
	if (!sweeper)
		return;
	pthread_mutex_lock(&sweeper->lock);
	sweeper->closed = true;
	pthread_cond_signal(&sweeper->wanted);
	pthread_mutex_unlock(&sweeper->lock);
	if (sweeper->started)
		pthread_join(sweeper->thread, NULL);
	pthread_cond_destroy(&sweeper->done);
	pthread_cond_destroy(&sweeper->wanted);
	pthread_mutex_destroy(&sweeper->lock);
	free(sweeper);
}

/* With the first that there is something for: many a supervisor ends before. */
static bool is_started(struct sweeper *sweeper)
{
	if (!sweeper->started)
		sweeper->started = pthread_create(&sweeper->thread, NULL, run, sweeper) == 0;
	return sweeper->started;
}

void sweeper_take(struct sweeper *sweeper, int folder, const char *const *names)
{
	struct chore *chore = calloc(1, sizeof(*chore));

	/* The loop waits for once, rather than that it stays. */
	if (!chore || !is_started(sweeper)) {
		free(chore);
		sweep(folder, names);
		return;
	}
	*chore = (struct chore){ .folder = folder, .names = names };
	pthread_mutex_lock(&sweeper->lock);
	list_append(&sweeper->chores, &chore->link);
	sweeper->taken++;
	pthread_cond_signal(&sweeper->wanted);
	pthread_mutex_unlock(&sweeper->lock);
}

void sweeper_await(struct sweeper *sweeper)
{
	uint64_t taken;

	pthread_mutex_lock(&sweeper->lock);
	taken = sweeper->taken;
	while (sweeper->done_with < taken)
		pthread_cond_wait(&sweeper->done, &sweeper->lock);
	pthread_mutex_unlock(&sweeper->lock);
}
