/* Whose job a caller may see and steer: its own, or, if it is an admin, everybody's. */
#include "control/permission.h"

#include <inttypes.h>
#include <stdio.h>

#include "control/answer.h"
#include "control/session.h"

#define TEXT_SIZE (IDENTITY_NAME_SIZE + 160)

bool may_see(const struct session *session, uid_t owner)
{
	return actor_may(&session->config.actor, owner);
}

bool permit(struct session *session, const char *error_name, uint64_t job, uid_t owner)
{
	char name[IDENTITY_NAME_SIZE], text[TEXT_SIZE];

	if (may_see(session, owner))
		return true;
	actor_name(owner, name);
	snprintf(text, sizeof(text),
		"job %" PRIu64 " belongs to %s: only that user, root and the members of the "
		"group " ACTOR_ADMIN_GROUP " may see or steer it",
		job, name);
	session_fail(
		session, error_name, json_pack("{s:I, s:s}", "job", (json_int_t)job, "text", text));
	return false;
}

bool permit_admin(struct session *session, const char *error_name, const char *what)
{
	char text[TEXT_SIZE];

	if (session->config.actor.admin)
		return true;
	snprintf(text, sizeof(text),
		"only root and the members of the group " ACTOR_ADMIN_GROUP " may %s", what);
	session_fail(session, error_name, json_pack("{s:n, s:s}", "job", "text", text));
	return false;
}
