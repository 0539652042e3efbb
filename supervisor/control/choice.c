/* Which job a call means: that of its ticket, that of its number, or the one that runs. */
#include "control/choice.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/permission.h"
#include "control/session.h"
#include "control/varlink.h"

void refuse_no_job(struct session *session)
{
	session_fail(session, VARLINK_ENGINE ".NoJobRunning", json_object());
}

static struct run *expect(struct session *session, struct run *run)
{
	if (!run) {
		refuse_no_job(session);
		return NULL;
	}
	if (!permit(session, VARLINK_ENGINE ".NotAuthorised", job_id(run->job),
		    job_owner(run->job)))
		return NULL;
	return run;
}

static struct run *choose_number(struct session *session, json_int_t job)
{
	const struct supervisor *supervisor = session->config.supervisor;

	if (job > 0)
		return expect(session, supervisor_find_job(supervisor, (uint64_t)job));
	session_refuse(session, "job");
	return NULL;
}

/* The numbers of those that run and that the caller may steer. A new reference. */
static json_t *list_running(const struct session *session)
{
	const struct supervisor *supervisor = session->config.supervisor;
	auto_json running = supervisor_running(supervisor);
	json_t *own = json_array();
	json_t *number;
	size_t index;

	json_array_foreach (running, index, number) {
		const struct run *run =
			supervisor_find_job(supervisor, (uint64_t)json_integer_value(number));

		if (run && may_see(session, job_owner(run->job)))
			json_array_append(own, number);
	}
	return own;
}

static struct run *choose_only(struct session *session)
{
	auto_json running = list_running(session);

	if (json_array_size(running) == 0)
		return expect(session, NULL);
	if (json_array_size(running) == 1)
		return choose_number(session, json_integer_value(json_array_get(running, 0)));
	session_fail(session, VARLINK_ENGINE ".AmbiguousJob", json_pack("{s:O}", "jobs", running));
	return NULL;
}

struct run *choose_run(struct session *session, const json_t *parameters)
{
	const struct supervisor *supervisor = session->config.supervisor;
	const json_t *job = json_object_get(parameters, "job");
	const char *ticket = json_string_value(json_object_get(parameters, "ticket"));

	if (ticket)
		return expect(session, supervisor_find_ticket(supervisor, ticket));
	if (json_is_integer(job))
		return choose_number(session, json_integer_value(job));
	return choose_only(session);
}
