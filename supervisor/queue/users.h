/* How many jobs each user has in the queue and running: what limits a user. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct user {
	uid_t uid;
	uint32_t open; /* not ended */
	uint32_t running;
};

struct users {
	struct user *all; /* owned; few */
	size_t count;
};

void users_finish(struct users *users);

/* Made when there is none; NULL: out of memory. Until the next call. */
struct user *users_find(struct users *users, uid_t uid);
