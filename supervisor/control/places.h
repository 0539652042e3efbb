/* Room for clients: how many are served, of whom, and who makes place when it is short. */
#pragma once

#include <stdbool.h>

#include "base/list.h"

struct actor;

#define PLACES_ALL           1536 /* each subscriber, and each ExecuteJob that waits, holds one */
#define PLACES_USER          1280 /* of them, so that no admin takes all */
#define PLACES_ORDINARY      1024 /* for all who are no admins: some are always left for those */
#define PLACES_ORDINARY_USER 256

struct place_rule {
	unsigned bound;
	const char *text;
};

/*
 * False: one more client of this actor may be served, for which an idle one may have been destroyed
 * (a client that says nothing keeps its place only while nobody else needs it). Else the bound that
 * is in the way. `sessions`: session::link.
 */
bool places_refuse(
	struct list_link *sessions, const struct actor *actor, struct place_rule *ret_rule);
