/* The end of a job: its outcome is sealed, its results are written, job.end is said, callers are
 * answered. In that order. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/job_parts.h"
#include "engine/job_private.h"
#include "engine/publisher.h"
#include "engine/runner.h"
#include "engine/shared.h"
#include "engine/sweeper.h"
#include "engine/syncer.h"
#include "loop/errand.h"
#include "model/manifest.h"
#include "model/result.h"
#include "model/verdict.h"
#include "record/job_files.h"
#include "record/jobdir.h"
#include "record/results.h"
#include "scene/scene.h"

/* A caller of TerminateJob learns after this that its end events are not yet on the disk. */
#define DISK_PATIENCE_NS NS_PER_SEC

struct outcome {
	const char *name;
	axe_result code;
};

static bool job_post_failed(const struct job *job)
{
	const char *verdict = json_string_value(json_object_get(job->post_result, "verdict"));
	enum verdict value;

	return verdict && verdict_from_name(verdict, &value) && verdict_is_failure(value);
}

/* The first that applies. */
static struct outcome job_outcome(const struct job *job)
{
	if (job->refusal == AXE_E_JOB_CANCELED)
		return (struct outcome){ "canceled", AXE_E_JOB_CANCELED };
	if (job->refusal)
		return (struct outcome){ "error", job->refusal };
	if (job->abandoned)
		return (struct outcome){ "abandoned", AXE_E_TERMINATE_FAILED };
	if (job->reason)
		return (struct outcome){ "canceled", AXE_E_JOB_CANCELED };
	if (job->overrun && !job->terminated)
		return (struct outcome){ "canceled", AXE_E_JOB_CANCELED };
	if (job->terminated)
		return (struct outcome){ "terminated", AXE_E_JOB_CANCELED };
	if (job->canceled)
		return (struct outcome){ "canceled", AXE_E_JOB_CANCELED };
	if (job_is_queued(job) ? job->tasks_failed : job->failed)
		return (struct outcome){ "failed", AXE_E_JOB_ASSESSMENTS_FAILED };
	if (job_post_failed(job))
		return (struct outcome){ "failed", AXE_E_POSTEXECUTION };
	if (job_is_queued(job) && job->tasks_canceled)
		return (struct outcome){ "canceled", AXE_E_JOB_CANCELED };
	return (struct outcome){ "finished", S_OK };
}

static uint64_t job_count_all(const struct job *job)
{
	uint64_t count = 0;

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		count += job->counts[verdict];
	return count;
}

static json_t *counts_json(const struct job *job)
{
	json_t *counts = json_object();

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		if (job->counts[verdict])
			json_object_set_new(counts, verdict_name((enum verdict)verdict),
				json_integer((json_int_t)job->counts[verdict]));
	}
	return counts;
}

static json_t *summary_json(const struct job *job, const struct outcome *outcome)
{
	json_t *summary = json_pack("{s:i, s:I, s:i, s:s, s:s, s:I, s:s, s:o, s:s, s:o}", "v", 1,
		"job", (json_int_t)job_id(job), "attempt", (int)job->context.attempt, "name",
		job->manifest->name, "outcome", outcome->name, "code", (json_int_t)outcome->code,
		"code_name", result_name(outcome->code), "counts", counts_json(job), "directory",
		job_directory(job), "duration_ms", json_ms(clock_monotonic_ns() - job->begun_ns));

	if (job->overrun) {
		json_object_set_new(summary, "overrun", json_true());
		json_object_set_new(summary, "message", json_string(JOB_OVERRUN_TEXT));
	}
	if (job->reason) {
		json_object_set_new(summary, "reason", json_string(job->reason));
		json_object_set_new(summary, "message", json_string(job->message));
	}
	json_object_set_new(summary, "executed",
		json_integer((json_int_t)(job_count_all(job) - job->counts[VERDICT_NOT_RUN])));
	json_object_set_new(summary, "failed", json_integer((json_int_t)job_count_failed(job)));
	json_object_set_new(
		summary, "result_path", json_sprintf("%s/results.json", job_directory(job)));
	json_object_set_new(summary, "errors", job_errors_json(job, outcome->code));
	if (job->post_result)
		json_object_set(summary, "post", job->post_result);
	json_object_set(summary, "warnings", job->residue);
	if (job->final_receipt) {
		json_object_set(job->final_receipt, "warnings", job->residue);
		json_object_set(summary, "receipt", job->final_receipt);
	}
	if (job->abandoned && job->survivors)
		json_object_set(summary, "survivors", job->survivors);
	return summary;
}

/* In the errand's thread: nobody else touches the results, nor the trace's file, until it is done.
 */
static int write_results(void *data)
{
	struct job *job = data;
	struct error *error = &job->writing_error;
	int first = 0, code;

	if (!job->results)
		return -error->code;
	if (!job->refusal)
		first = job_files_look_after(
			jobdir_descriptor(job->jobdir), &job->late.environment, error);
	/* What fails is tried as if nothing had been tried before, and told. */
	if (first == 0 && job->late.wanted &&
		results_put(job->results, job->summary, job->late.environment, &job->late.not_run,
			NULL) == 0)
		return 0;
	job->late.wanted = false;
	code = results_finish(
		job->results, job->summary, job->late.environment, first ? NULL : error);
	return first ? first : code;
}

/* Once a job has ended, nothing of its tries goes any more but what was full. What is still on its
 * way out goes beside the writing: both wait for the disk. */
static int write_results_and_sweep(void *data)
{
	const struct job *job = data;
	int code = write_results(data);

	sweeper_await(job->engine->sweeper);
	return code;
}

/* What could not be written is said in the summary, and is a failure of its own if there was none.
 */
static void note_unwritten(struct job *job)
{
	struct outcome outcome = { "error", AXE_E_JOB_RESULTS_FAILED };
	const char *text = job->writing_error.text;

	log_line(LOG_LEVEL_ERROR, "job %llu: %s", (unsigned long long)job_id(job), text);
	json_object_set_new(job->summary, "results_error", json_text(text, strlen(text)));
	json_object_del(job->summary, "result_path");
	if (job->outcome == S_OK) {
		job->outcome = outcome.code;
		json_object_set_new(job->summary, "outcome", json_string(outcome.name));
		json_object_set_new(job->summary, "code", json_integer((json_int_t)outcome.code));
		json_object_set_new(
			job->summary, "code_name", json_string(result_name(outcome.code)));
	} else {
		job_errors_note(job, ERROR_KIND_ERROR, outcome.code, text);
	}
	json_object_set_new(job->summary, "errors", job_errors_json(job, job->outcome));
}

static void results_written(int code, void *data)
{
	struct job *job = data;

	if (code == 0)
		code = trace_flush(job->trace, &job->writing_error);
	if (code < 0)
		note_unwritten(job);
	job->phase = JOB_ENDED;
	job_emit(job, TRACE_JOB_END, json_incref(job->summary));
}

static axe_result terminate_answer(const struct job *job)
{
	return job->abandoned ? AXE_E_TERMINATE_FAILED : S_OK;
}

static void patience_expired(void *data)
{
	struct job *job = data;

	job_answer_waiters(job, terminate_answer(job), false);
}

/* Behind the answer, which is given on the loop's next turn. */
static void sync_later(struct job *job)
{
	int folder = fcntl(jobdir_descriptor(job->jobdir), F_DUPFD_CLOEXEC, 0);

	syncer_take(job->engine->syncer, job_id(job), job->context.attempt, folder);
}

void job_end_published(struct job *job, bool durable)
{
	if (job->late.wanted)
		sync_later(job);
	durable &= !job->writing_error.code && trace_flush(job->trace, NULL) == 0;
	durable &= !publisher_lost(job->publisher);
	job_private_remove(job);
	job->phase = JOB_TOLD;
	timer_disarm(&job->patience);
	job_answer_waiters(job, terminate_answer(job), durable);
	if (job->observer.ended)
		job->observer.ended(job, job->outcome, job->summary, job->observer.data);
}

void job_end(struct job *job)
{
	struct outcome outcome = job_outcome(job);

	job->phase = JOB_SEALED;
	timer_disarm(&job->runtime);
	/* A private supervisor ends with its job. */
	if (!job->engine->recoverable)
		scene_rest(job->engine->scene);
	job->outcome = outcome.code;
	if (job_post_failed(job) && outcome.code != AXE_E_POSTEXECUTION)
		job_errors_note(job, ERROR_KIND_ERROR, AXE_E_POSTEXECUTION, NULL);
	job->summary = summary_json(job, &outcome);
	/* What was refused has no environment.json to go with it, and nobody is in a hurry. */
	job->late.wanted = !job->refusal && syncer_has_room(job->engine->syncer);
	timer_arm(&job->patience, clock_monotonic_ns() + DISK_PATIENCE_NS);
	if (errand_create(job->engine->loop, write_results_and_sweep, results_written, job,
		    &job->writing) < 0)
		/* No thread to be had: the loop waits for once, rather than that results are lost.
		 */
		results_written(write_results(job), job);
}

int job_end_init(struct job *job)
{
	return timer_init(&job->patience, job->engine->loop, patience_expired, job);
}

void job_end_finish(struct job *job)
{
	errand_destroy(job->writing);
	timer_finish(&job->patience);
	json_decref(job->summary);
	json_decref(job->late.not_run);
	free(job->late.environment);
}

json_t *job_status(const struct job *job)
{
	static const char *const phase_names[] = {
		[JOB_WAITING] = "pending",
		[JOB_PREPARED] = "pending",
		[JOB_RUNNING] = "running",
		[JOB_SEALED] = "sealed",
		[JOB_ENDED] = "ended",
		[JOB_TOLD] = "ended",
	};
	json_t *running = json_array();
	struct job_try *one;
	job_each_running(one, job)
	{
		json_array_append_new(running, runner_status(one->runner));
	}
	return json_pack("{s:I, s:I, s:s, s:s, s:b, s:b, s:I, s:I, s:o, s:o, s:s}", "job",
		(json_int_t)job_id(job), "owner", (json_int_t)job_owner(job), "name",
		job->manifest->name, "state", phase_names[job->phase], "canceled", job->canceled,
		"terminated", job->terminated, "assessments",
		(json_int_t)job->manifest->assessments_count, "done",
		(json_int_t)job_count_all(job), "counts", counts_json(job), "running", running,
		"directory", job_directory(job));
}
