/* Folders of tries that have ended which nobody touched: the next try gets them as new. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "engine/pristine.h"

struct sweeper;

#define SPARES_MOST 8

/*
 * To move a folder costs a tenth of making one and removing one. Above all, a file system without a
 * journal (ext4) spares each number that became free within the last seconds: whoever removes two
 * folders a try makes all that follows look through hundreds of them.
 */
struct spares {
	struct spare {
		int folder; /* that it lies in; owned */
		const char *const *names; /* its own and NULL, static, as the sweeper wants them */
		struct pristine made;
	} all[SPARES_MOST];
	unsigned count;
};

/* False: it is not as it was made, or there are many; it stays the caller's. Nobody may live who
 * could still come at it by the try that has ended. */
bool spares_offer(
	struct spares *spares, int folder, const char *const *names, const struct pristine *made);

/* Move one of this name and owner into `folder`. False: there is none; the caller makes one. */
bool spares_take(struct spares *spares, const char *name, uid_t uid, gid_t gid, int folder,
	struct pristine *ret_made);

/* Nobody wants what is left. */
void spares_sweep(struct spares *spares, struct sweeper *sweeper);
