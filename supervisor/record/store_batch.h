/* The change sets of one transaction: written together, reported one by one. */
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

/* Add the final reports (store_report::link) to a list; the batch is empty then. */
void store_batch_report_written(struct store_batch *batch, struct list_link *reports);

/* Add a report for each set that has not had one; the batch stays as it is. */
void store_batch_report_delayed(struct store_batch *batch, int code, struct list_link *reports);
