/* Jobs of a dead supervisor, with copies of what a reader of the store only lends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "recovery/orphans.h"

int orphan_set_add(struct orphan_set *set, const struct store_job *row)
{
	struct orphan *more = realloc(set->all, (set->count + 1) * sizeof(*more));
	struct orphan *added;
	char boot[37];

	if (!more)
		return -ENOMEM;
	set->all = more;
	added = &more[set->count];
	*added = (struct orphan){ .job = *row, .name = strdup(row->name) };
	if (!added->name)
		return -ENOMEM;
	added->rebooted = row->boot_id && strcmp(row->boot_id, clock_boot_id(boot)) != 0;
	added->job.name = added->name;
	/* The others are the reader's; an open job has none of them. */
	added->job.outcome = added->job.reason = added->job.message = NULL;
	added->job.boot_id = added->job.manifest_digest = NULL;
	added->job.manifest = added->job.asked = NULL;
	set->count++;
	return 0;
}

void orphan_set_finish(struct orphan_set *set)
{
	for (size_t at = 0; at < set->count; at++)
		free(set->all[at].name);
	free(set->all);
}
