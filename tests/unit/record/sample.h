/* Results of a job as the engine makes them, for what renders and stores them. */
#pragma once

#include <jansson.h>

#include "record/result_format.h"

/* One result; `more` (taken, may be NULL) overrides or adds. A new reference. */
static inline json_t *sample_result(int index, const char *name, const char *verdict, json_t *more)
{
	json_t *result = json_pack("{s:i, s:s, s:i, s:s, s:{s:I, s:s, s:s}, s:n, s:n, s:[], s:[], "
				   "s:{s:b, s:s}, s:s, s:f}",
		"index", index, "name", name, "try", 1, "verdict", verdict, "error", "code",
		(json_int_t)0, "name", "S_OK", "text", "success", "exit", "killer", "leaks",
		"warnings", "integrity", "complete", 1, "reason", "", "start",
		"2026-11-21T08:50:06.123456Z", "duration_ms", 1500.25);

	if (more)
		json_object_update(result, more);
	json_decref(more);
	return result;
}

/* A whole job around an array of results (taken). A new reference. */
static inline json_t *sample_job(json_t *assessments)
{
	return json_pack("{s:I, s:s, s:s, s:o}", "job", (json_int_t)12, "name", "nightly",
		"outcome", "failed", "assessments", assessments);
}

/* A job as above in one of the formats; NULL: no memory. The caller frees. */
static inline char *sample_render(const struct result_format *format, const json_t *job)
{
	void *document = format->begin(job);
	const json_t *result;
	size_t at;

	if (!document)
		return NULL;
	json_array_foreach (json_object_get(job, "assessments"), at, result)
		format->add(document, result);
	return format->end(document);
}
