/* The jobs that the store has as waiting or running though their supervisor is dead: each gets its
 * end. */
#include "recovery/orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "record/store.h"
#include "record/store_read.h"

struct orphans {
	struct orphan_set set;
	size_t seen; /* on this page */
	uint64_t last_id;
	bool failed; /* out of memory */
	orphan_lives *lives;
	void *data; /* its */
};

static void see_job(const struct store_job *job, void *data)
{
	struct orphans *orphans = data;

	orphans->seen++;
	orphans->last_id = job->id;
	/* What was submitted to a queue waits for nobody's connection. */
	if (!job->submit_order && !orphans->lives(job->id, orphans->data))
		orphans->failed |= orphan_set_add(&orphans->set, job) < 0;
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

static void end_all(struct store *store, int state, const struct orphan_set *orphans)
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

int orphans_end(struct store *store, const char *state_dir, orphan_lives *lives, void *data,
	struct error *error)
{
	auto_fd state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct orphans orphans = { .lives = lives, .data = data };
	int code;

	if (state < 0)
		return fail(error, errno, "open `%s`", state_dir);
	/* What their traces told of them is on its way there. */
	store_await(store, ORPHANS_STORE_MOST_NS);
	code = collect(store, STATE_RUNNING, &orphans, error);
	if (code == 0)
		code = collect(store, STATE_QUEUED, &orphans, error);
	if (code == 0)
		end_all(store, state, &orphans.set);
	/* Who asks is told of their ends, unless the disk keeps them for longer than anybody should
	 * wait. */
	if (orphans.set.count && !store_await(store, ORPHANS_STORE_MOST_NS))
		log_line(LOG_LEVEL_WARNING, "their ends are not yet on the disk");
	orphan_set_finish(&orphans.set);
	return code;
}
