/* What of a job runs: in which order, how many at once, how often, and the post action behind. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/agenda.h"
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

static void job_count(struct job *job, enum verdict verdict, json_t *result)
{
	struct error error = { 0 };

	job->counts[verdict]++;
	job->failed |= verdict_is_failure(verdict);
	if (results_add(job->results, result, &error) < 0)
		log_line(LOG_LEVEL_WARNING, "job %llu: %s", (unsigned long long)job_id(job),
			error.text);
}

static void job_not_run(struct job *job, size_t index)
{
	auto_json result = result_not_run(job->manifest->assessments[index], (unsigned)index);

	job_count(job, VERDICT_NOT_RUN, result);
	agenda_done(job->agenda, index);
}

/* Another try follows unless somebody wants the job to end. */
static bool wants_another(const struct job_try *ended, enum verdict verdict)
{
	const struct job *job = ended->job;
	const struct assessment *assessment = job->manifest->assessments[ended->index];

	return ended->number <= assessment->retry_times && assessment->retry_on & 1u << verdict &&
	       job_may_start(job);
}

/* What a result keeps of the tries before it. */
static json_t *try_digest(const json_t *result)
{
	static const char *const kept[] = { "try", "verdict", "reason", "error", "exit",
		"duration_ms" };
	json_t *digest = json_object();

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		json_t *value = json_object_get(result, kept[i]);

		if (value)
			json_object_set(digest, kept[i], value);
	}
	return digest;
}

static void assessment_settle(struct job_try *ended, enum verdict verdict, json_t *result)
{
	struct job *job = ended->job;

	if (ended->earlier)
		json_object_set(result, "tries", ended->earlier);
	runner_emit(ended->runner, TRACE_ASSESSMENT_END, json_incref(result));
	job_errors_add(job, result);
	job_count(job, verdict, result);
	agenda_done(job->agenda, ended->index);
}

static void assessment_ended(struct job_try *ended, enum verdict verdict, json_t *result)
{
	if (!wants_another(ended, verdict)) {
		assessment_settle(ended, verdict, result);
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

static void try_ended(
	struct runner *runner, const struct ruling *ruling, json_t *result, void *data)
{
	struct job_try *ended = data;

	ended->job->active--;
	if (ended->job->post == ended)
		post_ended(ended, result);
	else
		assessment_ended(ended, ruling->verdict, result);
	/* Not from inside the runner's own call: it is destroyed on the next turn. */
	job_step_soon(ended->job);
}

static int try_run(struct job_try *next, const struct assessment *assessment)
{
	struct runner_owner owner = { .begun = try_begun, .ended = try_ended, .data = next };
	int code = runner_create(&next->job->context, assessment, (unsigned)next->index,
		next->number, &owner, &next->runner);

	if (code < 0)
		return code;
	next->job->active++;
	runner_start(next->runner);
	return 0;
}

static struct job_try *try_create(struct job *job, size_t index)
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

static void try_destroy(struct job_try *ended)
{
	list_remove(&ended->link);
	runner_destroy(ended->runner);
	json_decref(ended->earlier);
	json_decref(ended->result);
	free(ended);
}

static void assessment_start(struct job *job, size_t index)
{
	struct job_try *next = try_create(job, index);

	if (next && try_run(next, job->manifest->assessments[index]) == 0)
		return;
	log_line(LOG_LEVEL_ERROR, "job %llu: assessment %zu is not run: out of memory",
		(unsigned long long)job_id(job), index);
	if (next)
		try_destroy(next);
	job_not_run(job, index);
}

static void try_note_earlier(struct job_try *ended)
{
	if (!ended->earlier)
		ended->earlier = json_array();
	json_array_append_new(ended->earlier, try_digest(ended->result));
	runner_emit(ended->runner, TRACE_ASSESSMENT_TRY, take_pointer(ended->result));
}

/* The next try of the same assessment, in the place of the one that ended. */
static void try_repeat(struct job_try *ended)
{
	struct job *job = ended->job;

	try_note_earlier(ended);
	runner_destroy(take_pointer(ended->runner));
	ended->again = false;
	ended->number++;
	if (try_run(ended, job->manifest->assessments[ended->index]) < 0) {
		job_not_run(job, ended->index);
		try_destroy(ended);
	}
}

static void job_clear_ended(struct job *job)
{
	struct job_try *ended, *following;

	list_for_each_safe (ended, following, &job->tries, link) {
		if (!runner_is_over(ended->runner))
			continue;
		if (ended->again && job_may_start(job)) {
			try_repeat(ended);
			continue;
		}
		if (ended->again)
			assessment_settle(ended, ended->verdict, ended->result);
		try_destroy(ended);
	}
}

void job_drop_rest(struct job *job)
{
	size_t index;

	while (agenda_drop(job->agenda, &index))
		job_not_run(job, index);
}

/* Behind all assessments, whatever became of them; but never after a termination. */
static void job_start_post(struct job *job)
{
	job->post_done = true;
	if (!job->manifest->post || job->terminated || job->overrun)
		return;
	job->post = try_create(job, job->manifest->assessments_count);
	if (!job->post)
		return;
	job->post_done = false;
	if (try_run(job->post, job->manifest->post) < 0) {
		try_destroy(take_pointer(job->post));
		job->post_done = true;
	}
}

void job_run_step(struct job *job)
{
	size_t index;

	job_clear_ended(job);
	if (!job_may_start(job))
		job_drop_rest(job);
	while (job->active < job->manifest->parallel && agenda_take(job->agenda, &index))
		assessment_start(job, index);
	if (!job->active && !agenda_left(job->agenda) && !job->post_done)
		job_start_post(job);
}

static void runtime_expired(void *data)
{
	struct job *job = data;

	if (job->phase != JOB_RUNNING)
		return;
	job->overrun = true;
	job_emit(job, TRACE_JOB_OVERRUN,
		json_pack("{s:o}", "runtime_ms", json_ms(job->manifest->runtime_ns)));
	job_terminate_unasked(job);
}

int job_run_init(struct job *job)
{
	int code = agenda_create(job->manifest, &job->agenda);

	list_init(&job->tries);
	return code < 0 ? code : timer_init(&job->runtime, job->engine->loop, runtime_expired, job);
}

void job_run_finish(struct job *job)
{
	struct job_try *left, *following;

	list_for_each_safe (left, following, &job->tries, link) {
		try_destroy(left);
	}
	timer_finish(&job->runtime);
	agenda_destroy(job->agenda);
	json_decref(job->post_result);
}
