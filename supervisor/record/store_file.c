/* The store's file: opened, checked, brought up to date, begun again when damaged. */
#include "record/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "record/store_aside.h"
#include "record/store_schema.h"
#include "record/store_sql.h"

/*
 * Each commit is one fdatasync of the log. What SQLite does by itself meanwhile (moving the log
 * into the file, every 1000 pages) happens on the writer's thread too.
 */
static const char settings[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA busy_timeout = 2000;";

/*
 * KiB of pages that a connection keeps. SQLite's own choice is eight times as much, got page by
 * page between what a running job has, so that the heap cannot shrink behind it; the host's memory
 * has them all the same.
 */
static const char cache[] = "PRAGMA cache_size = -256;";

/* SQLite would make it readable for all. Closed before SQLite opens it: closing one descriptor of a
 * file drops all of a process's locks on it. */
static int make_file(int directory, struct error *error)
{
	auto_fd fd = file_open_beneath(directory, STORE_FILE_NAME, O_RDWR | O_CREAT, 0600);

	return fd < 0 ? fail(error, -fd, "open `" STORE_FILE_NAME "`") : 0;
}

/*
 * All of it is read for that, so only while that is quick: a daemon with a hundred thousand jobs
 * must be back at once. Damage in a larger file shows where it is met.
 */
#define CHECK_BYTES_MOST ((int64_t)16 << 20)

static int check_whole(sqlite3 *db, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3_stmt))) sqlite3_stmt *statement = NULL;
	const char *finding;
	int64_t pages = 0, size = 0;

	/* A file that cannot even tell this is checked, too. */
	if (sql_number(db, "PRAGMA page_count", &pages, NULL) == 0 &&
		sql_number(db, "PRAGMA page_size", &size, NULL) == 0 &&
		pages * size > CHECK_BYTES_MOST)
		return 0;
	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
		sqlite3_step(statement) != SQLITE_ROW)
		return sql_fail(db, sql_code(db), error, "check it");
	finding = sql_text(statement, 0);
	if (!finding || strcmp(finding, "ok") != 0)
		return fail_plain(error, EUCLEAN, "check it: %s", finding ? finding : "no answer");
	return 0;
}

static int use_log(sqlite3 *db, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3_stmt))) sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL) !=
			SQLITE_OK ||
		sqlite3_step(statement) != SQLITE_ROW)
		return sql_fail(db, sql_code(db), error, "write ahead to a log");
	if (strcmp(sql_text(statement, 0), "wal") != 0)
		return fail_plain(error, EROFS, "write ahead to a log: refused by the file system");
	return 0;
}

static int prepare(sqlite3 *db, struct error *error)
{
	int code = check_whole(db, error);

	if (code == 0)
		code = store_schema_update(db, error);
	if (code == 0)
		code = use_log(db, error);
	if (code == 0)
		code = sql_run(db, settings, error);
	if (code == 0)
		code = sql_run(db, cache, error);
	return code;
}

/* Numbers of events are never given twice, so the next file goes on behind them if they can still
 * be read. */
static int64_t last_number(sqlite3 *db)
{
	int64_t last = 0;

	sql_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'events'", &last, NULL);
	return last;
}

static int open_path(
	const struct store_place *place, int flags, sqlite3 **ret_db, struct error *error)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/" STORE_FILE_NAME, place->path) >= (int)sizeof(path))
		return fail(error, ENAMETOOLONG, "open `" STORE_FILE_NAME "`");
	return sql_open(path, flags, place->vfs, ret_db, error);
}

/* *ret_last is written when the file is damaged. */
static int open_file(
	const struct store_place *place, sqlite3 **ret_db, int64_t *ret_last, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3))) sqlite3 *db = NULL;
	int code = make_file(place->directory, error);

	if (code == 0)
		code = open_path(place, SQLITE_OPEN_READWRITE, &db, error);
	if (code < 0)
		return code;
	/* Until it is known to be whole, closing must not move its log into it and remove that. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	code = prepare(db, error);
	if (code == -EUCLEAN)
		*ret_last = last_number(db);
	if (code < 0)
		return code;
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	*ret_db = take_pointer(db);
	return 0;
}

static int tell_damaged(
	json_t *notices, const char *path, const char *aside, const struct error *why)
{
	char text[1280];

	snprintf(text, sizeof(text),
		"`%.300s/" STORE_FILE_NAME "` is damaged (%s) and was put aside as `%s`; a new one "
		"was begun, so jobs of the past are missing from it",
		path, why->text, aside);
	return json_array_append_new(
		notices, json_pack("{s:s, s:o, s:s}", "type", "store.damaged", "text",
				 json_text(text, strlen(text)), "file", aside));
}

static int continue_numbers(sqlite3 *db, int64_t last, struct error *error)
{
	char text[96];

	if (last <= 0)
		return 0;
	snprintf(text, sizeof(text),
		"INSERT INTO sqlite_sequence(name, seq) VALUES('events', %" PRIi64 ")", last);
	return sql_run(db, text, error);
}

static int begin_again(const struct store_place *place, int64_t last, json_t *notices,
	sqlite3 **ret_db, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3))) sqlite3 *db = NULL;
	struct error why = *error;
	char aside[NAME_MAX];
	int code = store_put_aside(place->directory, aside, error);

	if (code == 0 && tell_damaged(notices, place->path, aside, &why) < 0)
		code = fail(error, ENOMEM, "tell of the damaged file");
	if (code == 0)
		code = open_file(place, &db, &last, error);
	if (code == 0)
		code = continue_numbers(db, last, error);
	if (code == 0)
		*ret_db = take_pointer(db);
	return code;
}

int store_file_open(
	const struct store_place *place, json_t *notices, sqlite3 **ret_db, struct error *error)
{
	struct error reason = { 0 };
	int64_t last = 0;
	int code = open_file(place, ret_db, &last, &reason);

	if (code == -EUCLEAN)
		code = begin_again(place, last, notices, ret_db, &reason);
	if (code < 0 && error)
		*error = reason;
	return code;
}

int store_file_open_reader(const struct store_place *place, sqlite3 **ret_db, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3))) sqlite3 *db = NULL;
	int code = open_path(place, SQLITE_OPEN_READONLY, &db, error);

	if (code == 0)
		code = sql_run(db, cache, error);
	if (code == 0)
		*ret_db = take_pointer(db);
	return code;
}
