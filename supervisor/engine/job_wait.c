/* A job that waits for a slot: it has a number, is told of, and may end without a beginning. */
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "engine/job_parts.h"
#include "model/manifest.h"
#include "record/jobdir.h"
#include "record/results.h"

void job_wait(struct job *job, size_t ahead, const json_t *running)
{
	job_emit(job, TRACE_JOB_PENDING,
		json_pack("{s:s, s:I, s:I, s:O, s:s}", "name", job->manifest->name, "assessments",
			(json_int_t)job->manifest->assessments_count, "ahead", (json_int_t)ahead,
			"running", running, "directory", job_directory(job)));
}

bool job_waits(const struct job *job)
{
	return job->phase == JOB_WAITING;
}

void job_refuse(struct job *job, axe_result code, const char *text)
{
	job->refusal = code;
	snprintf(job->refusal_text, sizeof(job->refusal_text), "%s", text);
	/* They are there when it is the start that failed. */
	if (!job->results)
		results_create(jobdir_descriptor(job->jobdir), &job->results, &job->writing_error);
	if (job->results)
		job_drop_rest(job);
	job_end(job);
}
