/* The change sets of one transaction. */
#pragma once

#include "base/list.h"
#include "record/store_apply.h"

struct error;

struct store_batch {
	struct list_link sets; /* store_set::link */
	struct store_applier applier;
};

int store_batch_init(struct store_batch *batch, sqlite3 *db, struct error *error);

/* The sets stay. */
void store_batch_finish(struct store_batch *batch);

/* Everything or nothing, but for sets that contradict the store: they are left out. */
int store_batch_write(struct store_batch *batch, struct error *error);

/* Note why it failed in each set that has no such note, and add those to a list
 * (store_set::delayed). */
void store_batch_delay(struct store_batch *batch, int code, struct list_link *delayed);
