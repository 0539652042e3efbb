/* Which groups the kernel half watches: the slots, from watch to unwatch. */
#pragma once

#include <stdbool.h>

struct probe;

/* No group is watched, by us or by whoever was before us. */
bool slots_are_free(const struct probe *probe);

/* Before the first use: a slot that is in use already was left by a supervisor before us. */
void slots_open(struct probe *probe);
