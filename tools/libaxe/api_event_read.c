/* An event of the trace becomes one of the API. */
#include <string.h>

#include "base/json.h"
#include "libaxe/api_errors.h"
#include "libaxe/api_event_parts.h"
#include "model/verdict.h"

#define RESULTS_NAME "results.json"

static const struct {
	const char *type;
	axe_event_kind kind;
} kinds[] = {
	{ "job.pending", AXE_EVENT_JOB_PENDING },
	{ "job.begin", AXE_EVENT_JOB_BEGIN },
	{ "assessment.begin", AXE_EVENT_ASSESSMENT_BEGIN },
	{ "progress", AXE_EVENT_PROGRESS },
	{ "assessment.cancel", AXE_EVENT_ASSESSMENT_CANCEL },
	{ "assessment.end", AXE_EVENT_ASSESSMENT_END },
	{ "job.end", AXE_EVENT_JOB_END },
};

static const char *read_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static json_int_t read_integer(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

axe_event_kind event_kind(const json_t *event)
{
	const char *type = read_text(event, "type");

	for (size_t at = 0; type && at < sizeof(kinds) / sizeof(*kinds); at++)
		if (strcmp(kinds[at].type, type) == 0)
			return kinds[at].kind;
	return (axe_event_kind)0;
}

uint32_t event_assessment(const json_t *event)
{
	const json_t *index = json_object_get(event, "assessment");

	return json_is_integer(index) ? (uint32_t)json_integer_value(index) : AXE_NO_ASSESSMENT;
}

struct event_counts event_count(const json_t *counts)
{
	struct event_counts sum = { 0 };
	const char *name;
	json_t *count;

	json_object_foreach ((json_t *)counts, name, count) {
		uint32_t number = (uint32_t)json_integer_value(count);
		enum verdict verdict;

		if (!verdict_from_name(name, &verdict) || verdict == VERDICT_NOT_RUN)
			continue;
		sum.executed += number;
		if (verdict_is_failure(verdict))
			sum.failed += number;
	}
	return sum;
}

/* {"status": 3} or {"signal": 9, ...}; null: it never ran. */
static void read_exit(axe_event *event, const json_t *exit)
{
	const json_t *status = json_object_get(exit, "status");

	event->exited = json_is_integer(status);
	event->status = (int)json_integer_value(status);
	event->signal = (int)read_integer(exit, "signal");
}

static bool read_assessment_end(axe_event *event, const json_t *data)
{
	const json_t *error = json_object_get(data, "error");

	event->verdict = read_text(data, "verdict");
	event->code = (axe_result)read_integer(error, "code");
	read_exit(event, json_object_get(data, "exit"));
	event->errors = errors_read(json_object_get(data, "errors"), event->code, event->assessment,
		read_text(error, "text"));
	return event->errors;
}

static bool read_result_path(axe_event *event, const json_t *summary)
{
	const char *directory = read_text(summary, "directory");

	if (!directory || json_object_get(summary, "results_error"))
		return true;
	return asprintf(&event->result_path, "%s/" RESULTS_NAME, directory) > 0;
}

static bool read_job_end(axe_event *event, const json_t *summary, const axe_errors *errors)
{
	event->verdict = read_text(summary, "outcome");
	event->code = (axe_result)read_integer(summary, "code");
	event->counts = event_count(json_object_get(summary, "counts"));
	event->errors = errors ? errors_copy(errors)
			       : errors_read(json_object_get(summary, "errors"), event->code,
					 AXE_NO_ASSESSMENT, read_text(summary, "message"));
	return event->errors && read_result_path(event, summary);
}

static void read_progress(axe_event *event, const json_t *data)
{
	const char *message = read_text(data, "message");

	event->progress_type = read_text(data, "type");
	event->progress_value = read_integer(data, "value");
	event->progress_message = message ? message : "";
}

static bool read_data(axe_event *event, const axe_errors *errors)
{
	const json_t *data = json_object_get(event->json, "data");

	switch (event->kind) {
	case AXE_EVENT_ASSESSMENT_END:
		return read_assessment_end(event, data);
	case AXE_EVENT_JOB_END:
		return read_job_end(event, data, errors);
	case AXE_EVENT_PROGRESS:
		read_progress(event, data);
		return true;
	case AXE_EVENT_JOB_PENDING:
	case AXE_EVENT_JOB_BEGIN:
	case AXE_EVENT_ASSESSMENT_BEGIN:
	case AXE_EVENT_ASSESSMENT_CANCEL:
		return true;
	}
	return true;
}

axe_event *event_read(const json_t *json, const axe_job *job, const axe_errors *errors)
{
	auto_event event = calloc(1, sizeof(*event));
	const char *name;

	if (!event)
		return NULL;
	event->kind = event_kind(json);
	event->json = json_incref((json_t *)json);
	event->text = json_dumps(json, JSON_COMPACT | JSON_DECIMALS);
	event->sequence = (uint64_t)read_integer(json, "seq");
	event->job = (uint64_t)read_integer(json, "job");
	event->assessment = event_assessment(json);
	/* The event may outlive the job's name in a program that frees its job. */
	name = job ? axe_job_assessment_name(job, event->assessment) : NULL;
	event->name = name ? strdup(name) : NULL;
	if (!event->text || (name && !event->name) || !read_data(event, errors))
		return NULL;
	return take_pointer(event);
}
