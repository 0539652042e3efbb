/* What goes on: the jobs that there are, their events, and what this host allows. */
#include "control/methods.h"

#include "base/json.h"
#include "control/answer.h"
#include "control/choice.h"
#include "control/replay.h"
#include "control/session.h"
#include "control/varlink.h"
#include "record/store.h"

void engine_get_status(struct session *session, const json_t *parameters)
{
	const struct run *run = choose_run(session, parameters);

	if (run)
		session_reply(session, json_pack("{s:o}", "status", job_status(run->job)));
}

void engine_list_jobs(struct session *session, const json_t *parameters)
{
	session_reply(
		session, json_pack("{s:o}", "jobs", supervisor_list(session->config.supervisor)));
}

void engine_get_job(struct session *session, const json_t *parameters)
{
	json_int_t job = json_integer_value(json_object_get(parameters, "job"));
	const struct run *run;

	if (job <= 0)
		return session_refuse(session, "job");
	run = supervisor_find_job(session->config.supervisor, (uint64_t)job);
	if (!run)
		return session_fail(
			session, VARLINK_ENGINE ".NotFound", json_pack("{s:I}", "job", job));
	session_reply(session, json_pack("{s:o}", "job", job_status(run->job)));
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
	const json_t *after = json_object_get(parameters, "after");
	struct store *store = supervisor_config(session->config.supervisor)->engine.store;

	if (after && !json_is_null(after)) {
		/* Without a store there is nothing to tell again. */
		if (!json_is_integer(after) || json_integer_value(after) < 0 || !store)
			return session_refuse(session, "after");
		return replay_start(session, (uint64_t)json_integer_value(after));
	}
	if (store) {
		struct store_status status;

		store_status(store, &status);
		return replay_start(session, status.last_seq);
	}
	session_listen(session, &subscription);
	supervisor_subscribe(session->config.supervisor, &session->listener);
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
