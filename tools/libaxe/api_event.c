/* What a handler may ask of an event. */
#include "libaxe/api_event_parts.h"

void event_destroy(axe_event *event)
{
	if (!event)
		return;
	axe_errors_free(event->errors);
	json_decref(event->json);
	free(event->text);
	free(event->name);
	free(event->result_path);
	free(event);
}

axe_event_kind axe_event_get_kind(const axe_event *event)
{
	return event->kind;
}

uint64_t axe_event_sequence(const axe_event *event)
{
	return event->sequence;
}

uint64_t axe_event_job(const axe_event *event)
{
	return event->job;
}

uint32_t axe_event_assessment(const axe_event *event)
{
	return event->assessment;
}

const char *axe_event_assessment_name(const axe_event *event)
{
	return event->name;
}

axe_result axe_event_code(const axe_event *event)
{
	return event->code;
}

const axe_errors *axe_event_errors(const axe_event *event)
{
	return event->errors;
}

const char *axe_event_verdict(const axe_event *event)
{
	return event->verdict;
}

bool axe_event_exit(const axe_event *event, int *ret_status, int *ret_signal)
{
	if (event->exited && ret_status)
		*ret_status = event->status;
	if (!event->exited && ret_signal)
		*ret_signal = event->signal;
	return event->exited;
}

const char *axe_event_progress_type(const axe_event *event)
{
	return event->progress_type;
}

int64_t axe_event_progress_value(const axe_event *event)
{
	return event->progress_value;
}

const char *axe_event_progress_message(const axe_event *event)
{
	return event->progress_message;
}

uint32_t axe_event_executed_count(const axe_event *event)
{
	return event->counts.executed;
}

uint32_t axe_event_failed_count(const axe_event *event)
{
	return event->counts.failed;
}

const char *axe_event_result_path(const axe_event *event)
{
	return event->result_path;
}

const char *axe_event_json(const axe_event *event)
{
	return event->text;
}
