/* The connection that answers questions, and the statements that it keeps for them. */
#pragma once

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "model/state.h"
#include "record/store_read.h"

struct error;
struct store;
struct store_place;
struct store_reader;

enum store_question {
	STORE_READ_STOPPED,
	STORE_READ_REQUEUES,
	STORE_READ_EVENTS,
	STORE_READ_JOB_EVENTS,
	STORE_READ_JOBS,
	STORE_READ_JOBS_OF_OWNER,
	STORE_READ_JOBS_IN_STATE,
	STORE_READ_JOBS_OF_OWNER_IN_STATE,
	STORE_READ_JOB,
	STORE_READ_MANIFEST,
	STORE_COUNT_JOBS,
	STORE_COUNT_JOBS_OF_OWNER,
	STORE_READ_ATTEMPTS,
	STORE_READ_ASSESSMENTS,
	STORE_READ_TRIES,
	STORE_READ_LAST_SEQ,
	STORE_READ_CHANGED,
	STORE_READ_STATE_AT,
	STORE_READ_BASE,
	STORE_READ_AGED,
	STORE_READ_OPEN,
	STORE_READ_OUTPUT,
	STORE_READ_PARAMETERS,
	STORE_READ_UNSYNCED,
	STORE_COUNT_TASKS,
	STORE_HOLD_MOMENT,
	STORE_LEAVE_MOMENT,
	STORE_QUESTION_COUNT,
};

int store_reader_open(
	const struct store_place *place, struct store_reader **ret_reader, struct error *error);
void store_reader_close(struct store_reader *reader); /* NULL is fine */

/* The statement, ready to be bound; to be left by auto_sql_reset. -ESHUTDOWN without a reader. */
int store_reader_ask(struct store_reader *reader, enum store_question question,
	sqlite3_stmt **ret_statement, struct error *error);

/* The next row: 1, 0 at the end, or -errno with the text "read WHAT: ...". */
int store_reader_next(sqlite3_stmt *statement, const char *what, struct error *error);

/* A state by its name; -EUCLEAN when it is none. */
int store_reader_state(const char *name, enum state *ret_state, struct error *error);

/* store_read_jobs.c: every job of a bound statement; how many, or -errno. */
int store_see_jobs(sqlite3_stmt *row, store_see_job *see, void *data, struct error *error);

/* Rows of a state and a number. */
int store_see_counts(sqlite3_stmt *row, uint64_t ret_counts[STATE_COUNT], struct error *error);

/* What a caller's limit of rows comes to; 0: the most. */
uint64_t store_page_rows(size_t limit);

/* NULL while the store is being closed. */
struct store_reader *store_reader_of(const struct store *store);
