/* The jobs that a daemon which died left open: their traces, mended by the next one. */
#include "interrupted.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "record/store.h"
#include "record/store_read.h"
#include "record/trace.h"

struct mending {
	int state; /* the state directory */
	uint64_t last_id;
	size_t seen; /* on this page */
};

static int mend(int state, const struct store_job *job, struct error *error)
{
	auto_of(trace) struct trace *trace = NULL;
	struct trace_cut cut = { 0 };
	char path[32];
	auto_fd directory = -1;
	int code;

	snprintf(path, sizeof(path), "jobs/%" PRIu64, job->id);
	directory = file_open_beneath(state, path, O_RDONLY | O_DIRECTORY, 0);
	if (directory < 0)
		return fail(error, -directory, "open `%s`", path);
	code = trace_reopen(
		directory, job->id, job->attempt, TRACE_LIMIT_DEFAULT, &trace, &cut, error);
	if (code == 0 && cut.bytes)
		log_line(LOG_LEVEL_WARNING,
			"job %" PRIu64 ": its supervisor died while it wrote the trace: %" PRIu64
			" bytes of a torn line at offset %" PRIu64 " are cut",
			job->id, cut.bytes, cut.offset);
	return code;
}

static void see_job(const struct store_job *job, void *data)
{
	struct mending *mending = data;
	struct error error;
	int code = mend(mending->state, job, &error);

	mending->last_id = job->id;
	mending->seen++;
	/* Somebody may have removed an old folder. */
	if (code < 0 && code != -ENOENT)
		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 ": %s", job->id, error.text);
}

void interrupted_mend(struct store *store, const char *state_dir)
{
	auto_fd state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct mending mending = { .state = state };
	struct error error;
	int code = 0;

	do {
		const struct store_job_page page = {
			.before_id = mending.last_id,
			.state = STATE_RUNNING,
			.owner = STORE_ANY_OWNER,
		};

		mending.seen = 0;
		code = store_read_jobs(store, &page, see_job, &mending, &error);
	} while (code == 0 && mending.seen == STORE_PAGE_MAX);
	if (code < 0)
		log_line(LOG_LEVEL_WARNING, "the traces of interrupted jobs are not mended: %s",
			error.text);
}
