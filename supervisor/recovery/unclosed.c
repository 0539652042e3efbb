/* Jobs that nobody has closed: what a successor would need to go on with them is still there. */
#include "recovery/unclosed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/job_parts.h"
#include "engine/job_private.h"
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

static bool has_file(int jobs, const char *name)
{
	char path[NAME_MAX + sizeof("/" JOB_PRIVATE_NAME)];

	snprintf(path, sizeof(path), "%s/%s", name, JOB_PRIVATE_NAME);
	return faccessat(jobs, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int unclosed_each(const char *state_dir, unclosed_visitor *visitor, void *data, struct error *error)
{
	auto_fd state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd jobs = state < 0 ? -1 : file_open_beneath(state, "jobs", O_RDONLY | O_DIRECTORY, 0);
	DIR *folder;

	if (state < 0)
		return fail(error, errno, "open `%s`", state_dir);
	/* There has never been one. */
	if (jobs == -ENOENT)
		return 0;
	folder = jobs < 0 ? NULL : fdopendir(jobs);
	if (!folder)
		return fail(error, jobs < 0 ? -jobs : errno, "open `%s/jobs`", state_dir);
	take_fd(&jobs);
	for (struct dirent *entry; (entry = readdir(folder));) {
		uint64_t job = strtoull(entry->d_name, NULL, 10);

		if (job && has_file(dirfd(folder), entry->d_name))
			visitor(job, data);
	}
	closedir(folder);
	return 0;
}

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
	unremoved_try(&closing->engine->unremoved, path);
}

void unclosed_close(struct engine *engine, const char *state_dir)
{
	struct closing closing = { .engine = engine, .state_dir = state_dir };
	struct error error = { 0 };

	if (unclosed_each(state_dir, close_one, &closing, &error) < 0)
		log_line(LOG_LEVEL_ERROR, "close what a dead supervisor left: %s", error.text);
}
