/* What the trace, the results and the intents tell of an adopted job as a whole. */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/agenda.h"
#include "model/manifest.h"
#include "record/jobdir.h"
#include "record/results.h"
#include "recovery/adoption.h"

static uint64_t mono_of(const json_t *event)
{
	return (uint64_t)json_integer_value(json_object_get(event, "mono_ns"));
}

static void see_begin(struct job *job, const json_t *event)
{
	uint64_t mono_ns = mono_of(event);

	job->phase = JOB_RUNNING;
	job->begun_ns = mono_ns;
	job->started = (struct store_time){
		clock_wall_ns() - (clock_monotonic_ns() - mono_ns),
		mono_ns,
	};
}

static void see_cancel(struct job *job, const json_t *event)
{
	job->canceled = true;
}

static void see_terminate(struct job *job, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const char *reason = json_string_value(json_object_get(data, "reason"));
	const char *message = json_string_value(json_object_get(data, "message"));

	job->terminated = true;
	if (reason)
		job_note_reason(job, reason, message ? message : "");
}

static void see_overrun(struct job *job, const json_t *event)
{
	job->overrun = true;
}

static void see_kill(struct job *job, const json_t *event)
{
	json_decref(job->final_receipt);
	job->final_receipt = json_incref(json_object_get(event, "data"));
}

static const struct {
	enum trace_type type;
	void (*see)(struct job *job, const json_t *event);
} seers[] = {
	{ TRACE_JOB_BEGIN, see_begin },
	{ TRACE_JOB_CANCEL, see_cancel },
	{ TRACE_JOB_TERMINATE, see_terminate },
	{ TRACE_JOB_OVERRUN, see_overrun },
	{ TRACE_JOB_KILL, see_kill },
};

void adoption_replay(struct adoption *adoption)
{
	struct job *job = adoption->job;
	const json_t *event;
	size_t at;

	job->phase = JOB_PREPARED;
	json_array_foreach (adoption->history.events, at, event)
		for (size_t i = 0; i < sizeof(seers) / sizeof(*seers); i++)
			if (!strcmp(json_string_value(json_object_get(event, "type")),
				    trace_type_name(seers[i].type)))
				seers[i].see(job, event);
	if (job->phase == JOB_RUNNING && job->manifest->runtime_ns)
		timer_arm(&job->runtime, job->started.mono_ns + job->manifest->runtime_ns);
}

static bool read_result(const json_t *result, size_t *ret_index, enum verdict *ret_verdict)
{
	const char *name = json_string_value(json_object_get(result, "verdict"));

	*ret_index = (size_t)json_integer_value(json_object_get(result, "index"));
	return name && verdict_from_name(name, ret_verdict);
}

static void take_result(struct job *job, const json_t *result)
{
	enum verdict verdict;
	size_t index;

	if (!read_result(result, &index, &verdict) || index >= job->manifest->assessments_count)
		return;
	/* Twice in the file: its writer died between the line and what it did next. */
	if (!agenda_drop_one(job->agenda, index))
		return;
	agenda_done(job->agenda, index);
	job->counts[verdict]++;
	job->failed |= verdict_is_failure(verdict);
	job_note_task(job, result);
	job_errors_add(job, result);
}

static void see_result(const json_t *result, void *data)
{
	take_result(data, result);
}

/* The line of the trace comes before the line of the results. */
static void add_missing(struct adoption *adoption)
{
	struct job *job = adoption->job;

	for (size_t index = 0; index < job->manifest->assessments_count; index++) {
		json_t *result = adoption_task(adoption, index)->result;

		if (!result || !agenda_drop_one(job->agenda, index))
			continue;
		job_count(job, verdict_of_result(result), result);
		agenda_done(job->agenda, index);
		job_note_task(job, result);
		job_errors_add(job, result);
	}
}

static void take_post(struct adoption *adoption)
{
	struct job *job = adoption->job;
	json_t *result = adoption_task(adoption, job->manifest->assessments_count)->result;

	if (!result)
		return;
	job->post_result = json_incref(result);
	job_errors_add(job, result);
	job->post_done = true;
}

int adoption_take_results(struct adoption *adoption, struct error *error)
{
	struct job *job = adoption->job;
	int code = results_reopen(
		jobdir_descriptor(job->jobdir), see_result, job, &job->results, error);

	if (code < 0)
		return code;
	add_missing(adoption);
	take_post(adoption);
	return 0;
}
