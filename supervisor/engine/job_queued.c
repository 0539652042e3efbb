/* What only a job of the queue has: the row that it came with, tasks that are kept as they are, and
 * the queue's two ways to end it and one of its tasks. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "engine/agenda.h"
#include "engine/job_parts.h"
#include "engine/runner.h"
#include "model/manifest.h"
#include "model/message.h"

/* Those of an earlier attempt that are not run again. */
static int keep_tasks(struct job *job, const enum state *tasks)
{
	size_t count = job->manifest->assessments_count;

	job->kept = calloc(count, sizeof(*job->kept));
	if (!job->kept)
		return -ENOMEM;
	for (size_t index = 0; index < count; index++) {
		job->kept[index] = tasks[index];
		if (tasks[index] == STATE_QUEUED)
			continue;
		job->tasks_failed |= tasks[index] == STATE_FAILED;
		job->tasks_canceled |= tasks[index] == STATE_CANCELED;
		agenda_drop_one(job->agenda, index);
		agenda_done(job->agenda, index);
	}
	return 0;
}

/* The row's texts are the manifest's, or come later. */
int job_take_row(struct job *job, const struct job_options *options, struct error *error)
{
	if (!options->row)
		return 0;
	job->task_retries = options->task_retries;
	job->row = *options->row;
	job->row.name = job->row.outcome = job->row.reason = job->row.message = NULL;
	job->row.boot_id = job->row.manifest_digest = job->row.manifest = NULL;
	if (options->tasks && keep_tasks(job, options->tasks) < 0)
		return fail(error, ENOMEM, "prepare the job");
	return 0;
}

void job_note_task(struct job *job, const json_t *result)
{
	const char *name = json_string_value(json_object_get(result, "state"));
	enum state state;

	if (!name || !state_from_name(name, &state))
		return;
	job->tasks_failed |= state == STATE_FAILED;
	job->tasks_canceled |= state == STATE_CANCELED;
}

void job_queued_finish(struct job *job)
{
	free(job->kept);
	free(job->reason);
	free(job->message);
	json_decref(job->actor);
	json_decref(job->killer);
}

const char *job_reason(const struct job *job)
{
	return job->reason;
}

static bool job_is_open(const struct job *job)
{
	return job->phase == JOB_PREPARED || job->phase == JOB_RUNNING;
}

int job_note_reason(struct job *job, const char *reason, const char *message)
{
	job->reason = strdup(reason);
	job->message = strdup(message);
	if (job->reason && job->message)
		return 0;
	free(take_pointer(job->reason));
	free(take_pointer(job->message));
	return -ENOMEM;
}

void job_tell_kill(struct job *job)
{
	json_t *asks = job->actor;

	if (!job->terminated || !job->reason)
		return;
	job->actor = job->killer;
	job_emit(job, TRACE_JOB_TERMINATE,
		json_pack("{s:s, s:s}", "reason", job->reason, "message", job->message));
	job->actor = asks;
}

axe_result job_kill(struct job *job, const char *reason, const char *message)
{
	if (!job_is_open(job))
		return AXE_E_NO_JOB_RUNNING;
	if (job->killing || job->terminated || job->overrun)
		return AXE_E_INVALID_STATE;
	if (job_note_reason(job, reason, message) < 0)
		return AXE_E_INTERNAL_ERROR;
	job->terminated = true;
	job->killer = json_incref(job->actor);
	/* One that has not begun begins, says so, and starts nothing. */
	if (job->phase == JOB_PREPARED)
		return S_OK;
	job_tell_kill(job);
	job_terminate_unasked(job);
	return S_OK;
}

static struct job_try *find_try(const struct job *job, size_t index)
{
	struct job_try *found;

	list_for_each (found, &job->tries, link)
		if (found->index == index && found != job->post)
			return found;
	return NULL;
}

/* Between two tries it has not failed for good, so this is how it ends. */
static void drop_repeated(struct job_try *repeated)
{
	repeated->dropped = true;
	json_object_set_new(repeated->result, "state", json_string(state_name(STATE_CANCELED)));
}

/* Before what it does. The file of one that has not begun begins with its begin. */
static void tell_task(
	struct job *job, unsigned index, const struct job_try *found, const char *message)
{
	auto_json data =
		message_of_task(job->manifest->assessments[index]->name, found != NULL, message);
	struct trace_line line = {
		.type = TRACE_TASK_CANCEL,
		.has_assessment = true,
		.assessment = index,
		.try_number = found ? found->number : 0,
		.data = data,
	};

	if (job->phase == JOB_RUNNING)
		job_emit_line(&line, job);
}

axe_result job_kill_task(
	struct job *job, unsigned index, const char *message, enum task_kill *ret_kill)
{
	struct job_try *found;

	if (!job_is_open(job))
		return AXE_E_NO_JOB_RUNNING;
	if (job_drop_one(job, index)) {
		tell_task(job, index, NULL, message);
		job_step_soon(job);
		*ret_kill = job->phase == JOB_RUNNING ? TASK_KILL_DROPPED : TASK_KILL_UNTOLD;
		return S_OK;
	}
	found = find_try(job, index);
	if (!found || (runner_is_over(found->runner) && !found->again))
		return AXE_E_INVALID_STATE;
	/* As with the job: the first message stands. */
	if (found->dropped || runner_is_task_canceled(found->runner))
		return AXE_E_INVALID_STATE;
	tell_task(job, index, found, message);
	if (found->again)
		drop_repeated(found);
	else
		runner_cancel_task(found->runner);
	found->dropped = true;
	*ret_kill = TASK_KILL_STARTED;
	return S_OK;
}
