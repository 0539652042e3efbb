/* SQLite in the words of the project: statements, bindings, and failures as -errno. */
#include "record/store_sql.h"

#include <errno.h>

#include "base/error.h"
#include "record/store_row.h"

/* By SQLite's primary code; what is missing is told by the system's number, or is -EIO. */
static const int codes[] = {
	[SQLITE_PERM] = EACCES,
	[SQLITE_BUSY] = EBUSY,
	[SQLITE_LOCKED] = EBUSY,
	[SQLITE_NOMEM] = ENOMEM,
	[SQLITE_READONLY] = EROFS,
	[SQLITE_CORRUPT] = EUCLEAN,
	[SQLITE_FULL] = ENOSPC,
	[SQLITE_TOOBIG] = EINVAL,
	[SQLITE_CONSTRAINT] = EINVAL,
	[SQLITE_MISMATCH] = EINVAL,
	[SQLITE_NOTADB] = EUCLEAN,
};

/* SQLite notes the system's number for most calls, but not for a commit: ask its file layer. */
static int system_code(sqlite3 *db)
{
	sqlite3_vfs *vfs = NULL;
	int code = 0;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs) == SQLITE_OK && vfs)
		code = vfs->xGetLastError(vfs, 0, NULL);
	return code > 0 ? code : EIO;
}

static bool is_of_system(sqlite3 *db)
{
	int primary = sqlite3_extended_errcode(db) & 0xff;

	return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
}

int sql_code(sqlite3 *db)
{
	int extended = sqlite3_extended_errcode(db);
	int primary = extended & 0xff;

	if (extended == SQLITE_IOERR_NOMEM)
		return -ENOMEM;
	if (primary < (int)(sizeof(codes) / sizeof(codes[0])) && codes[primary])
		return -codes[primary];
	return is_of_system(db) ? -system_code(db) : -EIO;
}

int sql_fail(sqlite3 *db, int code, struct error *error, const char *what)
{
	if (is_of_system(db))
		return fail(error, -code, "%s: %s", what, sqlite3_errmsg(db));
	return fail_plain(error, -code, "%s: %s", what, sqlite3_errmsg(db));
}

int sql_open(const char *path, int flags, const char *vfs, sqlite3 **ret_db, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3))) sqlite3 *db = NULL;
	int result = sqlite3_open_v2(path, &db,
		flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, vfs);

	if (!db)
		return fail(error, ENOMEM, "open `%s`", path);
	if (result != SQLITE_OK)
		return sql_fail(db, sql_code(db), error, "open it");
	*ret_db = take_pointer(db);
	return 0;
}

int sql_run(sqlite3 *db, const char *text, struct error *error)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : sql_fail(db, sql_code(db), error, text);
}

int sql_number(sqlite3 *db, const char *text, int64_t *ret_number, struct error *error)
{
	__attribute__((cleanup(cleanup_sqlite3_stmt))) sqlite3_stmt *statement = NULL;
	int result;

	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
		return sql_fail(db, sql_code(db), error, text);
	result = sqlite3_step(statement);
	if (result == SQLITE_DONE)
		return fail(error, ENOENT, "%s", text);
	if (result != SQLITE_ROW)
		return sql_fail(db, sql_code(db), error, text);
	*ret_number = sqlite3_column_int64(statement, 0);
	return 0;
}

int sql_prepare_all(sqlite3 *db, const char *const *texts, unsigned count,
	sqlite3_stmt **ret_statements, struct error *error)
{
	int code;

	for (unsigned i = 0; i < count; i++) {
		if (sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
			    &ret_statements[i], NULL) != SQLITE_OK) {
			code = sql_fail(db, sql_code(db), error, texts[i]);
			sql_finalize_all(ret_statements, i);
			return code;
		}
	}
	return 0;
}

void sql_finalize_all(sqlite3_stmt **statements, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		sqlite3_finalize(statements[i]);
		statements[i] = NULL;
	}
}

int sql_execute(sqlite3_stmt *statement)
{
	auto_sql_reset running = statement;

	return sqlite3_step(running) == SQLITE_DONE ? 0 : sql_code(sqlite3_db_handle(running));
}

void sql_bind_text(sqlite3_stmt *statement, int column, const char *text)
{
	sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

void sql_bind_number(sqlite3_stmt *statement, int column, uint64_t number)
{
	sqlite3_bind_int64(statement, column, (sqlite3_int64)number);
}

void sql_bind_or_null(sqlite3_stmt *statement, int column, uint64_t number)
{
	if (number)
		sql_bind_number(statement, column, number);
	else
		sqlite3_bind_null(statement, column);
}

void sql_bind_time(sqlite3_stmt *statement, int column, const struct store_time *time)
{
	sql_bind_or_null(statement, column, time->wall_ns);
	sql_bind_or_null(statement, column + 1, time->mono_ns);
}

const char *sql_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

uint64_t sql_unsigned(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

struct store_time sql_time(sqlite3_stmt *statement, int column)
{
	return (struct store_time){ sql_unsigned(statement, column),
		sql_unsigned(statement, column + 1) };
}
