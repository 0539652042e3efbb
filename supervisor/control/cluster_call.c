/* A call of io.axe.Cluster on its way to the queue and back. */
#include "control/cluster_call.h"

#include <stdio.h>

#include "control/answer.h"
#include "control/session.h"
#include "control/supervisor.h"
#include "control/varlink.h"

static json_t *take_over(const json_t *parameters)
{
	return parameters ? json_incref((json_t *)parameters) : json_object();
}

static void answered(axe_result code, const char *error, const json_t *parameters, void *data)
{
	struct session *session = data;
	char name[128];

	if (!error)
		return session_reply(session, take_over(parameters));
	snprintf(name, sizeof(name), VARLINK_CLUSTER ".%s", error);
	session_fail(session, name, take_over(parameters));
}

static void forget(struct session *session)
{
	queue_forget(supervisor_queue(session->config.supervisor), session);
}

bool cluster_call_begin(struct session *session, struct cluster_call *ret_call)
{
	const struct actor *actor = &session->config.actor;
	struct queue *queue = supervisor_queue(session->config.supervisor);

	if (!queue) {
		session_fail(session, VARLINK_CLUSTER ".NoQueue", json_object());
		return false;
	}
	*ret_call = (struct cluster_call){
		.queue = queue,
		.caller = {
			.actor = {
				.uid = actor->identity.uid,
				.pid = actor->pid,
				.admin = actor->admin,
				.owner = actor_owner(actor),
			},
			.done = session->oneway ? NULL : answered,
			.data = session,
		},
	};
	if (!session->oneway)
		session_wait(session, forget);
	return true;
}

void cluster_call_end(struct session *session)
{
	if (session->oneway)
		session_reply(session, json_object());
}
