/* The tries of an adopted job that had begun and not ended: gone on with, begun again, or lost. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/agenda.h"
#include "model/manifest.h"
#include "recovery/adoption.h"
#include "recovery/orphan_parts.h"
#include "recovery/runner_adopt.h"

static const struct assessment *assessment_of(const struct job *job, size_t index)
{
	const struct manifest *manifest = job->manifest;

	return index < manifest->assessments_count ? manifest->assessments[index] : manifest->post;
}

/* Beyond what the queue grants they were counted by the manifest. */
static unsigned host_faults(const struct job *job, const struct history_task *told)
{
	return told->host_faults < job->task_retries ? told->host_faults : job->task_retries;
}

static int take_try(
	struct adoption *adoption, size_t index, struct left_slot *slot, struct error *error)
{
	struct history_task *told = adoption_task(adoption, index);
	struct job *job = adoption->job;
	struct job_try *taken = job_try_create(job, index);
	struct runner_owner owner;
	int code;

	if (!taken)
		return fail(error, ENOMEM, "go on with an assessment");
	taken->number = slot->intent.try_number;
	taken->host_faults = host_faults(job, told);
	taken->earlier = json_incref(told->earlier);
	owner = job_try_owner(taken);
	code = runner_adopt(&job->context, assessment_of(job, index), slot, told, &owner,
		&taken->runner, error);
	if (code < 0) {
		job_try_destroy(taken);
		return code;
	}
	slot->taken = true;
	job->active++;
	if (index == job->manifest->assessments_count)
		job->post = taken;
	else
		agenda_drop_one(job->agenda, index);
	taken->untold = !told->begun;
	return 0;
}

/* Its slot was not pinned, or is another's: nothing of it can be known any more. */
static void lose(struct adoption *adoption, size_t index)
{
	struct job *job = adoption->job;
	unsigned number = adoption_task(adoption, index)->tries + 1;
	auto_json open = json_pack("{s:i, s:s, s:i}", "index", (int)index, "name",
		assessment_of(job, index)->name, "try", (int)number);
	auto_json result = orphan_result(NULL, open);

	agenda_drop_one(job->agenda, index);
	job_lose(job, index, number, result);
}

/* Between two tries: the next one was about to be born. */
static int go_on(struct adoption *adoption, size_t index, struct error *error)
{
	struct history_task *told = adoption_task(adoption, index);
	struct job *job = adoption->job;
	struct job_try *next = job_try_create(job, index);
	int code;

	if (!next)
		return fail(error, ENOMEM, "go on with an assessment");
	agenda_drop_one(job->agenda, index);
	next->number = told->tries + 1;
	next->host_faults = host_faults(job, told);
	next->earlier = json_incref(told->earlier);
	next->result = json_incref(told->last);
	next->unborn = true;
	code = job_try_prepare(next, assessment_of(job, index));
	if (code < 0)
		job_try_destroy(next);
	return code < 0 ? fail(error, -code, "go on with an assessment") : 0;
}

static int take_task(struct adoption *adoption, size_t index, struct error *error)
{
	struct history_task *told = adoption_task(adoption, index);
	struct job *job = adoption->job;
	unsigned number = told->tries + 1;
	struct left_slot *slot =
		left_find_try(adoption->left, job_id(job), (unsigned)index, number);

	if (told->result)
		return 0;
	if (slot && slot->roots)
		return take_try(adoption, index, slot, error);
	/* Somebody prepared it, and died before the birth. */
	runner_unprepare(&job->context, assessment_of(job, index), (unsigned)index, number);
	if (!told->begun)
		return 0;
	if (told->tries)
		return go_on(adoption, index, error);
	lose(adoption, index);
	return 0;
}

int adoption_take_tries(struct adoption *adoption, struct error *error)
{
	const struct manifest *manifest = adoption->job->manifest;
	size_t tasks = manifest->assessments_count + (manifest->post ? 1 : 0);
	int code = 0;

	for (size_t index = 0; code == 0 && index < tasks; index++)
		code = take_task(adoption, index, error);
	return code;
}
