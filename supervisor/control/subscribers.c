/* The bound on how many hear of all jobs at once. */
#include "control/subscribers.h"

#include "control/session.h"
#include "control/supervisor_parts.h"

unsigned subscribers_bound(const struct supervisor *supervisor, const struct actor *actor)
{
	unsigned all = 0, ordinary = 0, own = 0;
	const struct listener *listener;

	list_for_each (listener, &supervisor->subscribers, link) {
		const struct session *session = container_of(listener, struct session, listener);

		all++;
		ordinary += !session->config.actor.admin;
		own += session->config.actor.identity.uid == actor->identity.uid;
	}
	if (!actor->admin && own >= SUBSCRIBERS_USER)
		return SUBSCRIBERS_USER;
	if (!actor->admin && ordinary >= SUBSCRIBERS_ORDINARY)
		return SUBSCRIBERS_ORDINARY;
	return all >= SUBSCRIBERS_MAX ? SUBSCRIBERS_MAX : 0;
}
