/* What of a job runs: in which order, how many at once, how often, and the post action behind. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/agenda.h"
#include "engine/cooperation.h"
#include "engine/job_parts.h"
#include "engine/result.h"
#include "engine/runner.h"
#include "engine/shared.h"
#include "model/manifest.h"
#include "record/results.h"

bool job_may_start(const struct job *job)
{
	bool stopped = job->manifest->stop_on_failure && job->failed;

	return !job->canceled && !job->terminated && !job->overrun && !stopped;
}

struct runner *job_find_runner(const struct job *job, size_t index)
{
	struct job_try *running;

	job_each_running(running, job)
	{
		if (running->index == index && running != job->post)
			return running->runner;
	}
	return NULL;
}

void job_not_run(struct job *job, size_t index)
{
	auto_json result = result_not_run(job->manifest->assessments[index], (unsigned)index);

	job_count(job, VERDICT_NOT_RUN, result);
	agenda_done(job->agenda, index);
}

void job_start_assessment(struct job *job, size_t index)
{
	struct job_try *next = job_try_create(job, index);

	if (next && job_try_run(next, job->manifest->assessments[index]) == 0)
		return;
	log_line(LOG_LEVEL_ERROR, "job %llu: assessment %zu is not run: out of memory",
		(unsigned long long)job_id(job), index);
	if (next)
		job_try_destroy(next);
	job_not_run(job, index);
}

/* Not before the kill of all is accounted for: see job_account. */
static void job_clear_ended(struct job *job)
{
	struct job_try *ended, *following;

	if (job_is_being_killed(job))
		return;
	list_for_each_safe (ended, following, &job->tries, link) {
		if (!runner_is_over(ended->runner))
			continue;
		if (ended->again && !ended->dropped && job_may_start(job)) {
			job_try_repeat(ended);
			continue;
		}
		if (ended->again)
			job_try_settle(ended, ended->verdict, ended->result);
		job_try_destroy(ended);
	}
}

void job_drop_rest(struct job *job)
{
	size_t index;

	while (agenda_drop(job->agenda, &index))
		job_not_run(job, index);
}

bool job_drop_one(struct job *job, size_t index)
{
	if (!agenda_drop_one(job->agenda, index))
		return false;
	job->tasks_canceled = true;
	job_not_run(job, index);
	return true;
}

/* Behind all assessments, whatever became of them; but never after a termination. */
static void job_start_post(struct job *job)
{
	job->post_done = true;
	if (!job->manifest->post || job->terminated || job->overrun)
		return;
	job->post = job_try_create(job, job->manifest->assessments_count);
	if (!job->post)
		return;
	job->post_done = false;
	if (job_try_run(job->post, job->manifest->post) < 0) {
		job_try_destroy(take_pointer(job->post));
		job->post_done = true;
	}
}

/* As long as another will be born: the last one's are removed while all else is found out. */
static void keep_spares(struct job *job)
{
	const struct cooperation_host *host = job->engine->cooperation;
	bool wanted = job_may_start(job) && agenda_left(job->agenda);

	if (host && !wanted)
		host->rest(job_id(job), host->data);
	spares_sweep(&job->spares, job->engine->sweeper);
	job->context.spares = wanted ? &job->spares : NULL;
}

static void remove_laid(struct job *job)
{
	if (job->ahead.laid)
		cradle_remove(&job->ahead, &job->context);
}

static bool is_laid_for(const struct cradle *cradle, size_t index)
{
	return cradle->laid && cradle->index == index;
}

/*
 * The work that needs nothing of the one that runs is done while that one runs, so that less of it
 * stands between its end and the next one's birth. Behind the births: whoever could start now does.
 */
static void lay_ahead(struct job *job)
{
	bool wanted = job->active && job_may_start(job);
	size_t index;

	wanted = wanted && agenda_next(job->agenda, &index);
	if (wanted && is_laid_for(&job->ahead, index))
		return;
	remove_laid(job);
	job->context.ahead = &job->ahead;
	if (wanted)
		cradle_lay(&job->context, job->manifest->assessments[index], (unsigned)index, 1,
			&job->ahead);
}

void job_run_step(struct job *job)
{
	size_t index;

	if (!job_survey_begin(job))
		return;
	job_clear_ended(job);
	if (!job_may_start(job))
		job_drop_rest(job);
	while (job->active < job->manifest->parallel && agenda_take(job->agenda, &index))
		job_start_assessment(job, index);
	if (!job->active && !agenda_left(job->agenda) && !job->post_done)
		job_start_post(job);
	lay_ahead(job);
	keep_spares(job);
	job_survey_begun(job);
}

static void runtime_expired(void *data)
{
	struct job *job = data;

	if (job->phase != JOB_RUNNING)
		return;
	job->overrun = true;
	job_save(job);
	job_emit(job, TRACE_JOB_OVERRUN,
		json_pack("{s:o}", "runtime_ms", json_ms(job->manifest->runtime_ns)));
	job_terminate_unasked(job);
}

int job_run_init(struct job *job)
{
	int code = agenda_create(job->manifest, &job->agenda);

	list_init(&job->tries);
	if (code == 0)
		code = job_survey_init(job);
	return code < 0 ? code : timer_init(&job->runtime, job->engine->loop, runtime_expired, job);
}

void job_run_finish(struct job *job)
{
	struct job_try *left, *following;

	list_for_each_safe (left, following, &job->tries, link) {
		job_try_destroy(left);
	}
	remove_laid(job);
	spares_sweep(&job->spares, job->engine->sweeper);
	job_survey_finish(job);
	timer_finish(&job->runtime);
	agenda_destroy(job->agenda);
	json_decref(job->post_result);
}
