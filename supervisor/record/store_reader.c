/* The connection that answers questions, and the statements that it keeps for them. */
#include "record/store_reader.h"

#include <stdlib.h>

#include "base/error.h"
#include "record/store_file.h"
#include "record/store_read.h"
#include "record/store_sql.h"

/* The columns that store_read.c takes apart, in its order. */
#define BOOT "(SELECT boot_id FROM boots WHERE boots.id = boot)"
#define EVENTS                                                                                     \
	"SELECT seq, job, attempt, assessment, try, type, wall_ns, mono_ns, " BOOT                 \
	", actor, data, (SELECT owner_uid FROM jobs WHERE id = events.job) FROM events "
#define JOBS_WITH(boot)                                                                            \
	"SELECT id, name, owner_uid, state, outcome, code, reason, message, priority, held,"       \
	" submit_order, attempt, created_wall_ns, created_mono_ns, submitted_wall_ns,"             \
	" submitted_mono_ns, started_wall_ns, started_mono_ns, ended_wall_ns, "                    \
	"ended_mono_ns, " boot ", manifest_digest, processors, runtime_ns, retries FROM jobs "
#define JOBS   JOBS_WITH(BOOT)
#define NEWEST " ORDER BY id DESC LIMIT ?2"

static const char *const texts[STORE_QUESTION_COUNT] = {
	[STORE_READ_EVENTS] = EVENTS "WHERE seq > ?1 ORDER BY seq LIMIT ?2",
	[STORE_READ_JOB_EVENTS] = EVENTS "WHERE job = ?3 AND seq > ?1 ORDER BY seq LIMIT ?2",
	[STORE_READ_JOBS] = JOBS "WHERE id < ?1" NEWEST,
	[STORE_READ_JOBS_OF_OWNER] = JOBS "WHERE id < ?1 AND owner_uid = ?3" NEWEST,
	[STORE_READ_JOBS_IN_STATE] = JOBS "WHERE id < ?1 AND state = ?4" NEWEST,
	[STORE_READ_JOBS_OF_OWNER_IN_STATE] =
		JOBS "WHERE id < ?1 AND owner_uid = ?3 AND state = ?4" NEWEST,
	[STORE_READ_JOB] = JOBS "WHERE id = ?1",
	[STORE_READ_MANIFEST] = "SELECT json, asked FROM manifests WHERE job = ?1",
	[STORE_COUNT_JOBS] = "SELECT state, count(*) FROM jobs GROUP BY state",
	[STORE_COUNT_JOBS_OF_OWNER] =
		"SELECT state, count(*) FROM jobs WHERE owner_uid = ?1 GROUP BY state",
	[STORE_READ_ATTEMPTS] =
		"SELECT job, attempt, state, outcome, code, reason, started_wall_ns,"
		" started_mono_ns, ended_wall_ns, ended_mono_ns, " BOOT
		" FROM attempts WHERE job = ?1 ORDER BY attempt DESC LIMIT ?2",
	[STORE_READ_ASSESSMENTS] =
		"SELECT job, assessment, name, state, reason, message, retries FROM assessments"
		" WHERE job = ?1 AND assessment >= ?3 ORDER BY assessment LIMIT ?2",
	[STORE_READ_TRIES] =
		"SELECT job, attempt, assessment, try, verdict, code, wait_status, started_wall_ns,"
		" started_mono_ns, ended_wall_ns, ended_mono_ns, " BOOT ", result FROM tries"
		" WHERE job = ?1 AND (attempt, assessment, try) > (?3, ?4, ?5)"
		" ORDER BY attempt, assessment, try LIMIT ?2",
	[STORE_READ_BASE] = "SELECT base_ns FROM boots WHERE boot_id = ?1",
	[STORE_READ_STOPPED] = JOBS "WHERE submit_order IS NOT NULL"
				    " AND state IN ('Failed', 'Canceled') AND reason = ?1",
	[STORE_READ_REQUEUES] = JOBS "WHERE id IN (SELECT job FROM requeues)",
	[STORE_READ_AGED] = JOBS "WHERE ended_age_ns <= ?1 ORDER BY ended_age_ns LIMIT ?2",
	/* There may be very many that wait, and of no boot but one that runs is anything asked. */
	[STORE_READ_OPEN] =
		JOBS_WITH("CASE state WHEN 'Running' THEN " BOOT
			  " END") "WHERE state IN ('NotSubmitted', 'Queued', 'Running')"
				  " AND (submit_order IS NOT NULL OR state = 'NotSubmitted')",
	[STORE_READ_OUTPUT] =
		"SELECT coalesce(sum(coalesce(json_extract(result, '$.output.stdout.kept'), 0) +"
		" coalesce(json_extract(result, '$.output.stderr.kept'), 0)), 0)"
		" FROM jobs JOIN tries ON tries.job = jobs.id"
		" WHERE owner_uid = ?1 AND result IS NOT NULL",
	[STORE_READ_PARAMETERS] = "SELECT name, value FROM parameters",
	[STORE_READ_UNSYNCED] = "SELECT job, attempt, environment, not_run FROM unsynced",
	[STORE_HOLD_MOMENT] = "BEGIN",
	[STORE_LEAVE_MOMENT] = "COMMIT",
	[STORE_COUNT_TASKS] =
		"SELECT state, count(*) FROM assessments WHERE job = ?1 GROUP BY state",
	/* Each change of a job's state has one of these in its transaction, but for AddJob. */
	[STORE_READ_CHANGED] = "SELECT DISTINCT job FROM events WHERE seq > ?1 AND job < ?2"
			       " AND type IN ('job.pending', 'job.begin', 'job.end')",
	[STORE_READ_STATE_AT] = "SELECT type, data FROM events WHERE job = ?1 AND seq <= ?2"
				" AND type IN ('job.pending', 'job.begin', 'job.end')"
				" ORDER BY seq DESC LIMIT 1",
	[STORE_READ_LAST_SEQ] = "SELECT seq FROM sqlite_sequence WHERE name = 'events'",
};

struct store_reader {
	sqlite3 *db;
	sqlite3_stmt *statements[STORE_QUESTION_COUNT];
};

int store_reader_open(
	const struct store_place *place, struct store_reader **ret_reader, struct error *error)
{
	auto_free struct store_reader *reader = calloc(1, sizeof(*reader));
	int code;

	if (!reader)
		return fail(error, ENOMEM, "open it to read");
	code = store_file_open_reader(place, &reader->db, error);
	if (code == 0)
		code = sql_prepare_all(
			reader->db, texts, STORE_QUESTION_COUNT, reader->statements, error);
	if (code < 0) {
		sqlite3_close(reader->db);
		return code;
	}
	*ret_reader = take_pointer(reader);
	return 0;
}

void store_reader_close(struct store_reader *reader)
{
	if (!reader)
		return;
	sql_finalize_all(reader->statements, STORE_QUESTION_COUNT);
	sqlite3_close(reader->db);
	free(reader);
}

int store_reader_ask(struct store_reader *reader, enum store_question question,
	sqlite3_stmt **ret_statement, struct error *error)
{
	if (!reader)
		return fail_plain(error, ESHUTDOWN, "the store is being closed");
	*ret_statement = reader->statements[question];
	return 0;
}

int store_reader_next(sqlite3_stmt *statement, const char *what, struct error *error)
{
	sqlite3 *db = sqlite3_db_handle(statement);
	int result = sqlite3_step(statement);
	int code;

	if (result == SQLITE_ROW)
		return 1;
	if (result == SQLITE_DONE)
		return 0;
	code = sql_code(db);
	sql_fail(db, code, error, what);
	fail_context(error, "read the store");
	return code;
}

int store_reader_state(const char *name, enum state *ret_state, struct error *error)
{
	if (!name || !state_from_name(name, ret_state))
		return fail_plain(
			error, EUCLEAN, "read the store: `%s` is no state", name ? name : "");
	return 0;
}

uint64_t store_page_rows(size_t limit)
{
	return limit && limit < STORE_PAGE_MAX ? limit : STORE_PAGE_MAX;
}
