/* What goes on: the jobs that there are, and what this host allows. */
#include "control/methods.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/choice.h"
#include "control/permission.h"
#include "control/session.h"
#include "control/varlink.h"
#include "record/store_read.h"

static uid_t owner_of(const json_t *status)
{
	return (uid_t)json_integer_value(json_object_get(status, "owner"));
}

/* NULL: there is none, or it is another user's, and then *ret_refused. A new reference. */
static json_t *find_status(struct session *session, json_int_t job, bool *ret_refused)
{
	json_t *status = supervisor_status(session->config.supervisor, (uint64_t)job);

	*ret_refused = status && !permit(session, VARLINK_ENGINE ".NotAuthorised", (uint64_t)job,
					 owner_of(status));
	if (!*ret_refused)
		return status;
	json_decref(status);
	return NULL;
}

void engine_get_status(struct session *session, const json_t *parameters)
{
	const json_t *job = json_object_get(parameters, "job");
	const struct run *run;
	json_t *status = NULL;
	bool refused = false;

	/* One that waits is looked at by its number, too, though only its ticket steers it. */
	if (json_is_integer(job) && json_integer_value(job) > 0)
		status = find_status(session, json_integer_value(job), &refused);
	if (refused)
		return;
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
	auto_json all = supervisor_list(session->config.supervisor);
	json_t *jobs = json_array();
	json_t *status;
	size_t index;

	json_array_foreach (all, index, status)
		if (may_see(session, owner_of(status)))
			json_array_append(jobs, status);
	session_reply(session, json_pack("{s:o}", "jobs", jobs));
}

void engine_get_job(struct session *session, const json_t *parameters)
{
	json_int_t job = json_integer_value(json_object_get(parameters, "job"));
	json_t *status;
	bool refused;

	if (job <= 0)
		return session_refuse(session, "job");
	status = find_status(session, job, &refused);
	if (refused)
		return;
	if (!status)
		return session_fail(
			session, VARLINK_ENGINE ".NotFound", json_pack("{s:I}", "job", job));
	session_reply(session, json_pack("{s:o}", "job", status));
}

static void see_owner(const struct store_job *job, void *data)
{
	*(uid_t *)data = job->owner;
}

/* Of a job that may have ended long ago; nobody's where that is not known. */
static uid_t stored_owner(const struct session *session, uint64_t job)
{
	struct store *store = supervisor_config(session->config.supervisor)->engine.store;
	uid_t owner = STORE_ANY_OWNER;

	if (store)
		store_read_job(store, job, see_owner, &owner, NULL);
	return owner;
}

/* A new reference. */
static json_t *list_residue(const struct session *session)
{
	auto_json all = supervisor_residue(session->config.supervisor);
	json_t *residue = json_array();
	json_t *entry;
	size_t index;

	json_array_foreach (all, index, entry) {
		json_int_t job = json_integer_value(json_object_get(entry, "job"));

		if (may_see(session, stored_owner(session, (uint64_t)job)))
			json_array_append(residue, entry);
	}
	return residue;
}

void engine_diagnose_host(struct session *session, const json_t *parameters)
{
	const struct supervisor *supervisor = session->config.supervisor;
	json_t *report = engine_diagnose(&supervisor_config(supervisor)->engine);

	if (!report || json_object_set_new(report, "residue", list_residue(session)) < 0) {
		json_decref(report);
		return session_break(session, "out of memory");
	}
	session_reply(session, json_pack("{s:o}", "report", report));
}
