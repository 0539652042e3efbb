/* The tables of the store, and the steps that bring an older layout up to date. */
#pragma once

#include <sqlite3.h>

struct error;

/*
 * Step I leads from version I to I + 1; an empty file is version 0. All steps that are missing run
 * in one transaction. -EPROTONOSUPPORT: newer than the last step; -EINVAL: a database of another
 * program; the file is untouched then.
 */
int store_schema_apply(
	sqlite3 *db, const char *const *steps, unsigned step_count, struct error *error);

/* The same with the store's own steps. */
int store_schema_update(sqlite3 *db, struct error *error);
