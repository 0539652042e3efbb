/*
 * Going on with a job whose supervisor died.
 *
 * Theory of operation
 *
 * A lifecycle event goes to the job's trace first (one write, which the kernel has whatever becomes
 * of the supervisor), then to the store, and only when it is there to anybody else. So the trace is
 * the longest of the three accounts, and a job is built again by reading it. What had been decided
 * but not yet told is in the intents, in pinned memory; what happened while nobody was there, in
 * the kernel's counters and records. In this order:
 *
 *   history     the events of the trace, and from them the state of the job;
 *   store       gets the events that it had not got to know;
 *   results     the lines that were written, and those that only the trace has;
 *   tries       each that had begun and not ended: its group, its files, its slot;
 *   the drain   of what the ring still holds, by whoever adopts (recover.c);
 *   settling    the records of whom nobody was told, then the deadlines and kills that were on.
 */
#include "recovery/job_adopt.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "confine/group.h"
#include "engine/job_private.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/manifest.h"
#include "record/jobdir.h"
#include "recovery/adoption.h"

static struct job *allocate(struct engine *engine)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->engine = engine;
	list_init(&job->link);
	list_init(&job->tries);
	list_init(&job->waiters);
	receipt_init(&job->receipt);
	return job;
}

/* A job of the queue has the row that it was started with; the store may have that of before. */
static int take_row(struct job *job, const struct store_job *row, struct error *error)
{
	enum state *kept = take_pointer(job->kept);
	struct store_job mine;
	const struct job_options options = {
		.row = &mine, .tasks = kept, .task_retries = job->task_retries
	};
	int code = 0;

	if (row && row->submit_order) {
		mine = *row;
		mine.attempt = job->context.attempt;
		code = job_take_row(job, &options, error);
	}
	free(kept);
	return code;
}

static void complete_context(struct job *job)
{
	struct job_context *context = &job->context;

	context->engine = job->engine;
	context->job = job_id(job);
	context->manifest = job->manifest;
	context->jobdir = job->jobdir;
	context->environment = (const char *const *)job->environment;
	context->emit = job_emit_line;
	context->data = job;
}

static int open_records(struct adoption *adoption, struct error *error)
{
	struct job *job = adoption->job;
	struct trace_cut cut;
	int directory = jobdir_descriptor(job->jobdir);
	int code = trace_reopen(directory, job_id(job), job->context.attempt,
		job->engine->trace_limit, &job->trace, &cut, error);

	job->context.trace = job->trace;
	return code < 0 ? code
			: history_read(directory, job->manifest->assessments_count,
				  &adoption->history, error);
}

/* What neither group nor kernel half has a part in. */
static int rebuild(struct adoption *adoption, const char *state_dir, uint64_t id,
	const struct store_job *row, struct error *error)
{
	struct job *job = adoption->job;
	int code = jobdir_open(state_dir, id, &job->jobdir, error);

	if (code == 0)
		code = job_private_read(job, error);
	if (code < 0)
		return code;
	complete_context(job);
	code = job_prepare_parts(job);
	if (code < 0)
		return fail(error, -code, "go on with the job");
	code = take_row(job, row, error);
	if (code == 0)
		code = open_records(adoption, error);
	if (code < 0)
		return code;
	adoption_replay(adoption);
	return adoption_catch_up(adoption, error);
}

/* One that has gone was empty; those of its tries are made in a new one. */
static int find_group(struct job *job, struct left_slot *slot, struct error *error)
{
	struct engine *engine = job->engine;
	char path[TREE_PATH_SIZE];

	tree_job_path(engine->tree, job_id(job), path);
	if (group_open(&engine->hierarchy, path, &job->group, NULL) < 0)
		return job_make_group(job, error);
	if (group_id(job->group) != slot->cgroup_id)
		return fail_plain(
			error, ESTALE, "group `%s` is another's by now", group_path(job->group));
	/* Its supervisor may have died between a freeze and the thaw; what is to be killed is
	 * frozen again. */
	group_thaw(job->group, NULL);
	slot->taken = true;
	return watch_take(engine->watches, slot->slot, job_hear, job, &job->watch, error);
}

static void note_untold(struct job *job, const struct axe_intent *intent)
{
	uint32_t flags = intent->flags;

	job->cancel_until_ns = intent->cancel_until_ns;
	if (!job->terminated)
		job->untold |= flags & AXE_INTENT_TERMINATE;
	if (!job->canceled)
		job->untold |= flags & AXE_INTENT_CANCEL_JOB;
	if (!job->overrun)
		job->untold |= flags & AXE_INTENT_OVERRUN;
}

static int take_living(struct adoption *adoption, struct error *error)
{
	struct job *job = adoption->job;
	struct left_slot *slot = left_find_job(adoption->left, job_id(job));
	int code;

	if (history_find(&adoption->history, trace_type_name(TRACE_JOB_END)))
		return -EALREADY;
	if (!slot)
		return fail_plain(error, ENOENT, "the kernel half knows nothing of it any more");
	note_untold(job, &slot->intent);
	code = find_group(job, slot, error);
	if (code == 0)
		code = adoption_take_results(adoption, error);
	return code < 0 ? code : adoption_take_tries(adoption, error);
}

int job_adopt(struct engine *engine, const char *state_dir, uint64_t id,
	const struct store_job *row, struct left *left, struct job **ret_job, struct error *error)
{
	struct adoption adoption = { .job = allocate(engine), .left = left };
	int code;

	if (!adoption.job)
		return fail(error, ENOMEM, "go on with the job");
	code = rebuild(&adoption, state_dir, id, row, error);
	if (code == 0)
		code = take_living(&adoption, error);
	history_finish(&adoption.history);
	if (code < 0) {
		job_destroy(adoption.job);
		return code;
	}
	list_append(&engine->jobs, &adoption.job->link);
	*ret_job = adoption.job;
	return 0;
}
