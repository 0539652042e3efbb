/* The rows that are not of what runs: the tasks of a job as a whole, what is asked for while it is
 * being ended, parameters, files that are not synced, and what is purged. */
#include "base/error.h"
#include "record/store_apply.h"
#include "record/store_row.h"
#include "record/store_sql.h"

enum statement {
	ADD_TASKS,
	MOVE_TASKS,
	ASK_REQUEUE,
	FORGET_REQUEUE,
	WRITE_PARAMETER,
	WRITE_UNSYNCED,
	FORGET_UNSYNCED,
	PURGE_JOB,
};

/* States are stored by name; the mask of a move counts them as enum state does. */
static const char *const texts[STORE_APPLY_QUEUE_STATEMENTS] = {
	[ADD_TASKS] = "INSERT INTO assessments SELECT ?1, key, value, ?3, NULL, NULL, 0"
		      " FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING",
	[MOVE_TASKS] =
		"UPDATE assessments SET state = ?3, reason = ?4, message = NULL WHERE job = ?1"
		" AND ?2 >> CASE state WHEN 'NotSubmitted' THEN 0 WHEN 'Queued' THEN 1"
		" WHEN 'Running' THEN 2 WHEN 'Finished' THEN 3 WHEN 'Failed' THEN 4 ELSE 5 END & 1"
		" AND (?5 IS NULL OR reason IS NULL OR reason <> ?5)"
		" AND (?6 IS NULL OR reason = ?6)",
	[ASK_REQUEUE] = "INSERT INTO requeues VALUES(?1) ON CONFLICT DO NOTHING",
	[FORGET_REQUEUE] = "DELETE FROM requeues WHERE job = ?1",
	[WRITE_PARAMETER] = "INSERT INTO parameters VALUES(?1, ?2)"
			    " ON CONFLICT(name) DO UPDATE SET value = ?2",
	[WRITE_UNSYNCED] =
		"INSERT INTO unsynced VALUES(?1, ?2, ?3, ?4)"
		" ON CONFLICT(job, attempt) DO UPDATE SET environment = ?3, not_run = ?4",
	[FORGET_UNSYNCED] = "DELETE FROM unsynced WHERE job = ?1 AND attempt = ?2",
	[PURGE_JOB] = "DELETE FROM jobs WHERE id = ?1",
};

int store_apply_queue_init(struct store_applier *applier, struct error *error)
{
	return sql_prepare_all(
		applier->db, texts, STORE_APPLY_QUEUE_STATEMENTS, applier->queue, error);
}

void store_apply_queue_finish(struct store_applier *applier)
{
	sql_finalize_all(applier->queue, STORE_APPLY_QUEUE_STATEMENTS);
}

static int add_tasks(sqlite3_stmt *statement, const struct store_tasks *tasks)
{
	sql_bind_number(statement, 1, tasks->job);
	sql_bind_text(statement, 2, tasks->names);
	sql_bind_text(statement, 3, state_name(tasks->state));
	return sql_execute(statement);
}

static int move_tasks(sqlite3_stmt *statement, const struct store_task_move *move)
{
	sql_bind_number(statement, 1, move->job);
	sql_bind_number(statement, 2, move->from);
	sql_bind_text(statement, 3, state_name(move->state));
	sql_bind_text(statement, 4, move->reason);
	sql_bind_text(statement, 5, move->but);
	sql_bind_text(statement, 6, move->only);
	return sql_execute(statement);
}

static int write_unsynced(struct store_applier *applier, const struct store_unsynced *unsynced)
{
	sqlite3_stmt *statement =
		applier->queue[unsynced->synced ? FORGET_UNSYNCED : WRITE_UNSYNCED];

	sql_bind_number(statement, 1, unsynced->job);
	sql_bind_number(statement, 2, unsynced->attempt);
	if (!unsynced->synced) {
		sql_bind_text(statement, 3, unsynced->environment);
		sql_bind_text(statement, 4, unsynced->not_run);
	}
	return sql_execute(statement);
}

int store_apply_queue_change(struct store_applier *applier, const struct store_change *change)
{
	sqlite3_stmt *statement;

	switch (change->kind) {
	case STORE_TASKS:
		return add_tasks(applier->queue[ADD_TASKS], &change->tasks);
	case STORE_TASK_MOVE:
		return move_tasks(applier->queue[MOVE_TASKS], &change->move);
	case STORE_REQUEUE:
		statement = applier->queue[change->requeue.asked ? ASK_REQUEUE : FORGET_REQUEUE];
		sql_bind_number(statement, 1, change->requeue.job);
		return sql_execute(statement);
	case STORE_PARAMETER:
		statement = applier->queue[WRITE_PARAMETER];
		sql_bind_text(statement, 1, change->parameter.name);
		sql_bind_number(statement, 2, (uint64_t)change->parameter.value);
		return sql_execute(statement);
	case STORE_UNSYNCED:
		return write_unsynced(applier, &change->unsynced);
	case STORE_PURGE:
		statement = applier->queue[PURGE_JOB];
		sql_bind_number(statement, 1, change->purge);
		return sql_execute(statement);
	case STORE_JOB:
	case STORE_ATTEMPT:
	case STORE_ASSESSMENT:
	case STORE_TRY:
	case STORE_EVENT:
		break;
	}
	return -EINVAL;
}
