/* A job is executed: handed over, waited for, and heard by whoever dispatches. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/api_job.h"
#include "libaxe/api_parts.h"

/* What a version of it before the first published one cannot be. */
#define EXECUTION_SIZE_MIN (offsetof(axe_execution, async) + sizeof(bool))

/* What a newer caller asks of us that we do not know must be nothing. */
static bool read_execution(const axe_execution *given, axe_execution *ret_execution)
{
	const unsigned char *bytes = (const unsigned char *)given;

	*ret_execution = (axe_execution){ .size = sizeof(*ret_execution) };
	if (!given)
		return true;
	if (given->size < EXECUTION_SIZE_MIN)
		return false;
	for (size_t at = sizeof(*ret_execution); at < given->size; at++)
		if (bytes[at])
			return false;
	memcpy(ret_execution, given,
		given->size < sizeof(*ret_execution) ? given->size : sizeof(*ret_execution));
	return true;
}

static uint64_t to_ns(uint64_t ms)
{
	return ms > INT64_MAX / NS_PER_MS ? INT64_MAX : ms * NS_PER_MS;
}

static json_t *make_parameters(json_t *manifest, const axe_execution *execution)
{
	json_t *options = json_object();

	if (execution->wait_timeout_ms != AXE_FOREVER)
		json_object_set_new(options, "wait_ns",
			json_integer((json_int_t)to_ns(execution->wait_timeout_ms)));
	if (execution->kill_deadline_ms)
		json_object_set_new(options, "kill_deadline_ns",
			json_integer((json_int_t)to_ns(execution->kill_deadline_ms)));
	if (execution->abandon_after_ms)
		json_object_set_new(options, "abandon_after_ns",
			json_integer((json_int_t)to_ns(execution->abandon_after_ms)));
	return json_pack("{s:o, s:o}", "manifest", manifest, "options", options);
}

/* Claim the engine, so that nobody else starts a job or changes a setting. */
static axe_result claim(axe_engine *engine, bool async, bool *ret_inside)
{
	const struct run *run;
	axe_result code = S_OK;

	pthread_mutex_lock(&engine->lock);
	run = engine->run;
	*ret_inside = engine_is_inside(engine);
	if (engine->starting || (run && !run->over && !(*ret_inside && run->handling_end)))
		code = AXE_E_JOB_RUNNING;
	else if (*ret_inside && !async)
		code = AXE_E_INVALID_STATE;
	else
		engine->starting = true;
	pthread_mutex_unlock(&engine->lock);
	return code;
}

/* The supervisor's first word: it takes the job in, or refuses it. */
static axe_result hand_over(
	axe_engine *engine, json_t *parameters, struct reply *ret_first, struct error *error)
{
	auto_json owned = parameters;
	axe_result code;

	if (!owned) {
		fail(error, ENOMEM, "hand over the job");
		return AXE_E_INTERNAL_ERROR;
	}
	if (line_open(engine, error) < 0)
		return AXE_E_ENGINE_NOT_RUNNING;
	if (connection_send(engine->connection, "ExecuteJob", take_pointer(owned), true, error) <
			0 ||
		connection_wait(engine->connection, CONNECTION_FOREVER, ret_first, error) < 0) {
		line_close(engine);
		return AXE_E_ENGINE_NOT_RUNNING;
	}
	code = reply_code(ret_first);
	reply_check(ret_first, error);
	return code;
}

/* From here on it can be steered, although its first event was not handled yet. */
static void install(axe_engine *engine, struct run *run, struct reply *first)
{
	struct run *before;

	run_take_start(run, first->parameters);
	if (engine->supervisor) {
		run->line = fcntl(
			connection_descriptor(engine->connection), F_DUPFD_CLOEXEC, STDERR_FILENO);
		run_hold_group(run, json_string_value(json_object_get(first->parameters, "group")));
	}
	pthread_mutex_lock(&engine->lock);
	before = engine->run;
	engine->run = run;
	pthread_mutex_unlock(&engine->lock);
	run_drop(engine, before);
	engine->first = *first;
	*first = (struct reply){ .parameters = NULL };
	engine_wake(engine);
}

/* With the turn. */
static axe_result start(
	axe_engine *engine, struct run *run, json_t *parameters, struct error *error)
{
	auto_json owned = parameters;
	auto_reply first = { 0 };
	axe_result code;

	/* Before the job, which would have nobody to hear it. */
	if (engine->threading == AXE_THREADING_FREE && reader_start(engine) < 0) {
		fail(error, EAGAIN, "start a thread");
		return AXE_E_INTERNAL_ERROR;
	}
	code = hand_over(engine, take_pointer(owned), &first, error);
	if (code == S_OK)
		install(engine, run, &first);
	return code;
}

static axe_result begin(axe_engine *engine, const axe_job *job, const axe_execution *execution,
	bool inside, struct run **ret_run)
{
	struct error error = { 0 };
	json_t *manifest;
	struct run *run;
	axe_result code;

	if (!job_hold(job, &manifest))
		return faults_say(engine->faults, AXE_E_INTERNAL_ERROR, "out of memory");
	run = run_create(job);
	if (!run) {
		json_decref(manifest);
		job_release(job);
		return faults_say(engine->faults, AXE_E_INTERNAL_ERROR, "out of memory");
	}
	if (execution->kill_deadline_ms)
		run->kill_deadline_ns = to_ns(execution->kill_deadline_ms);
	run->references++; /* the caller's, who may wait for its end */
	if (!inside)
		turn_take(engine);
	code = start(engine, run, make_parameters(manifest, execution), &error);
	if (!inside)
		turn_give(engine);
	if (code != S_OK) {
		run_destroy(run);
		return faults_note(engine->faults, code, &error);
	}
	*ret_run = run;
	return S_OK;
}

static bool is_over(const struct run *run)
{
	return run->over;
}

/* The job's code, and the newest text of its list. The reference is dropped. */
static axe_result conclude(axe_engine *engine, struct run *run)
{
	axe_result code = run->code;
	axe_error_info info;

	if (code != S_OK && axe_errors_get(run->errors, AXE_ERROR_NEWEST, &info) == S_OK)
		faults_say(engine->faults, code, info.text);
	run_drop(engine, run);
	return code;
}

axe_result axe_engine_execute_job(
	axe_engine *engine, const axe_job *job, const axe_execution *given)
{
	axe_execution execution;
	struct run *run = NULL;
	axe_result code;
	bool inside;

	if (!engine || !job)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	if (!read_execution(given, &execution))
		return faults_say(engine->faults, AXE_E_INVALID_ARGUMENT,
			"axe_execution: its size is no size of it, or it asks for what is unknown");
	code = claim(engine, execution.async, &inside);
	if (code != S_OK)
		return faults_say(engine->faults, code, NULL);
	code = begin(engine, job, &execution, inside, &run);
	pthread_mutex_lock(&engine->lock);
	engine->starting = false;
	pthread_mutex_unlock(&engine->lock);
	if (code != S_OK)
		return code;
	if (execution.async) {
		run_drop(engine, run);
		return S_OK;
	}
	engine_await(engine, run, is_over, CONNECTION_FOREVER);
	return conclude(engine, run);
}

axe_result axe_engine_wait(axe_engine *engine, uint64_t timeout_ms)
{
	uint64_t timeout_ns =
		timeout_ms > UINT64_MAX / NS_PER_MS ? CONNECTION_FOREVER : timeout_ms * NS_PER_MS;
	struct run *run;
	bool inside;

	if (!engine)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	pthread_mutex_lock(&engine->lock);
	inside = engine_is_inside(engine);
	run = inside ? NULL : run_reference(engine->run);
	pthread_mutex_unlock(&engine->lock);
	if (inside)
		return faults_say(engine->faults, AXE_E_INVALID_STATE,
			"a handler cannot wait for the events that come after it");
	if (!run)
		return faults_say(engine->faults, AXE_E_NO_JOB_RUNNING, NULL);
	if (engine_await(engine, run, is_over, timeout_ns))
		return conclude(engine, run);
	run_drop(engine, run);
	return faults_say(engine->faults, AXE_E_JOB_WAIT_TIMEOUT, "the job has not ended in time");
}

int axe_engine_dispatch_descriptor(const axe_engine *engine)
{
	if (!engine || axe_engine_get_threading(engine) != AXE_THREADING_DISPATCH)
		return -1;
	return engine->epoll;
}

axe_result axe_engine_dispatch(axe_engine *engine)
{
	bool inside;

	if (!engine)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	pthread_mutex_lock(&engine->lock);
	inside = engine_is_inside(engine);
	pthread_mutex_unlock(&engine->lock);
	if (inside || axe_engine_get_threading(engine) != AXE_THREADING_DISPATCH)
		return faults_say(engine->faults, AXE_E_INVALID_STATE,
			inside ? "a handler cannot dispatch" : "threading is free");
	/* Whoever has the turn dispatches already. */
	if (turn_try(engine)) {
		engine_pump(engine);
		turn_give(engine);
	}
	return S_OK;
}
