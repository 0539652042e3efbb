/* The error list of a job: what its assessments said, what else went wrong, and its outcome. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "engine/job_parts.h"
#include "model/manifest.h"
#include "model/verdict.h"

#define CLOSING_SIZE 480

uint64_t job_count_failed(const struct job *job)
{
	uint64_t count = 0;

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		if (verdict_is_failure((enum verdict)verdict))
			count += job->counts[verdict];
	return count;
}

void job_errors_note(struct job *job, enum error_kind kind, axe_result code, const char *text)
{
	const struct error_entry entry = { kind, code, text, ERROR_LIST_NO_ASSESSMENT };

	error_list_add(&job->errors, &entry);
}

void job_errors_add(struct job *job, const json_t *result)
{
	error_list_extend(&job->errors, json_object_get(result, "errors"));
}

static const char *canceled_text(const struct job *job)
{
	if (job->terminated)
		return "the job was terminated";
	return job->overrun ? JOB_OVERRUN_TEXT : "the job was canceled";
}

/* NULL: that of the code says it all. */
static const char *closing_text(
	const struct job *job, axe_result code, char buffer[static CLOSING_SIZE])
{
	if (job->refusal)
		return job->refusal_text;
	if (code == AXE_E_JOB_CANCELED)
		return canceled_text(job);
	if (code == AXE_E_JOB_RESULTS_FAILED)
		return job->writing_error.text;
	if (code != AXE_E_JOB_ASSESSMENTS_FAILED)
		return NULL;
	snprintf(buffer, CLOSING_SIZE, "%llu of %zu assessments failed",
		(unsigned long long)job_count_failed(job), job->manifest->assessments_count);
	return buffer;
}

json_t *job_errors_json(const struct job *job, axe_result code)
{
	char buffer[CLOSING_SIZE];
	const struct error_entry closing = {
		.kind = ERROR_KIND_ERROR,
		.code = code,
		.text = closing_text(job, code, buffer),
		.assessment = ERROR_LIST_NO_ASSESSMENT,
	};

	return error_list_json(&job->errors, code == S_OK ? NULL : &closing);
}
