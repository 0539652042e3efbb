/* Change sets written into a transaction, row by row. */
#include "record/store_apply.h"

#include "base/clock.h"
#include "base/error.h"
#include "record/store_set.h"
#include "record/store_sql.h"

enum statement {
	WRITE_JOB,
	WRITE_MANIFEST,
	FORGET_ENVIRONMENT,
	WRITE_ATTEMPT,
	WRITE_ASSESSMENT,
	WRITE_TRY,
	WRITE_EVENT,
	WRITE_BOOT,
	NOTE_BOOT,
	ADOPT_ENDS,
	BEGIN,
	COMMIT,
};

/* ?1 is the boot wherever one is written. REPLACE would delete the old row, and what hangs on it.
 */
#define BOOT "(SELECT id FROM boots WHERE boot_id = ?1)"

/* An end by the clock of all boots; see store_read_age. ?21 is the monotonic time of the end. */
#define END_AGE "(SELECT base_ns + ?21 FROM boots WHERE boot_id = ?1)"

static const char *const texts[STORE_APPLY_STATEMENTS] = {
	[WRITE_JOB] =
		"INSERT INTO jobs VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
		" ?15, ?16, ?17, ?18, ?19, ?20, ?21, " BOOT ", ?22, ?23, ?24, ?25, " END_AGE ")"
		" ON CONFLICT(id) DO UPDATE SET name = ?3, owner_uid = ?4, state = ?5, outcome = "
		"?6,"
		" code = ?7, reason = ?8, message = ?9, priority = ?10, held = ?11,"
		" submit_order = ?12, attempt = ?13, created_wall_ns = ?14, created_mono_ns = ?15,"
		" submitted_wall_ns = ?16, submitted_mono_ns = ?17, started_wall_ns = ?18,"
		" started_mono_ns = ?19, ended_wall_ns = ?20, ended_mono_ns = ?21,"
		" boot = excluded.boot, manifest_digest = ?22, processors = ?23, runtime_ns = ?24,"
		" retries = ?25, ended_age_ns = excluded.ended_age_ns",
	[WRITE_MANIFEST] = "INSERT INTO manifests VALUES(?1, ?2, ?3)"
			   " ON CONFLICT(job) DO UPDATE SET json = ?2",
	[FORGET_ENVIRONMENT] = "UPDATE manifests SET asked = json_remove(asked, '$.environment')"
			       " WHERE job = ?1 AND asked IS NOT NULL",
	[WRITE_ATTEMPT] =
		"INSERT INTO attempts VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, " BOOT ")"
		" ON CONFLICT(job, attempt) DO UPDATE SET state = ?4, outcome = ?5, code = ?6,"
		" reason = ?7, started_wall_ns = ?8, started_mono_ns = ?9, ended_wall_ns = ?10,"
		" ended_mono_ns = ?11",
	/* The words of CancelTask come before the end that they make; another end has none. */
	[WRITE_ASSESSMENT] =
		"INSERT INTO assessments VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT(job, assessment) DO UPDATE SET name = ?3, state = ?4, reason = ?5,"
		" message = CASE WHEN ?4 IN ('Running', 'Canceled') OR ?5 = 'abandoned'"
		" THEN coalesce(?6, message) ELSE ?6 END, retries = max(retries, ?7)",
	[WRITE_TRY] =
		"INSERT INTO tries VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, " BOOT
		", ?13)"
		" ON CONFLICT(job, attempt, assessment, try) DO UPDATE SET verdict = ?6, code = ?7,"
		" wait_status = ?8, started_wall_ns = ?9, started_mono_ns = ?10,"
		" ended_wall_ns = ?11, ended_mono_ns = ?12, result = ?13",
	[WRITE_EVENT] =
		"INSERT INTO events VALUES(NULL, ?2, ?3, ?4, ?5, ?6, ?7, ?8, " BOOT ", ?9, ?10)",
	/* A boot begins where the one before it was last seen: time that nobody saw has not passed.
	 */
	[WRITE_BOOT] = "INSERT INTO boots SELECT NULL, ?1, coalesce(max(base_ns + seen_ns), 0), 0 "
		       "FROM boots"
		       " WHERE true ON CONFLICT DO NOTHING",
	[NOTE_BOOT] = "UPDATE boots SET seen_ns = max(seen_ns, ?2) WHERE boot_id = ?1",
	[ADOPT_ENDS] =
		"UPDATE jobs SET ended_age_ns = (SELECT base_ns + ?2 FROM boots WHERE boot_id = ?1)"
		" WHERE ended_age_ns IS NULL AND state IN ('Finished', 'Failed', 'Canceled')",
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
};

int store_applier_init(struct store_applier *applier, sqlite3 *db, struct error *error)
{
	int code;

	*applier = (struct store_applier){ .db = db };
	clock_boot_id(applier->boot_id);
	code = sql_prepare_all(db, texts, STORE_APPLY_STATEMENTS, applier->statements, error);
	return code < 0 ? code : store_apply_queue_init(applier, error);
}

void store_applier_finish(struct store_applier *applier)
{
	sql_finalize_all(applier->statements, STORE_APPLY_STATEMENTS);
	store_apply_queue_finish(applier);
}

static int write_manifest(struct store_applier *applier, const struct store_job *job)
{
	sqlite3_stmt *statement = applier->statements[WRITE_MANIFEST];

	if (!job->manifest)
		return 0;
	sql_bind_number(statement, 1, job->id);
	sql_bind_text(statement, 2, job->manifest);
	sql_bind_text(statement, 3, job->asked);
	return sql_execute(statement);
}

/* Its values may be secrets. One that failed or was canceled may be queued again, and needs them.
 */
static int forget_environment(struct store_applier *applier, const struct store_job *job)
{
	sqlite3_stmt *statement = applier->statements[FORGET_ENVIRONMENT];

	if (job->state != STATE_FINISHED)
		return 0;
	sql_bind_number(statement, 1, job->id);
	return sql_execute(statement);
}

static int write_job(struct store_applier *applier, const struct store_job *job)
{
	sqlite3_stmt *statement = applier->statements[WRITE_JOB];
	int code;

	sql_bind_text(statement, 1, applier->boot_id);
	sql_bind_number(statement, 2, job->id);
	sql_bind_text(statement, 3, job->name);
	sql_bind_number(statement, 4, job->owner);
	sql_bind_text(statement, 5, state_name(job->state));
	sql_bind_text(statement, 6, job->outcome);
	sql_bind_number(statement, 7, job->code);
	sql_bind_text(statement, 8, job->reason);
	sql_bind_text(statement, 9, job->message);
	sql_bind_number(statement, 10, job->priority);
	sql_bind_number(statement, 11, job->held);
	sql_bind_or_null(statement, 12, job->submit_order);
	sql_bind_number(statement, 13, job->attempt);
	sql_bind_time(statement, 14, &job->created);
	sql_bind_time(statement, 16, &job->submitted);
	sql_bind_time(statement, 18, &job->started);
	sql_bind_time(statement, 20, &job->ended);
	sql_bind_text(statement, 22, job->manifest_digest);
	sql_bind_number(statement, 23, job->processors);
	if (job->has_runtime)
		sql_bind_number(statement, 24, job->runtime_ns);
	sql_bind_number(statement, 25, job->retries);
	code = sql_execute(statement);
	if (code == 0)
		code = write_manifest(applier, job);
	return code < 0 ? code : forget_environment(applier, job);
}

static int write_attempt(struct store_applier *applier, const struct store_attempt *attempt)
{
	sqlite3_stmt *statement = applier->statements[WRITE_ATTEMPT];

	sql_bind_text(statement, 1, applier->boot_id);
	sql_bind_number(statement, 2, attempt->job);
	sql_bind_number(statement, 3, attempt->number);
	sql_bind_text(statement, 4, state_name(attempt->state));
	sql_bind_text(statement, 5, attempt->outcome);
	sql_bind_number(statement, 6, attempt->code);
	sql_bind_text(statement, 7, attempt->reason);
	sql_bind_time(statement, 8, &attempt->started);
	sql_bind_time(statement, 10, &attempt->ended);
	return sql_execute(statement);
}

static int write_assessment(
	struct store_applier *applier, const struct store_assessment *assessment)
{
	sqlite3_stmt *statement = applier->statements[WRITE_ASSESSMENT];

	sql_bind_number(statement, 1, assessment->job);
	sql_bind_number(statement, 2, assessment->index);
	sql_bind_text(statement, 3, assessment->name);
	sql_bind_text(statement, 4, state_name(assessment->state));
	sql_bind_text(statement, 5, assessment->reason);
	sql_bind_text(statement, 6, assessment->message);
	sql_bind_number(statement, 7, assessment->retries);
	return sql_execute(statement);
}

static int write_try(struct store_applier *applier, const struct store_try *try)
{
	sqlite3_stmt *statement = applier->statements[WRITE_TRY];

	sql_bind_text(statement, 1, applier->boot_id);
	sql_bind_number(statement, 2, try->job);
	sql_bind_number(statement, 3, try->attempt);
	sql_bind_number(statement, 4, try->assessment);
	sql_bind_number(statement, 5, try->number);
	sql_bind_text(
		statement, 6, try->verdict == VERDICT_COUNT ? NULL : verdict_name(try->verdict));
	sql_bind_number(statement, 7, try->code);
	if (try->wait_status >= 0)
		sql_bind_number(statement, 8, (uint64_t)try->wait_status);
	sql_bind_time(statement, 9, &try->started);
	sql_bind_time(statement, 11, &try->ended);
	sql_bind_text(statement, 13, try->result);
	return sql_execute(statement);
}

static int write_event(struct store_applier *applier, const struct store_event *event)
{
	sqlite3_stmt *statement = applier->statements[WRITE_EVENT];

	sql_bind_text(statement, 1, applier->boot_id);
	sql_bind_or_null(statement, 2, event->job);
	sql_bind_or_null(statement, 3, event->attempt);
	if (event->has_assessment) {
		sql_bind_number(statement, 4, event->assessment);
		sql_bind_number(statement, 5, event->try_number);
	}
	sql_bind_text(statement, 6, event->type);
	sql_bind_number(statement, 7, event->time.wall_ns);
	sql_bind_number(statement, 8, event->time.mono_ns);
	sql_bind_text(statement, 9, event->actor);
	sql_bind_text(statement, 10, event->data);
	return sql_execute(statement);
}

static int write_change(struct store_applier *applier, const struct store_change *change)
{
	switch (change->kind) {
	case STORE_JOB:
		return write_job(applier, &change->job);
	case STORE_ATTEMPT:
		return write_attempt(applier, &change->attempt);
	case STORE_ASSESSMENT:
		return write_assessment(applier, &change->assessment);
	case STORE_TRY:
		return write_try(applier, &change->try);
	case STORE_EVENT:
		return write_event(applier, &change->event);
	case STORE_TASKS:
	case STORE_TASK_MOVE:
	case STORE_REQUEUE:
	case STORE_PARAMETER:
	case STORE_UNSYNCED:
	case STORE_PURGE:
		return store_apply_queue_change(applier, change);
	}
	return -EINVAL;
}

static int write_boot(struct store_applier *applier, enum statement which)
{
	sqlite3_stmt *statement = applier->statements[which];

	sql_bind_text(statement, 1, applier->boot_id);
	if (which != WRITE_BOOT)
		sql_bind_number(statement, 2, clock_monotonic_ns());
	return sql_execute(statement);
}

int store_apply_begin(struct store_applier *applier, struct error *error)
{
	int code = sql_execute(applier->statements[BEGIN]);

	if (code == 0 && !applier->boot_is_durable) {
		code = write_boot(applier, WRITE_BOOT);
		if (code == 0)
			code = write_boot(applier, ADOPT_ENDS);
	}
	if (code == 0)
		code = write_boot(applier, NOTE_BOOT);
	return code < 0 ? sql_fail(applier->db, code, error, "begin to store") : 0;
}

int store_apply_set(struct store_applier *applier, struct store_set *set, struct error *error)
{
	set->first_seq = 0;
	for (size_t i = 0; i < set->count; i++) {
		int code = write_change(applier, &set->changes[i]);

		if (code < 0)
			return sql_fail(applier->db, code, error, "store a row");
		if (set->changes[i].kind == STORE_EVENT && !set->first_seq)
			set->first_seq = (uint64_t)sqlite3_last_insert_rowid(applier->db);
	}
	return 0;
}

int store_apply_commit(struct store_applier *applier, struct error *error)
{
	int code = sql_execute(applier->statements[COMMIT]);

	if (code < 0)
		return sql_fail(applier->db, code, error, "make rows durable");
	applier->boot_is_durable = true;
	return 0;
}

void store_apply_rollback(struct store_applier *applier)
{
	/* SQLite may have rolled back by itself. */
	if (!sqlite3_get_autocommit(applier->db))
		sql_run(applier->db, "ROLLBACK", NULL);
}
