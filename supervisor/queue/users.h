/* How many jobs each user has in the queue and running: and what they wrote: what limits a user. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct user {
	uid_t uid;
	uint32_t open; /* not ended */
	uint32_t running;
	uint64_t output_bytes; /* that the own jobs have written, when they were last counted */
	uint64_t measure_ns; /* CLOCK_MONOTONIC, when they may be counted again */
};

struct users {
	struct user *all; /* owned; few */
	size_t count;
};

void users_finish(struct users *users);

/* Made when there is none; NULL: out of memory. Until the next call. */
struct user *users_find(struct users *users, uid_t uid);
