/* Private supervisors that were hung up on and had not ended by then: reaped when they have. */
#include "libaxe/leavers.h"

#include <errno.h>
#include <stdlib.h>

#include "libaxe/supervisor.h"

struct leaver {
	struct list_link link; /* leavers::list */
	struct supervisor *supervisor; /* owned */
};

static void forget(struct leaver *leaver)
{
	list_remove(&leaver->link);
	supervisor_destroy(leaver->supervisor);
	free(leaver);
}

void leavers_init(struct leavers *leavers)
{
	list_init(&leavers->list);
}

void leavers_finish(struct leavers *leavers)
{
	struct leaver *leaver, *following;

	leavers_reap(leavers);
	list_for_each_safe (leaver, following, &leavers->list, link)
		forget(leaver);
}

void leavers_add(struct leavers *leavers, struct supervisor *supervisor)
{
	struct leaver *leaver = calloc(1, sizeof(*leaver));

	/* Without memory it stays a zombie, as it would without us. */
	if (!leaver) {
		supervisor_destroy(supervisor);
		return;
	}
	leaver->supervisor = supervisor;
	list_append(&leavers->list, &leaver->link);
}

void leavers_reap(struct leavers *leavers)
{
	struct leaver *leaver, *following;

	list_for_each_safe (leaver, following, &leavers->list, link)
		if (supervisor_dismiss(leaver->supervisor, 0, NULL) != -ETIMEDOUT)
			forget(leaver);
}
