/* The maps of an older set of programs and ours side by side: read by theirs, given as ours. */
#pragma once

#include "base/cleanup.h"
#include "observe/core.h"
#include "observe/table.h"

#define TABLE_PAIRS CORE_EVENTS /* the ring, which is behind them, does not describe itself */

struct table_pairs {
	struct table from[TABLE_PAIRS], to[TABLE_PAIRS];
	void *value; /* owned; room for any of theirs */
};

/* `set` is the folder of the old pins. -ESTALE: some are not there, or have not what is needed. */
int table_pairs_open(const char *set, const struct core *core, struct table_pairs *ret_pairs);
void table_pairs_close(struct table_pairs *pairs);

/* *ret_value is a whole value of ours. -ENOENT: they have none. */
int table_pairs_read(
	const struct table_pairs *pairs, enum core_map map, const void *key, void *ret_value);
