/* The jobs that the store has as waiting or running though their supervisor is dead: each gets its
 * end. */
#include "engine/orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "record/store.h"
#include "record/store_read.h"

#define STORE_MOST_NS (5 * NS_PER_SEC)

struct orphans {
	struct orphan *all; /* owned */
	size_t count;
	size_t seen; /* on this page */
	uint64_t last_id;
	bool failed; /* out of memory */
	orphan_lives *lives;
	void *data; /* its */
};

static void orphans_finish(struct orphans *orphans)
{
	for (size_t at = 0; at < orphans->count; at++)
		free(orphans->all[at].name);
	free(orphans->all);
}

static void remember(struct orphans *orphans, const struct store_job *job)
{
	size_t size = (orphans->count + 1) * sizeof(*orphans->all);
	struct orphan *more = realloc(orphans->all, size);
	char *name = strdup(job->name);
	char boot[37];

	if (more)
		orphans->all = more;
	if (!more || !name) {
		free(name);
		orphans->failed = true;
		return;
	}
	more[orphans->count] = (struct orphan){ .job = *job, .name = name };
	more[orphans->count].job.name = name;
	more[orphans->count].rebooted =
		job->boot_id && strcmp(job->boot_id, clock_boot_id(boot)) != 0;
	/* The others are the reader's; an open job has none of them. */
	more[orphans->count].job.outcome = more[orphans->count].job.reason = NULL;
	more[orphans->count].job.message = more[orphans->count].job.boot_id = NULL;
	more[orphans->count].job.manifest_digest = more[orphans->count].job.manifest = NULL;
	orphans->count++;
}

static void see_job(const struct store_job *job, void *data)
{
	struct orphans *orphans = data;

	orphans->seen++;
	orphans->last_id = job->id;
	/* What was submitted to a queue waits for nobody's connection. */
	if (!job->submit_order && !orphans->lives(job->id, orphans->data))
		remember(orphans, job);
}

static int collect(
	struct store *store, enum state state, struct orphans *orphans, struct error *error)
{
	struct store_job_page page = { .state = state, .owner = STORE_ANY_OWNER };
	int code;

	do {
		orphans->seen = 0;
		code = store_read_jobs(store, &page, see_job, orphans, error);
		page.before_id = orphans->last_id;
	} while (code == 0 && orphans->seen == STORE_PAGE_MAX);
	if (code == 0 && orphans->failed)
		return fail(error, ENOMEM, "collect what a dead supervisor left");
	return code;
}

static void end_all(struct store *store, int state, struct orphans *orphans)
{
	for (size_t at = 0; at < orphans->count; at++) {
		struct error error = { 0 };

		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 " has lost its supervisor; it is ended",
			orphans->all[at].job.id);
		if (orphan_end(store, state, &orphans->all[at], &error) < 0)
			log_line(LOG_LEVEL_ERROR, "job %" PRIu64 ": %s", orphans->all[at].job.id,
				error.text);
	}
}

/* Who asks is told of their ends, unless the disk keeps them for longer than anybody should wait.
 */
static void await_store(struct store *store)
{
	uint64_t deadline_ns = clock_monotonic_ns() + STORE_MOST_NS;
	struct store_status status;

	for (store_status(store, &status); status.queued_changes; store_status(store, &status)) {
		struct pollfd wake = { .fd = store_descriptor(store), .events = POLLIN };
		uint64_t now_ns = clock_monotonic_ns();

		if (now_ns >= deadline_ns) {
			log_line(LOG_LEVEL_WARNING, "their ends are not yet on the disk");
			return;
		}
		poll(&wake, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1);
		store_dispatch(store);
	}
}

int orphans_end(struct store *store, const char *state_dir, orphan_lives *lives, void *data,
	struct error *error)
{
	auto_fd state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct orphans orphans = { .lives = lives, .data = data };
	int code;

	if (state < 0)
		return fail(error, errno, "open `%s`", state_dir);
	code = collect(store, STATE_RUNNING, &orphans, error);
	if (code == 0)
		code = collect(store, STATE_QUEUED, &orphans, error);
	if (code == 0)
		end_all(store, state, &orphans);
	if (orphans.count)
		await_store(store);
	orphans_finish(&orphans);
	return code;
}
