/* What the trace of a job tells of its life so far: read by the supervisor that goes on with it. */
#include "recovery/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/result.h"
#include "model/host_fault.h"
#include "record/trace.h"
#include "record/trace_history.h"

static void keep(json_t **place, json_t *value)
{
	json_decref(*place);
	*place = json_incref(value);
}

static void see_begin(struct history_task *task, json_t *data)
{
	task->begun = true;
}

/* What was said of that try is in its result. */
static void forget_try(struct history_task *task)
{
	keep(&task->leak, NULL);
	keep(&task->survivors, NULL);
	keep(&task->progress, NULL);
	task->canceled = task->acknowledged = task->killed = task->timed_out = false;
}

static void see_try(struct history_task *task, json_t *data)
{
	if (!task->earlier)
		task->earlier = json_array();
	json_array_append_new(task->earlier, result_digest(data));
	keep(&task->last, data);
	task->tries++;
	task->host_faults += host_fault_named(
		json_string_value(json_object_get(json_object_get(data, "error"), "errno")));
	forget_try(task);
}

static void see_end(struct history_task *task, json_t *data)
{
	keep(&task->result, data);
}

static void see_cancel(struct history_task *task, json_t *data)
{
	const char *state = json_string_value(json_object_get(data, "state"));

	task->canceled |= state && !strcmp(state, "requested");
	task->acknowledged |= state && !strcmp(state, "acknowledged");
}

static void see_timeout(struct history_task *task, json_t *data)
{
	task->timed_out = true;
}

static void see_leak(struct history_task *task, json_t *data)
{
	keep(&task->leak, data);
}

static void see_kill(struct history_task *task, json_t *data)
{
	task->killed = true;
}

static void see_survivors(struct history_task *task, json_t *data)
{
	keep(&task->survivors, json_object_get(data, "survivors"));
}

static void see_progress(struct history_task *task, json_t *data)
{
	if (!task->progress)
		task->progress = json_array();
	json_array_append(task->progress, data);
}

static const struct {
	enum trace_type type;
	void (*see)(struct history_task *task, json_t *data);
} seers[] = {
	{ TRACE_ASSESSMENT_BEGIN, see_begin },
	{ TRACE_ASSESSMENT_TRY, see_try },
	{ TRACE_ASSESSMENT_END, see_end },
	{ TRACE_ASSESSMENT_CANCEL, see_cancel },
	{ TRACE_ASSESSMENT_TIMEOUT, see_timeout },
	{ TRACE_ASSESSMENT_LEAK, see_leak },
	{ TRACE_ASSESSMENT_KILL, see_kill },
	{ TRACE_ASSESSMENT_SURVIVOR, see_survivors },
	{ TRACE_ASSESSMENT_PROGRESS, see_progress },
	{ TRACE_POST_BEGIN, see_begin },
	{ TRACE_POST_END, see_end },
};

static void take_line(struct history *history, const char *type, json_t *line)
{
	const json_t *index = json_object_get(line, "assessment");

	json_array_append(history->events, line);
	if (!index || (size_t)json_integer_value(index) > history->count)
		return;
	for (size_t i = 0; i < sizeof(seers) / sizeof(*seers); i++)
		if (!strcmp(type, trace_type_name(seers[i].type)))
			seers[i].see(&history->tasks[json_integer_value(index)],
				json_object_get(line, "data"));
}

/* What is said of the trace itself is no event. */
static bool is_event(const char *type)
{
	return trace_name_is_lifecycle(type) && strcmp(type, trace_type_name(TRACE_LOST)) != 0 &&
	       strcmp(type, trace_type_name(TRACE_TORN)) != 0;
}

static void see_line(const char *type, const char *text, size_t size, void *data)
{
	auto_json line = is_event(type) ? json_loadb(text, size, 0, NULL) : NULL;

	if (json_is_object(line))
		take_line(data, type, line);
}

int history_read(
	int directory, size_t assessments, struct history *ret_history, struct error *error)
{
	struct history history = { .count = assessments };
	int code;

	history.events = json_array();
	history.tasks = calloc(assessments + 1, sizeof(*history.tasks));
	code = history.events && history.tasks ? trace_history(directory, see_line, &history, error)
					       : fail(error, ENOMEM, "read a trace again");
	if (code < 0) {
		history_finish(&history);
		return code;
	}
	*ret_history = history;
	return 0;
}

void history_finish(struct history *history)
{
	for (size_t i = 0; history->tasks && i <= history->count; i++) {
		struct history_task *task = &history->tasks[i];

		forget_try(task);
		json_decref(task->earlier);
		json_decref(task->last);
		json_decref(task->result);
	}
	free(history->tasks);
	json_decref(history->events);
}

const json_t *history_find(const struct history *history, const char *type)
{
	const json_t *event;
	size_t at;

	json_array_foreach (history->events, at, event)
		if (!strcmp(json_string_value(json_object_get(event, "type")), type))
			return event;
	return NULL;
}
