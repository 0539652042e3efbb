/* SQLite in the words of the project: statements, bindings, and failures as -errno. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct store_time;

static inline void cleanup_sqlite3(sqlite3 **db)
{
	sqlite3_close(*db);
}

static inline void cleanup_sqlite3_stmt(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}

/* Ends a statement that is kept for later, however its scope is left. */
static inline void cleanup_sql_reset(sqlite3_stmt **statement)
{
	if (!*statement)
		return;
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

#define auto_sql_reset __attribute__((cleanup(cleanup_sql_reset))) sqlite3_stmt *

/*
 * The connection's last failure, to be asked at once: -ENOSPC, -EROFS, -EUCLEAN (damaged), -EINVAL
 * (the rows contradict each other), -EBUSY, -ENOMEM, else the system's own number or -EIO.
 */
int sql_code(sqlite3 *db);

/* Record "<what>: <SQLite's reason>" and return the code. */
int sql_fail(sqlite3 *db, int code, struct error *error, const char *what);

int sql_open(const char *path, int flags, const char *vfs, sqlite3 **ret_db, struct error *error);

/* Statements without results; several are fine. */
int sql_run(sqlite3 *db, const char *text, struct error *error);

/* The first column of the first row. -ENOENT when there is no row. */
int sql_number(sqlite3 *db, const char *text, int64_t *ret_number, struct error *error);

/* A list of statements that will be used again and again; all or none. */
int sql_prepare_all(sqlite3 *db, const char *const *texts, unsigned count,
	sqlite3_stmt **ret_statements, struct error *error);
void sql_finalize_all(sqlite3_stmt **statements, unsigned count);

/* Run a bound statement that gives no rows. 0 or -errno. */
int sql_execute(sqlite3_stmt *statement);

/* Columns count from 1. NULL, and 0 for the _or_null kind, become SQL's NULL. Texts are borrowed
 * until the statement is reset. A failed binding shows when the statement is run. */
void sql_bind_text(sqlite3_stmt *statement, int column, const char *text);
void sql_bind_number(sqlite3_stmt *statement, int column, uint64_t number);
void sql_bind_or_null(sqlite3_stmt *statement, int column, uint64_t number);
/* Two columns: wall, then monotonic. */
void sql_bind_time(sqlite3_stmt *statement, int column, const struct store_time *time);

/* Columns count from 0 here, as in SQLite. */
const char *sql_text(sqlite3_stmt *statement, int column);
uint64_t sql_unsigned(sqlite3_stmt *statement, int column);
struct store_time sql_time(sqlite3_stmt *statement, int column);
