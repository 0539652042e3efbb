/* What goes on: the jobs that there are, and what this host allows. */
#include "control/methods.h"

#include "base/json.h"
#include "control/answer.h"
#include "control/choice.h"
#include "control/session.h"
#include "control/varlink.h"

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
