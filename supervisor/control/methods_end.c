/* The three ways to end a job, from soft to hard. */
#include "control/methods.h"

#include <limits.h>

#include "base/json.h"
#include "control/answer.h"
#include "control/choice.h"
#include "control/session.h"
#include "control/varlink.h"
#include "model/result.h"

/* The answer to a request that was signalled, or the error that fits its code. */
static void answer(struct session *session, axe_result code)
{
	if (code == S_OK)
		session_reply(session, json_object());
	else if (code == AXE_E_NO_JOB_RUNNING)
		refuse_no_job(session);
	else
		session_break(session, result_name(code));
}

/* 0: no grace, nothing escalates. False: refused. */
static bool read_grace(struct session *session, const json_t *parameters, uint64_t *ret_grace_ns)
{
	json_int_t grace_ns = json_integer_value(json_object_get(parameters, "grace_ns"));

	if (grace_ns < 0) {
		session_refuse(session, "grace_ns");
		return false;
	}
	*ret_grace_ns = (uint64_t)grace_ns;
	return true;
}

static void refuse_index(struct session *session, const struct job *job)
{
	session_fail(session, VARLINK_ENGINE ".InvalidIndex",
		json_pack("{s:o}", "running", job_running(job)));
}

void engine_cancel_assessment(struct session *session, const json_t *parameters)
{
	json_int_t index = json_integer_value(json_object_get(parameters, "index"));
	uint64_t grace_ns;
	struct run *run;
	axe_result code;

	if (index < 0)
		return session_refuse(session, "index");
	if (!read_grace(session, parameters, &grace_ns))
		return;
	run = choose_run(session, parameters);
	if (!run)
		return;
	if (index > UINT_MAX)
		return refuse_index(session, run->job);

	job_note_actor(run->job, actor_json(&session->config.actor));
	code = job_cancel_assessment(run->job, (unsigned)index, grace_ns);
	job_note_actor(run->job, NULL);
	if (code == AXE_E_INVALID_INDEX)
		return refuse_index(session, run->job);
	answer(session, code);
}

void engine_cancel_job(struct session *session, const json_t *parameters)
{
	uint64_t grace_ns;
	struct run *run;
	struct job *job;
	axe_result code;

	if (!read_grace(session, parameters, &grace_ns))
		return;
	run = choose_run(session, parameters);
	if (!run)
		return;
	job = run->job;
	job_note_actor(job, actor_json(&session->config.actor));
	code = job_cancel(job, grace_ns);
	job_note_actor(job, NULL);
	answer(session, code);
}

/* A receipt's survivors; none when it names none. */
static json_t *list_survivors(const json_t *receipt)
{
	json_t *survivors = json_object_get(receipt, "survivors");

	return json_is_array(survivors) ? json_incref(survivors) : json_array();
}

static void terminated(axe_result code, const json_t *receipt, bool durable, void *data)
{
	struct session *session = data;

	if (code == S_OK)
		session_reply(
			session, json_pack("{s:O, s:b}", "receipt", receipt, "durable", durable));
	else if (code == AXE_E_TERMINATE_FAILED)
		session_fail(session, VARLINK_ENGINE ".TerminateFailed",
			json_pack("{s:O, s:o}", "receipt", receipt, "survivors",
				list_survivors(receipt)));
	else
		answer(session, code);
}

static void forget_termination(struct session *session)
{
	supervisor_forget(session->config.supervisor, session);
}

void engine_terminate_job(struct session *session, const json_t *parameters)
{
	struct run *run = choose_run(session, parameters);
	struct job *job;
	axe_result code;

	if (!run)
		return;
	job = run->job;
	session_wait(session, forget_termination);
	job_note_actor(job, actor_json(&session->config.actor));
	code = run_terminate(run, terminated, session);
	job_note_actor(job, NULL);
	if (code != S_OK)
		answer(session, code);
}
