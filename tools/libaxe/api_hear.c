/* What the supervisor says of the job that runs: each reply is heard once, in order. */
#include "base/error.h"
#include "base/json.h"
#include "libaxe/api_errors.h"
#include "libaxe/api_event.h"
#include "libaxe/api_parts.h"

static void hear_start(axe_engine *engine, struct run *run, const json_t *first)
{
	pthread_mutex_lock(&engine->lock);
	run_take_start(run, first);
	pthread_mutex_unlock(&engine->lock);
	if (engine->supervisor)
		run_hold_group(run, json_string_value(json_object_get(first, "group")));
}

/* What of it was not in the event says the last answer, so the handler waits for that. */
static void hear_job_end(axe_engine *engine, struct run *run, const json_t *event)
{
	pthread_mutex_lock(&engine->lock);
	run->ended = true;
	pthread_mutex_unlock(&engine->lock);
	json_decref(run->end_event);
	run->end_event = json_incref((json_t *)event);
}

/* The job's own list begins with those of its assessments. */
static void keep_errors(axe_engine *engine, struct run *run, const json_t *event)
{
	const json_t *data = json_object_get(event, "data"),
		     *error = json_object_get(data, "error");
	axe_result code = (axe_result)json_integer_value(json_object_get(error, "code"));
	uint32_t index = event_assessment(event);

	if (code == S_OK)
		return;
	pthread_mutex_lock(&engine->lock);
	errors_add(run->errors, AXE_ERROR_ERROR, code, index,
		json_string_value(json_object_get(error, "text")));
	pthread_mutex_unlock(&engine->lock);
}

/* False: it is not for handlers. */
static bool hear_assessment(
	axe_engine *engine, struct run *run, axe_event_kind kind, const json_t *event)
{
	uint32_t index = event_assessment(event);

	/* The post action stands behind the last one. */
	if (index >= axe_job_assessment_count(run->job))
		return false;
	if (kind == AXE_EVENT_ASSESSMENT_BEGIN)
		return run_begin_assessment(run, index);
	if (kind != AXE_EVENT_ASSESSMENT_END)
		return true;
	json_array_append(run->results, json_object_get(event, "data"));
	keep_errors(engine, run, event);
	return run_end_assessment(run, index);
}

static void note_begin(axe_engine *engine, struct run *run)
{
	pthread_mutex_lock(&engine->lock);
	run->begun = true;
	pthread_cond_broadcast(&engine->changed);
	pthread_mutex_unlock(&engine->lock);
}

static void hear_event(axe_engine *engine, struct run *run, const json_t *event)
{
	axe_event_kind kind = event_kind(event);

	switch (kind) {
	case AXE_EVENT_JOB_END:
		hear_job_end(engine, run, event);
		return;
	case AXE_EVENT_ASSESSMENT_BEGIN:
	case AXE_EVENT_PROGRESS:
	case AXE_EVENT_ASSESSMENT_CANCEL:
	case AXE_EVENT_ASSESSMENT_END:
		if (!hear_assessment(engine, run, kind, event))
			return;
		break;
	case AXE_EVENT_JOB_PENDING:
		break;
	case AXE_EVENT_JOB_BEGIN:
		engine_raise(engine, run, event);
		note_begin(engine, run);
		return;
	}
	if (kind)
		engine_raise(engine, run, event);
}

void hear_reply(axe_engine *engine, const struct reply *reply)
{
	const json_t *event = json_object_get(reply->parameters, "event");
	struct run *run = engine->run;
	struct error error = { 0 };

	if (!run || run->over)
		return;
	if (reply_check(reply, &error) < 0) {
		end_by_refusal(engine, reply_code(reply), error.text);
	} else if (!reply->continues) {
		end_by_answer(engine, reply->parameters);
	} else {
		hear_start(engine, run, reply->parameters);
		if (event)
			hear_event(engine, run, event);
	}
}

void hear_loss(axe_engine *engine, const struct error *error)
{
	struct run *run = engine->run;

	/* Its job first; the supervisor is reaped behind that. */
	if (run && !run->over)
		end_by_loss(engine, error);
	line_close(engine);
}
