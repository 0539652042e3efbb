/* Room for clients: how many are served, of whom, and who makes place when it is short. */
#pragma once

#include "base/list.h"

struct actor;

#define PLACES_ALL  256 /* each ExecuteJob that waits holds one */
#define PLACES_USER 192 /* of them, so that no admin takes all */
#define PLACES_ORDINARY                                                                            \
	192 /* of them for all who are no admins: some are always left for those                   \
	     */
#define PLACES_ORDINARY_USER 64

struct place_rule {
	unsigned bound;
	const char *text;
};

/*
 * NULL: one more client of this actor may be served, for which an idle one may have been destroyed
 * (a client that says nothing keeps its place only while nobody else needs it). Else the bound that
 * is in the way. `sessions`: session::link.
 */
const struct place_rule *places_refuse(struct list_link *sessions, const struct actor *actor);
