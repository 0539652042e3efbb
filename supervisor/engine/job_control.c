/* The two requests to a job: cancel one assessment, cancel all. Asynchronous; nothing is killed
 * unless the caller gave a grace. */
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

axe_result job_cancel_assessment(struct job *job, unsigned index, uint64_t grace_ns)
{
	if (!job_is_running(job))
		return AXE_E_NO_JOB_RUNNING;
	if (!job->runner || runner_is_over(job->runner) || runner_index(job->runner) != index)
		return AXE_E_INVALID_INDEX;
	runner_cancel(job->runner, grace_ns);
	return S_OK;
}

axe_result job_cancel(struct job *job, uint64_t grace_ns)
{
	if (!job_is_running(job))
		return AXE_E_NO_JOB_RUNNING;
	job->canceled = true;
	job_emit(job, TRACE_JOB_CANCEL, grace_json(grace_ns));
	if (job->runner && !runner_is_over(job->runner))
		runner_cancel(job->runner, grace_ns);
	job_look(job);
	return S_OK;
}

json_t *job_running(const struct job *job)
{
	json_t *running = json_array();

	if (job->runner && !runner_is_over(job->runner))
		json_array_append_new(running, json_integer(runner_index(job->runner)));
	return running;
}
