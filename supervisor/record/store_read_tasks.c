/* Questions to the store for the parts of a job: attempts, assessments, tries. */
#include "base/cleanup.h"
#include "base/error.h"
#include "record/store_read.h"
#include "record/store_reader.h"
#include "record/store_sql.h"

static int take_attempt(sqlite3_stmt *row, struct store_attempt *ret_attempt, struct error *error)
{
	*ret_attempt = (struct store_attempt){
		.job = sql_unsigned(row, 0),
		.number = (unsigned)sql_unsigned(row, 1),
		.outcome = sql_text(row, 3),
		.code = (uint32_t)sql_unsigned(row, 4),
		.reason = sql_text(row, 5),
		.started = sql_time(row, 6),
		.ended = sql_time(row, 8),
		.boot_id = sql_text(row, 10),
	};
	return store_reader_state(sql_text(row, 2), &ret_attempt->state, error);
}

int store_read_attempts(
	struct store *store, uint64_t job, store_see_attempt *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	struct store_attempt attempt;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_ATTEMPTS, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, job);
	sql_bind_number(row, 2, STORE_PAGE_MAX);
	while ((code = store_reader_next(row, "attempts", error)) > 0) {
		code = take_attempt(row, &attempt, error);
		if (code < 0)
			return code;
		see(&attempt, data);
	}
	return code;
}

int store_read_assessments(struct store *store, uint64_t job, unsigned first, size_t limit,
	store_see_assessment *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_ASSESSMENTS, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, job);
	sql_bind_number(row, 2, store_page_rows(limit));
	sql_bind_number(row, 3, first);
	while ((code = store_reader_next(row, "assessments", error)) > 0) {
		struct store_assessment assessment = {
			.job = sql_unsigned(row, 0),
			.index = (unsigned)sql_unsigned(row, 1),
			.name = sql_text(row, 2),
			.reason = sql_text(row, 4),
			.message = sql_text(row, 5),
			.retries = (unsigned)sql_unsigned(row, 6),
		};

		code = store_reader_state(sql_text(row, 3), &assessment.state, error);
		if (code < 0)
			return code;
		see(&assessment, data);
	}
	return code;
}

static int take_try(sqlite3_stmt *row, struct store_try *ret_try, struct error *error)
{
	const char *verdict = sql_text(row, 4);

	*ret_try = (struct store_try){
		.job = sql_unsigned(row, 0),
		.attempt = (unsigned)sql_unsigned(row, 1),
		.assessment = (unsigned)sql_unsigned(row, 2),
		.number = (unsigned)sql_unsigned(row, 3),
		.verdict = VERDICT_COUNT,
		.code = (uint32_t)sql_unsigned(row, 5),
		.wait_status = sqlite3_column_type(row, 6) == SQLITE_NULL
				       ? -1
				       : sqlite3_column_int(row, 6),
		.started = sql_time(row, 7),
		.ended = sql_time(row, 9),
		.boot_id = sql_text(row, 11),
		.result = sql_text(row, 12),
	};
	if (verdict && !verdict_from_name(verdict, &ret_try->verdict))
		return fail_plain(error, EUCLEAN, "read the store: `%s` is no verdict", verdict);
	return 0;
}

int store_read_tries(struct store *store, uint64_t job, struct store_try_key behind, size_t limit,
	store_see_try *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	struct store_try try;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_TRIES, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, job);
	sql_bind_number(row, 2, store_page_rows(limit));
	sql_bind_number(row, 3, behind.attempt);
	sql_bind_number(row, 4, behind.assessment);
	sql_bind_number(row, 5, behind.number);
	while ((code = store_reader_next(row, "tries", error)) > 0) {
		code = take_try(row, &try, error);
		if (code < 0)
			return code;
		see(&try, data);
	}
	return code;
}
