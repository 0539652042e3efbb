/* One try of one assessment as its job sees it: it begins, ends, and may be followed by another. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "confine/group.h"
#include "ending/killing.h"
#include "engine/agenda.h"
#include "engine/job_parts.h"
#include "engine/result.h"
#include "engine/runner.h"
#include "model/host_fault.h"
#include "model/manifest.h"
#include "record/results.h"

void job_count(struct job *job, enum verdict verdict, json_t *result)
{
	struct error error = { 0 };

	job->counts[verdict]++;
	job->failed |= verdict_is_failure(verdict);
	if (results_add(job->results, result, &error) < 0)
		log_line(LOG_LEVEL_WARNING, "job %llu: %s", (unsigned long long)job_id(job),
			error.text);
}

/* It has not begun, so that it may be tried again whatever its manifest says of that. */
static bool host_could_not(const struct job_try *ended, enum verdict verdict)
{
	return verdict == VERDICT_ERROR && ended->host_faults < ended->job->task_retries &&
	       host_fault(runner_start_failure(ended->runner));
}

/* Another try follows unless somebody wants the job to end. */
static bool wants_another(struct job_try *ended, enum verdict verdict)
{
	const struct job *job = ended->job;
	const struct assessment *assessment = job->manifest->assessments[ended->index];

	if (!job_may_start(job) || ended->dropped)
		return false;
	if (host_could_not(ended, verdict)) {
		ended->host_faults++;
		return true;
	}
	return ended->number - ended->host_faults <= assessment->retry_times &&
	       assessment->retry_on & 1u << verdict;
}

void job_try_settle(struct job_try *ended, enum verdict verdict, json_t *result)
{
	struct job *job = ended->job;

	if (ended->earlier)
		json_object_set(result, "tries", ended->earlier);
	runner_emit(ended->runner, TRACE_ASSESSMENT_END, json_incref(result));
	job_survey_note(job, result);
	job_errors_add(job, result);
	job_count(job, verdict, result);
	if (!ended->followed)
		agenda_done(job->agenda, ended->index);
}

static void lose_post(struct job *job, const struct trace_line *end)
{
	job_emit_line(end, job);
	job->post_result = json_incref(end->data);
	job->post_done = true;
}

void job_lose(struct job *job, size_t index, unsigned number, json_t *result)
{
	bool is_post = index == job->manifest->assessments_count;
	const struct trace_line end = {
		.type = is_post ? TRACE_POST_END : TRACE_ASSESSMENT_END,
		.has_assessment = true,
		.assessment = (unsigned)index,
		.try_number = number,
		.data = result,
	};

	job_errors_add(job, result);
	if (is_post)
		return lose_post(job, &end);
	job_emit_line(&end, job);
	job_count(job, VERDICT_ERROR, result);
	agenda_done(job->agenda, index);
}

static void assessment_ended(struct job_try *ended, enum verdict verdict, json_t *result)
{
	if (!wants_another(ended, verdict)) {
		job_try_settle(ended, verdict, result);
		return;
	}
	/* Said on the next turn: until then a cancel may still make this try the last one. */
	ended->again = true;
	ended->verdict = verdict;
	ended->result = json_incref(result);
}

static void post_ended(struct job_try *ended, json_t *result)
{
	struct job *job = ended->job;

	runner_emit(ended->runner, TRACE_POST_END, json_incref(result));
	job_survey_note(job, result);
	job->post_result = json_incref(result);
	job_errors_add(job, result);
	job->post = NULL;
	job->post_done = true;
}

static void try_begun(struct runner *runner, json_t *description, void *data)
{
	struct job_try *begun = data;
	bool is_post = begun->job->post == begun;

	/* An assessment begins once, however many tries it has. */
	if (begun->number == 1)
		runner_emit(runner, is_post ? TRACE_POST_BEGIN : TRACE_ASSESSMENT_BEGIN,
			json_incref(description));
}

/* The last of them may have ended since the job's group was looked at: its kill is told first. */
static void try_emptied(struct runner *runner, void *data)
{
	struct job *job = ((struct job_try *)data)->job;

	if (job->killing && killing_report(job->killing)->struck_ns &&
		group_populated(job->group) == 0)
		job_terminate_look(job);
}

static void try_vacated(struct runner *runner, enum verdict verdict, void *data)
{
	job_bear_heir(data, verdict);
}

static void try_ended(
	struct runner *runner, const struct ruling *ruling, json_t *result, void *data)
{
	struct job_try *ended = data;

	ended->job->active--;
	if (ended->job->post == ended)
		post_ended(ended, result);
	else
		assessment_ended(ended, ruling->verdict, result);
	job_tell_heir(ended->job);
	/* Not from inside the runner's own call: it is destroyed on the next turn. */
	job_step_soon(ended->job);
}

struct runner_owner job_try_owner(struct job_try *owner)
{
	return (struct runner_owner){
		.begun = try_begun,
		.emptied = try_emptied,
		.vacated = try_vacated,
		.ended = try_ended,
		.data = owner,
	};
}

int job_try_prepare(struct job_try *next, const struct assessment *assessment)
{
	const struct runner_owner owner = job_try_owner(next);
	int code = runner_create(&next->job->context, assessment, (unsigned)next->index,
		next->number, &owner, &next->runner);

	if (code == 0)
		next->job->active++;
	return code;
}

int job_try_run(struct job_try *next, const struct assessment *assessment)
{
	int code = job_try_prepare(next, assessment);

	if (code < 0)
		return code;
	runner_start(next->runner);
	if (!job_keeps_heir(next->job, next->runner))
		runner_started(next->runner);
	return 0;
}

struct job_try *job_try_create(struct job *job, size_t index)
{
	struct job_try *created = calloc(1, sizeof(*created));

	if (!created)
		return NULL;
	created->job = job;
	created->index = index;
	created->number = 1;
	list_append(&job->tries, &created->link);
	return created;
}

void job_try_destroy(struct job_try *ended)
{
	list_remove(&ended->link);
	runner_destroy(ended->runner);
	json_decref(ended->earlier);
	json_decref(ended->result);
	free(ended);
}

static void try_note_earlier(struct job_try *ended)
{
	job_survey_note(ended->job, ended->result);
	if (!ended->earlier)
		ended->earlier = json_array();
	json_array_append_new(ended->earlier, result_digest(ended->result));
	runner_emit(ended->runner, TRACE_ASSESSMENT_TRY, take_pointer(ended->result));
}

/* The next try of the same assessment, in the place of the one that ended. */
void job_try_repeat(struct job_try *ended)
{
	struct job *job = ended->job;

	try_note_earlier(ended);
	runner_destroy(take_pointer(ended->runner));
	ended->again = false;
	ended->number++;
	if (job_try_run(ended, job->manifest->assessments[ended->index]) < 0) {
		job_not_run(job, ended->index);
		job_try_destroy(ended);
	}
}
