/* Questions that a queue asks the store: what is open, what is old, how it is set. */
#include "base/clock.h"
#include "base/error.h"
#include "record/store_read.h"
#include "record/store_reader.h"
#include "record/store_sql.h"

static int ask(struct store *store, enum store_question question, sqlite3_stmt **ret_row,
	struct error *error)
{
	return store_reader_ask(store_reader_of(store), question, ret_row, error);
}

int store_read_base(struct store *store, uint64_t *ret_base_ns, struct error *error)
{
	auto_sql_reset row = NULL;
	char boot_id[37];
	int code = ask(store, STORE_READ_BASE, &row, error);

	if (code < 0)
		return code;
	sql_bind_text(row, 1, clock_boot_id(boot_id));
	code = store_reader_next(row, "the clock of all boots", error);
	if (code < 0)
		return code;
	*ret_base_ns = code ? sql_unsigned(row, 0) : 0;
	return 0;
}

int store_read_stopped(struct store *store, const char *reason, store_see_job *see, void *data,
	struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_STOPPED, &row, error);

	if (code < 0)
		return code;
	sql_bind_text(row, 1, reason);
	code = store_see_jobs(row, see, data, error);
	return code < 0 ? code : 0;
}

int store_read_requeues(struct store *store, store_see_job *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_REQUEUES, &row, error);

	if (code < 0)
		return code;
	code = store_see_jobs(row, see, data, error);
	return code < 0 ? code : 0;
}

int store_read_aged(struct store *store, uint64_t age_ns, size_t limit, store_see_job *see,
	void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_AGED, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, age_ns);
	sql_bind_number(row, 2, store_page_rows(limit));
	code = store_see_jobs(row, see, data, error);
	return code < 0 ? code : 0;
}

int store_read_open(struct store *store, store_see_job *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_OPEN, &row, error);

	if (code == 0)
		code = store_see_jobs(row, see, data, error);
	return code < 0 ? code : 0;
}

int store_read_output(struct store *store, uid_t owner, uint64_t *ret_bytes, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_OUTPUT, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, owner);
	code = store_reader_next(row, "how much a user has written", error);
	if (code < 0)
		return code;
	*ret_bytes = code ? sql_unsigned(row, 0) : 0;
	return 0;
}

int store_read_parameters(
	struct store *store, store_see_parameter *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_PARAMETERS, &row, error);

	if (code < 0)
		return code;
	while ((code = store_reader_next(row, "parameters", error)) > 0) {
		struct store_parameter parameter = {
			.name = sql_text(row, 0),
			.value = (int64_t)sql_unsigned(row, 1),
		};

		see(&parameter, data);
	}
	return code;
}

int store_read_unsynced(
	struct store *store, store_see_unsynced *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_READ_UNSYNCED, &row, error);

	if (code < 0)
		return code;
	while ((code = store_reader_next(row, "what is not synced", error)) > 0) {
		struct store_unsynced unsynced = {
			.job = sql_unsigned(row, 0),
			.attempt = (unsigned)sql_unsigned(row, 1),
			.environment = sql_text(row, 2),
			.not_run = sql_text(row, 3),
		};

		see(&unsynced, data);
	}
	return code;
}

int store_count_tasks(
	struct store *store, uint64_t job, uint64_t ret_counts[STATE_COUNT], struct error *error)
{
	auto_sql_reset row = NULL;
	int code = ask(store, STORE_COUNT_TASKS, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, job);
	return store_see_counts(row, ret_counts, error);
}

/* Without it the answers are right, too, each of a moment of its own. */
static void run_alone(struct store *store, enum store_question question)
{
	sqlite3_stmt *statement;

	if (store_reader_ask(store_reader_of(store), question, &statement, NULL) == 0)
		sql_execute(statement);
}

void store_read_hold(struct store *store)
{
	run_alone(store, STORE_HOLD_MOMENT);
}

void store_read_leave(struct store *store)
{
	run_alone(store, STORE_LEAVE_MOMENT);
}
