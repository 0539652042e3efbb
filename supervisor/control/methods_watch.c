/* What goes on: the jobs that there are, and what this host allows. */
#include "control/methods.h"

#include "base/json.h"
#include "control/answer.h"
#include "control/choice.h"
#include "control/session.h"
#include "control/varlink.h"

void engine_get_status(struct session *session, const json_t *parameters)
{
	const json_t *job = json_object_get(parameters, "job");
	const struct run *run;
	json_t *status = NULL;

	/* One that waits is looked at by its number, too, though only its ticket steers it. */
	if (json_is_integer(job) && json_integer_value(job) > 0)
		status = supervisor_status(
			session->config.supervisor, (uint64_t)json_integer_value(job));
	if (!status) {
		run = choose_run(session, parameters);
		if (!run)
			return;
		status = job_status(run->job);
	}
	session_reply(session, json_pack("{s:o}", "status", status));
}

void engine_list_jobs(struct session *session, const json_t *parameters)
{
	session_reply(
		session, json_pack("{s:o}", "jobs", supervisor_list(session->config.supervisor)));
}

void engine_get_job(struct session *session, const json_t *parameters)
{
	json_int_t job = json_integer_value(json_object_get(parameters, "job"));
	json_t *status;

	if (job <= 0)
		return session_refuse(session, "job");
	status = supervisor_status(session->config.supervisor, (uint64_t)job);
	if (!status)
		return session_fail(
			session, VARLINK_ENGINE ".NotFound", json_pack("{s:I}", "job", job));
	session_reply(session, json_pack("{s:o}", "job", status));
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
