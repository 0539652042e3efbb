/* The files of purged jobs, removed beside the loop. */
#include "queue/trash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/removal.h"

#define TRASH_NAME "purged"

/* One thread for all: a disk is not quicker for two. */
struct trash {
	int state, folder;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t bell;
	bool running; /* the thread was made */
	unsigned rung; /* by `lock`: there may be something new */
	bool leaving; /* likewise */
	_Atomic uint64_t deadline_ns; /* of a removal; 0 once somebody is in a hurry */
};

/* "." and ".." aside. False: there is none. */
static bool first_name(int folder, char name[static NAME_MAX + 1])
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		cleanup_fd(&fd);
		return false;
	}
	do
		entry = readdir(stream);
	while (entry && entry->d_name[0] == '.');
	if (entry)
		snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
	closedir(stream);
	return entry;
}

static void empty(struct trash *trash)
{
	char name[NAME_MAX + 1];
	struct error error = { 0 };

	while (first_name(trash->folder, name)) {
		if (removal_run(trash->folder, name, &trash->deadline_ns, &error) == 0)
			continue;
		if (error.code != ETIMEDOUT)
			log_line(LOG_LEVEL_WARNING, "remove the files of job %s: %s", name,
				error.text);
		return;
	}
}

static bool await(struct trash *trash)
{
	bool leaving;

	pthread_mutex_lock(&trash->lock);
	while (!trash->rung && !trash->leaving)
		pthread_cond_wait(&trash->bell, &trash->lock);
	trash->rung = 0;
	leaving = trash->leaving;
	pthread_mutex_unlock(&trash->lock);
	return !leaving;
}

static void *work(void *data)
{
	struct trash *trash = data;

	do
		empty(trash);
	while (await(trash));
	return NULL;
}

static int open_folder(struct trash *trash, const char *state_dir, struct error *error)
{
	trash->state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (trash->state < 0)
		return fail(error, errno, "open `%s`", state_dir);
	if (mkdirat(trash->state, TRASH_NAME, 0700) < 0 && errno != EEXIST)
		return fail(error, errno, "make `%s/" TRASH_NAME "`", state_dir);
	trash->folder = file_open_beneath(trash->state, TRASH_NAME, O_RDONLY | O_DIRECTORY, 0);
	if (trash->folder < 0)
		return fail(error, -trash->folder, "open `%s/" TRASH_NAME "`", state_dir);
	return 0;
}

int trash_create(const char *state_dir, struct trash **ret_trash, struct error *error)
{
	struct trash *trash = calloc(1, sizeof(*trash));
	int code;

	if (!trash)
		return fail(error, ENOMEM, "prepare to purge");
	trash->state = trash->folder = -1;
	trash->deadline_ns = UINT64_MAX;
	pthread_mutex_init(&trash->lock, NULL);
	pthread_cond_init(&trash->bell, NULL);
	code = open_folder(trash, state_dir, error);
	if (code == 0) {
		code = -pthread_create(&trash->thread, NULL, work, trash);
		trash->running = code == 0;
		if (code < 0)
			fail(error, -code, "prepare to purge");
	}
	if (code < 0) {
		trash_destroy(trash);
		return code;
	}
	*ret_trash = trash;
	return 0;
}

static void ring(struct trash *trash, bool leaving)
{
	pthread_mutex_lock(&trash->lock);
	trash->rung++;
	trash->leaving |= leaving;
	pthread_cond_signal(&trash->bell);
	pthread_mutex_unlock(&trash->lock);
}

void trash_destroy(struct trash *trash)
{
	if (!trash)
		return;
	trash->deadline_ns = 0;
	if (trash->running) {
		ring(trash, true);
		pthread_join(trash->thread, NULL);
	}
	pthread_cond_destroy(&trash->bell);
	pthread_mutex_destroy(&trash->lock);
	cleanup_fd(&trash->folder);
	cleanup_fd(&trash->state);
	free(trash);
}

void trash_put(struct trash *trash, uint64_t job)
{
	char place[40], name[24];

	snprintf(place, sizeof(place), "jobs/%" PRIu64, job);
	snprintf(name, sizeof(name), "%" PRIu64, job);
	if (renameat(trash->state, place, trash->folder, name) < 0 && errno != ENOENT)
		log_line(LOG_LEVEL_WARNING, "purge `%s`: errno %d", place, errno);
	ring(trash, false);
}
