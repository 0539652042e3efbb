/* Folders of tries that have ended which nobody touched: the next try gets them as new. */
#include "engine/spares.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/sweeper.h"

bool spares_offer(
	struct spares *spares, int folder, const char *const *names, const struct pristine *made)
{
	struct spare spare = { .names = names, .made = *made };

	if (spares->count == SPARES_MOST || !pristine_holds(made, folder, *names))
		return false;
	spare.folder = fcntl(folder, F_DUPFD_CLOEXEC, 3);
	if (spare.folder < 0)
		return false;
	spares->all[spares->count++] = spare;
	return true;
}

static bool fits(const struct spare *spare, const char *name, uid_t uid, gid_t gid)
{
	return strcmp(*spare->names, name) == 0 && spare->made.status.st_uid == uid &&
	       spare->made.status.st_gid == gid;
}

bool spares_take(struct spares *spares, const char *name, uid_t uid, gid_t gid, int folder,
	struct pristine *ret_made)
{
	for (unsigned i = 0; i < spares->count; i++) {
		struct spare *spare = &spares->all[i];

		if (!fits(spare, name, uid, gid) ||
			renameat2(spare->folder, name, folder, name, RENAME_NOREPLACE) < 0)
			continue;
		*ret_made = spare->made;
		close(spare->folder);
		*spare = spares->all[--spares->count];
		return true;
	}
	return false;
}

void spares_sweep(struct spares *spares, struct sweeper *sweeper)
{
	while (spares->count) {
		struct spare *spare = &spares->all[--spares->count];

		sweeper_take(sweeper, take_fd(&spare->folder), spare->names);
	}
}
