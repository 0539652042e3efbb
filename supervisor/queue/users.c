/* How many jobs each user has in the queue and running: and what they wrote: what limits a user. */
#include "queue/users.h"

#include <stdlib.h>

void users_finish(struct users *users)
{
	free(users->all);
	*users = (struct users){ .all = NULL };
}

struct user *users_find(struct users *users, uid_t uid)
{
	struct user *more;

	for (size_t at = 0; at < users->count; at++)
		if (users->all[at].uid == uid)
			return &users->all[at];
	more = realloc(users->all, (users->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	users->all = more;
	more[users->count] = (struct user){ .uid = uid };
	return &more[users->count++];
}
