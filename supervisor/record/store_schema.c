/* The tables of the store, and the steps that bring an older layout up to date. */
#include "record/store_schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "record/store_sql.h"

#define APPLICATION_ID 0x61786521 /* "axe!"; tells our files from other SQLite databases */

/*
 * Never change a step that was released: add one. States and verdicts are stored by name; times are
 * nanoseconds, NULL while not yet; a boot is one small number instead of 36 characters a row.
 */
static const char *const store_steps[] = {
	/* The highest number of an event is kept by AUTOINCREMENT, also when events are purged. */
	"CREATE TABLE boots(id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE) STRICT;"

	"CREATE TABLE jobs("
	" id INTEGER PRIMARY KEY CHECK(id > 0),"
	" name TEXT NOT NULL,"
	" owner_uid INTEGER NOT NULL,"
	" state TEXT NOT NULL,"
	" outcome TEXT, code INTEGER NOT NULL, reason TEXT, message TEXT,"
	" priority INTEGER NOT NULL, held INTEGER NOT NULL, submit_order INTEGER,"
	" attempt INTEGER NOT NULL,"
	" created_wall_ns INTEGER, created_mono_ns INTEGER,"
	" submitted_wall_ns INTEGER, submitted_mono_ns INTEGER,"
	" started_wall_ns INTEGER, started_mono_ns INTEGER,"
	" ended_wall_ns INTEGER, ended_mono_ns INTEGER,"
	" boot INTEGER NOT NULL REFERENCES boots(id),"
	" manifest_digest TEXT) STRICT;"
	"CREATE INDEX jobs_by_state ON jobs(state);"
	"CREATE INDEX jobs_by_owner ON jobs(owner_uid);"
	"CREATE INDEX jobs_by_owner_and_state ON jobs(owner_uid, state);"

	/* Apart from the row of the job, which is written at each change of state. */
	"CREATE TABLE manifests("
	" job INTEGER PRIMARY KEY REFERENCES jobs(id) ON DELETE CASCADE,"
	" json TEXT NOT NULL) STRICT;"

	"CREATE TABLE attempts("
	" job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,"
	" attempt INTEGER NOT NULL CHECK(attempt > 0),"
	" state TEXT NOT NULL, outcome TEXT, code INTEGER NOT NULL, reason TEXT,"
	" started_wall_ns INTEGER, started_mono_ns INTEGER,"
	" ended_wall_ns INTEGER, ended_mono_ns INTEGER,"
	" boot INTEGER NOT NULL REFERENCES boots(id),"
	" PRIMARY KEY(job, attempt)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE assessments("
	" job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,"
	" assessment INTEGER NOT NULL,"
	" name TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,"
	" PRIMARY KEY(job, assessment)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE tries("
	" job INTEGER NOT NULL, attempt INTEGER NOT NULL, assessment INTEGER NOT NULL,"
	" try INTEGER NOT NULL CHECK(try > 0),"
	" verdict TEXT, code INTEGER NOT NULL, wait_status INTEGER,"
	" started_wall_ns INTEGER, started_mono_ns INTEGER,"
	" ended_wall_ns INTEGER, ended_mono_ns INTEGER,"
	" boot INTEGER NOT NULL REFERENCES boots(id),"
	" result TEXT,"
	" PRIMARY KEY(job, attempt, assessment, try),"
	" FOREIGN KEY(job, attempt) REFERENCES attempts ON DELETE CASCADE,"
	" FOREIGN KEY(job, assessment) REFERENCES assessments ON DELETE CASCADE"
	") STRICT, WITHOUT ROWID;"

	/* Events outlive their job: numbers have no gaps for those who replay them. */
	"CREATE TABLE events("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" job INTEGER, attempt INTEGER, assessment INTEGER, try INTEGER,"
	" type TEXT NOT NULL,"
	" wall_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL,"
	" boot INTEGER NOT NULL REFERENCES boots(id),"
	" actor TEXT, data TEXT) STRICT;"
	"CREATE INDEX events_by_job ON events(job) WHERE job IS NOT NULL;",

	/*
	 * The queue. A clock of all boots: one goes on at base_ns, was last seen seen_ns after its
	 * own beginning. Jobs that ended before there was that clock have no age yet.
	 */
	"ALTER TABLE boots ADD COLUMN base_ns INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE boots ADD COLUMN seen_ns INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE jobs ADD COLUMN processors INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE jobs ADD COLUMN runtime_ns INTEGER;"
	"ALTER TABLE jobs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE jobs ADD COLUMN ended_age_ns INTEGER;"
	"CREATE INDEX jobs_by_age ON jobs(ended_age_ns) WHERE ended_age_ns IS NOT NULL;"
	"ALTER TABLE manifests ADD COLUMN asked TEXT;"
	"ALTER TABLE assessments ADD COLUMN message TEXT;"
	"ALTER TABLE assessments ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE parameters(name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;",

	/* A RequeueJob that was accepted while its job was being ended for another reason. */
	"CREATE TABLE requeues(job INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE) STRICT;",

	/* Attempts that have ended, whose files may not be on the disk; and what else those have.
	 */
	"CREATE TABLE unsynced("
	" job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,"
	" attempt INTEGER NOT NULL, environment TEXT NOT NULL, not_run TEXT NOT NULL,"
	" PRIMARY KEY(job, attempt)) STRICT, WITHOUT ROWID;",
};

#define STORE_STEPS (sizeof(store_steps) / sizeof(store_steps[0]))

static int refuse_foreign(sqlite3 *db, int64_t application, struct error *error)
{
	int64_t objects = 0;
	int code = 0;

	if (application == APPLICATION_ID)
		return 0;
	if (application == 0)
		code = sql_number(db, "SELECT count(*) FROM sqlite_schema", &objects, error);
	if (code < 0)
		return code;
	if (application != 0 || objects > 0)
		return fail_plain(error, EINVAL,
			"it is a database of another program; move it away, or choose another "
			"directory with --state-dir");
	return 0;
}

static int run_steps(
	sqlite3 *db, const char *const *steps, unsigned from, unsigned to, struct error *error)
{
	char mark[96];
	int code = sql_run(db, "BEGIN IMMEDIATE", error);

	for (unsigned i = from; code == 0 && i < to; i++)
		code = sql_run(db, steps[i], error);
	snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %u",
		APPLICATION_ID, to);
	if (code == 0)
		code = sql_run(db, mark, error);
	if (code == 0)
		code = sql_run(db, "COMMIT", error);
	if (code < 0 && !sqlite3_get_autocommit(db))
		sql_run(db, "ROLLBACK", NULL);
	return code < 0 ? fail_context(error, "bring version %u to version %u", from, to) : 0;
}

int store_schema_apply(
	sqlite3 *db, const char *const *steps, unsigned step_count, struct error *error)
{
	int64_t application, version;
	int code = sql_number(db, "PRAGMA application_id", &application, error);

	if (code == 0)
		code = sql_number(db, "PRAGMA user_version", &version, error);
	if (code == 0)
		code = refuse_foreign(db, application, error);
	if (code < 0)
		return code;
	if (version < 0 || version > (int64_t)step_count)
		return fail_plain(error, EPROTONOSUPPORT,
			"its layout is version %" PRIi64
			", and this axe knows up to version %u; use the newer axe that wrote it",
			version, step_count);
	if (version == (int64_t)step_count)
		return 0;
	return run_steps(db, steps, (unsigned)version, step_count, error);
}

int store_schema_update(sqlite3 *db, struct error *error)
{
	return store_schema_apply(db, store_steps, STORE_STEPS, error);
}
