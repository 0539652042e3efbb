/* The three ways to end a job. Each call has a line of its own, since the job's holds ExecuteJob;
 * so any thread may call, and nobody waits for a handler. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/api_parts.h"

/* A private supervisor's death, seen from the job's line. Under the engine's lock. */
static bool is_dead(const struct run *run)
{
	struct pollfd poller = { .fd = run->line, .events = POLLRDHUP };

	return run->line >= 0 && poll(&poller, 1, 0) > 0;
}

/* The run that can be steered; NULL: none. */
static struct run *choose(axe_engine *engine)
{
	struct run *run;

	pthread_mutex_lock(&engine->lock);
	run = engine->run && !engine->run->ended ? run_reference(engine->run) : NULL;
	pthread_mutex_unlock(&engine->lock);
	return run;
}

/* A ticket names the job before it has a slot, and afterwards. `parameters` is taken. */
static char *name_job(axe_engine *engine, const struct run *run, json_t *parameters)
{
	const char *socket;
	char *copy;

	pthread_mutex_lock(&engine->lock);
	if (run->ticket)
		json_object_set_new(parameters, "ticket", json_string(run->ticket));
	else
		json_object_set_new(parameters, "job", json_integer((json_int_t)run->number));
	socket = engine->socket ? engine->socket : run->socket;
	copy = socket ? strdup(socket) : NULL;
	pthread_mutex_unlock(&engine->lock);
	return copy;
}

/* -errno: the supervisor did not answer. `parameters` is taken. */
static int call(axe_engine *engine, const struct run *run, const char *method, json_t *parameters,
	struct reply *ret_reply, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_json owned = parameters;
	auto_free char *socket = name_job(engine, run, owned);
	int code;

	if (!socket)
		return fail_plain(error, ENOTCONN, "the supervisor could make no socket to call");
	code = connection_open(socket, &connection, error);
	if (code < 0)
		return code;
	return connection_call(
		connection, method, take_pointer(owned), CONNECTION_FOREVER, ret_reply, error);
}

/* Nobody answers: the supervisor is dead or out of reach, or its job is over and so is the socket
 * that a private one had for it. */
static axe_result judge_silence(
	axe_engine *engine, const struct run *run, int code, struct error *error)
{
	bool dead;

	pthread_mutex_lock(&engine->lock);
	dead = is_dead(run);
	pthread_mutex_unlock(&engine->lock);
	if (code == -ENOMEM || code == -EMFILE || code == -ENFILE || code == -ENOTCONN)
		return AXE_E_INTERNAL_ERROR;
	if (dead || engine->socket)
		return AXE_E_ENGINE_NOT_RUNNING;
	fail_plain(error, ESRCH, "no job is running: it has just ended");
	return AXE_E_NO_JOB_RUNNING;
}

static axe_result ask(axe_engine *engine, const struct run *run, const char *method,
	json_t *parameters, struct reply *ret_reply, struct error *error)
{
	int code = parameters ? call(engine, run, method, parameters, ret_reply, error)
			      : fail(error, ENOMEM, "call %s", method);

	if (code < 0)
		return judge_silence(engine, run, code, error);
	reply_check(ret_reply, error);
	return reply_code(ret_reply);
}

static json_t *grace(uint64_t grace_ms)
{
	uint64_t most = INT64_MAX / NS_PER_MS;
	uint64_t grace_ns = (grace_ms < most ? grace_ms : most) * NS_PER_MS;

	return grace_ns ? json_pack("{s:I}", "grace_ns", (json_int_t)grace_ns) : json_object();
}

static axe_result request(axe_engine *engine, const char *method, json_t *parameters)
{
	auto_json owned = parameters;
	auto_reply reply = { 0 };
	struct error error = { 0 };
	struct run *run;
	axe_result code;

	faults_clear(engine->faults);
	run = choose(engine);
	if (!run)
		return faults_say(engine->faults, AXE_E_NO_JOB_RUNNING, NULL);
	code = ask(engine, run, method, take_pointer(owned), &reply, &error);
	run_drop(engine, run);
	return code == S_OK ? S_OK : faults_note(engine->faults, code, &error);
}

axe_result axe_engine_cancel_assessment(axe_engine *engine, uint32_t index, uint64_t grace_ms)
{
	json_t *parameters;

	if (!engine)
		return AXE_E_INVALID_ARGUMENT;
	parameters = grace(grace_ms);
	json_object_set_new(parameters, "index", json_integer(index));
	return request(engine, "CancelAssessment", parameters);
}

axe_result axe_engine_cancel_job(axe_engine *engine, uint64_t grace_ms)
{
	return engine ? request(engine, "CancelJob", grace(grace_ms)) : AXE_E_INVALID_ARGUMENT;
}

/* The supervisor died before it could: the group is ended from here, and the events follow. */
static axe_result terminate_ourselves(struct run *run, json_t **ret_receipt, struct error *error)
{
	unsigned survivors;

	error->text[0] = '\0';
	survivors = run_rescue(run, error);
	*ret_receipt = json_pack(
		"{s:s, s:I}", "source", "libaxe", "survivors_count", (json_int_t)survivors);
	if (survivors == 0)
		return S_OK;
	if (!error->text[0])
		fail_plain(error, ETIME, "the supervisor died; %u processes survived", survivors);
	return AXE_E_TERMINATE_FAILED;
}

static axe_result terminate(
	axe_engine *engine, struct run *run, json_t **ret_receipt, struct error *error)
{
	auto_reply reply = { 0 };
	axe_result code = ask(engine, run, "TerminateJob", json_object(), &reply, error);

	if (code == AXE_E_ENGINE_NOT_RUNNING && !engine->socket)
		return terminate_ourselves(run, ret_receipt, error);
	*ret_receipt = json_incref(json_object_get(reply.parameters, "receipt"));
	return code;
}

axe_result axe_engine_terminate_job(axe_engine *engine, char **ret_receipt)
{
	auto_json receipt = NULL;
	struct error error = { 0 };
	struct run *run;
	axe_result code;

	if (!engine)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	run = choose(engine);
	if (!run)
		return faults_say(engine->faults, AXE_E_NO_JOB_RUNNING, NULL);
	code = terminate(engine, run, &receipt, &error);
	run_drop(engine, run);
	if (ret_receipt && (code == S_OK || code == AXE_E_TERMINATE_FAILED))
		*ret_receipt = json_dumps(receipt, JSON_COMPACT | JSON_DECIMALS);
	return code == S_OK ? S_OK : faults_note(engine->faults, code, &error);
}
