/* Private supervisors that were hung up on, and were still busy with their end when last looked at.
 * Who lives on must reap them one day. */
#pragma once

#include "base/list.h"

struct supervisor;

struct leavers {
	struct list_link list; /* leaver::link */
};

void leavers_init(struct leavers *leavers);

/* Those that have ended by now are reaped; the rest are forgotten. */
void leavers_finish(struct leavers *leavers);

/* Takes it. */
void leavers_add(struct leavers *leavers, struct supervisor *supervisor);

/* Reap those that have ended. Waits for nothing. */
void leavers_reap(struct leavers *leavers);
