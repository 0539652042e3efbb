/* Whether what was pinned is still where a successor will look for it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct core;
struct error;

/* What the folder of the pins was like when all of them were found right. */
struct pins_look {
	uint64_t time_ns; /* of that look, by the monotonic clock; 0: nothing is remembered */
	struct stat folder;
};

/*
 * Is each pin of the set still there, does it lead to what `core` holds, and does each link still
 * hold a loaded program? 0, or -ENOENT with the first that does not. While the folder is the same
 * and as old as at the last look, they are not asked one by one; but once a second they are.
 */
int pins_check(
	const char *pin_dir, const struct core *core, struct pins_look *look, struct error *error);
