/* What goes on: the job that runs, its events, and what this host allows. */
#include "control/methods.h"

#include "base/json.h"
#include "control/answer.h"
#include "control/session.h"
#include "control/varlink.h"

void engine_get_status(struct session *session, const json_t *parameters)
{
	struct job *job = supervisor_job(session->config.supervisor);

	if (!job)
		return session_fail(session, VARLINK_ENGINE ".NoJobRunning", json_object());
	session_reply(session, json_pack("{s:o}", "status", job_status(job)));
}

static void tell_event(struct listener *listener, const json_t *event)
{
	struct session *session = container_of(listener, struct session, listener);

	session_stream(session, json_pack("{s:O}", "event", event));
}

static const struct listener_calls subscription = {
	.event = tell_event,
	.notice = tell_event,
};

void engine_subscribe(struct session *session, const json_t *parameters)
{
	session_listen(session, &subscription);
}

void engine_diagnose_host(struct session *session, const json_t *parameters)
{
	const struct supervisor *supervisor = session->config.supervisor;
	json_t *report = engine_diagnose(&supervisor_config(supervisor)->engine);

	if (!report || json_object_set_new(report, "residue", supervisor_residue(supervisor)) < 0) {
		json_decref(report);
		return session_break(session, "out of memory");
	}
	session_reply(session, json_pack("{s:o}", "report", report));
}
