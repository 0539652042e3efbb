/* Jobs that nobody has closed: what a successor would need to go on with them is still there. */
#include "recovery/unclosed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "engine/job_parts.h"
#include "engine/job_private.h"
#include "engine/open_jobs.h"
#include "engine/shared.h"
#include "record/store.h"
#include "record/store_read.h"
#include "recovery/orphans.h"

struct closing {
	struct engine *engine;
	const char *state_dir;
	bool asked; /* whether the store has it all */
	bool stored; /* and the answer */
};

static bool is_running(const struct engine *engine, uint64_t job)
{
	struct job *running;

	list_for_each (running, &engine->jobs, link)
		if (job_id(running) == job)
			return true;
	return false;
}

static void see_row(const struct store_job *row, void *data)
{
	*(enum state *)data = row->state;
}

/* One that the store has as running is to be ended, and one that it does not know never began. */
static bool may_go(const struct closing *closing, uint64_t job)
{
	enum state state = STATE_QUEUED;
	int code = store_read_job(closing->engine->store, job, see_row, &state, NULL);

	return (code == 0 && state != STATE_RUNNING) || code == -ENOENT;
}

static void close_one(uint64_t job, void *data)
{
	struct closing *closing = data;
	auto_free char *path = NULL;

	if (is_running(closing->engine, job))
		return;
	if (!closing->asked)
		closing->stored = store_await(closing->engine->store, ORPHANS_STORE_MOST_NS);
	closing->asked = true;
	if (!closing->stored || !may_go(closing, job))
		return;
	if (asprintf(&path, "%s/jobs/%" PRIu64 "/%s", closing->state_dir, job, JOB_PRIVATE_NAME) <
		0) {
		path = NULL;
		return;
	}
	if (unremoved_try(&closing->engine->unremoved, path))
		open_jobs_remove(closing->engine->open_jobs, job);
}

void unclosed_close(struct engine *engine, const char *state_dir)
{
	struct closing closing = { .engine = engine, .state_dir = state_dir };
	struct error error = { 0 };

	if (open_jobs_each(engine->open_jobs, close_one, &closing, &error) < 0)
		log_line(LOG_LEVEL_ERROR, "close what a dead supervisor left: %s", error.text);
}
