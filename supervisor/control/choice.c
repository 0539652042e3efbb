/* Which job a call means: that of its ticket, that of its number, or the one that runs. */
#include "control/choice.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/session.h"
#include "control/varlink.h"

void refuse_no_job(struct session *session)
{
	session_fail(session, VARLINK_ENGINE ".NoJobRunning", json_object());
}

static struct run *expect(struct session *session, struct run *run)
{
	if (!run)
		refuse_no_job(session);
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

static struct run *choose_only(struct session *session)
{
	auto_json running = supervisor_running(session->config.supervisor);

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
