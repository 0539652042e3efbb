/* The store's file: opened, checked, brought up to date, begun again when damaged. */
#pragma once

#include <jansson.h>
#include <sqlite3.h>

struct error;

#define STORE_FILE_NAME "axe.db"

struct store_place {
	int directory;
	const char *path; /* of the directory, absolute and without links */
	const char *vfs; /* NULL: SQLite's default */
};

/* The connection that writes. Adds to `notices` what was found and done. */
int store_file_open(
	const struct store_place *place, json_t *notices, sqlite3 **ret_db, struct error *error);

/* One more that only reads, for another thread, while the first is open. */
int store_file_open_reader(const struct store_place *place, sqlite3 **ret_db, struct error *error);
