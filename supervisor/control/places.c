/* Room for clients: how many are served, of whom, and who makes place when it is short. */
#include "control/places.h"

#include <stdint.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "control/session.h"

/* Whether a session takes a place of those that a rule bounds for an actor. */
typedef bool place_counts(const struct session *session, const struct actor *actor);

static bool of_user(const struct session *session, const struct actor *actor)
{
	return session->config.actor.identity.uid == actor->identity.uid &&
	       !session->config.private;
}

static bool of_ordinary(const struct session *session, const struct actor *actor)
{
	return !session->config.actor.admin;
}

static bool of_anybody(const struct session *session, const struct actor *actor)
{
	return true;
}

static const struct {
	struct place_rule rule;
	bool for_admins;
	place_counts *counts;
} rows[] = {
	{ { PLACES_ORDINARY_USER,
		  "as many clients of this user as the supervisor serves are connected" },
		false, of_user },
	{ { PLACES_ORDINARY,
		  "as many clients of ordinary users as the supervisor serves are connected" },
		false, of_ordinary },
	{ { PLACES_USER, "as many clients of this user as the supervisor serves are connected" },
		true, of_user },
	{ { PLACES_ALL, "as many clients as the supervisor serves are connected" }, true,
		of_anybody },
};

/* Half of all descriptors at the most: jobs need theirs. */
static unsigned bound_in_all(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur / 2 >= PLACES_ALL)
		return PLACES_ALL;
	return (unsigned)(files.rlim_cur / 2);
}

static unsigned count(
	const struct list_link *sessions, const struct actor *actor, place_counts *counts)
{
	const struct session *session;
	unsigned found = 0;

	list_for_each (session, sessions, link)
		found += counts(session, actor);
	return found;
}

static bool clear_one(struct list_link *sessions, const struct actor *actor, place_counts *counts)
{
	uint64_t now_ns = clock_monotonic_ns();
	struct session *session;

	list_for_each (session, sessions, link) {
		if (!counts(session, actor) || !session_is_idle(session, now_ns))
			continue;
		session_destroy(session);
		return true;
	}
	return false;
}

bool places_refuse(
	struct list_link *sessions, const struct actor *actor, struct place_rule *ret_rule)
{
	unsigned in_all = bound_in_all();

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct place_rule rule = rows[i].rule;

		if (actor->admin && !rows[i].for_admins)
			continue;
		/* In proportion, so that fewer places are shared out as more are. */
		rule.bound = (unsigned)((uint64_t)rule.bound * in_all / PLACES_ALL);
		if (count(sessions, actor, rows[i].counts) >= rule.bound &&
			!clear_one(sessions, actor, rows[i].counts)) {
			*ret_rule = rule;
			return true;
		}
	}
	return false;
}
