/* The two requests to a job: cancel one assessment, cancel all. Asynchronous; nothing is killed
 * unless the caller gave a grace. */
#include "base/clock.h"
#include "base/json.h"
#include "engine/job_parts.h"
#include "engine/runner.h"

static json_t *grace_json(uint64_t grace_ns)
{
	return json_pack("{s:o}", "grace_ms", grace_ns ? json_ms(grace_ns) : json_null());
}

static bool job_is_running(const struct job *job)
{
	return job->phase == JOB_RUNNING;
}

void job_note_actor(struct job *job, json_t *actor)
{
	json_decref(job->actor);
	job->actor = actor;
}

axe_result job_cancel_assessment(struct job *job, unsigned index, uint64_t grace_ns)
{
	struct runner *runner;

	if (!job_is_running(job))
		return AXE_E_NO_JOB_RUNNING;
	runner = job_find_runner(job, index);
	if (!runner)
		return AXE_E_INVALID_INDEX;
	runner_cancel(runner, grace_ns);
	return S_OK;
}

axe_result job_cancel(struct job *job, uint64_t grace_ns)
{
	struct job_try *running;

	if (job_waits(job)) {
		job_refuse(job, AXE_E_JOB_CANCELED, "withdrawn while it waited for a slot");
		return S_OK;
	}
	if (!job_is_running(job))
		return AXE_E_NO_JOB_RUNNING;
	job->canceled = true;
	if (grace_ns)
		job->cancel_until_ns = clock_monotonic_ns() + grace_ns;
	job_save(job);
	job_emit(job, TRACE_JOB_CANCEL, grace_json(grace_ns));
	job_each_running(running, job)
	{
		runner_cancel(running->runner, grace_ns);
	}
	job_look(job);
	return S_OK;
}

json_t *job_running(const struct job *job)
{
	json_t *indices = json_array();
	struct job_try *running;

	job_each_running(running, job)
	{
		if (running != job->post)
			json_array_append_new(indices, json_integer((json_int_t)running->index));
	}
	return indices;
}
