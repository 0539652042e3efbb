/* Questions to the store for jobs, their manifests and their number. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/store_read.h"
#include "record/store_reader.h"
#include "record/store_sql.h"

static int take_job(sqlite3_stmt *row, struct store_job *ret_job, struct error *error)
{
	*ret_job = (struct store_job){
		.id = sql_unsigned(row, 0),
		.name = sql_text(row, 1),
		.owner = (uid_t)sql_unsigned(row, 2),
		.outcome = sql_text(row, 4),
		.code = (uint32_t)sql_unsigned(row, 5),
		.reason = sql_text(row, 6),
		.message = sql_text(row, 7),
		.priority = (unsigned)sql_unsigned(row, 8),
		.held = sql_unsigned(row, 9),
		.submit_order = sql_unsigned(row, 10),
		.attempt = (unsigned)sql_unsigned(row, 11),
		.created = sql_time(row, 12),
		.submitted = sql_time(row, 14),
		.started = sql_time(row, 16),
		.ended = sql_time(row, 18),
		.boot_id = sql_text(row, 20),
		.manifest_digest = sql_text(row, 21),
		.processors = (unsigned)sql_unsigned(row, 22),
		.has_runtime = sqlite3_column_type(row, 23) != SQLITE_NULL,
		.runtime_ns = sql_unsigned(row, 23),
		.retries = (unsigned)sql_unsigned(row, 24),
	};
	return store_reader_state(sql_text(row, 3), &ret_job->state, error);
}

int store_see_jobs(sqlite3_stmt *row, store_see_job *see, void *data, struct error *error)
{
	struct store_job job;
	int code, count = 0;

	while ((code = store_reader_next(row, "jobs", error)) > 0) {
		code = take_job(row, &job, error);
		if (code < 0)
			return code;
		see(&job, data);
		count++;
	}
	return code < 0 ? code : count;
}

int store_see_counts(sqlite3_stmt *row, uint64_t ret_counts[STATE_COUNT], struct error *error)
{
	uint64_t counts[STATE_COUNT] = { 0 };
	enum state state;
	int code;

	while ((code = store_reader_next(row, "how many there are", error)) > 0) {
		code = store_reader_state(sql_text(row, 0), &state, error);
		if (code < 0)
			return code;
		counts[state] = sql_unsigned(row, 1);
	}
	if (code == 0)
		memcpy(ret_counts, counts, sizeof(counts));
	return code;
}

int store_read_jobs(struct store *store, const struct store_job_page *page, store_see_job *see,
	void *data, struct error *error)
{
	bool of_owner = page->owner != STORE_ANY_OWNER;
	bool in_state = page->state != STORE_ANY_STATE;
	enum store_question question =
		of_owner   ? in_state ? STORE_READ_JOBS_OF_OWNER_IN_STATE : STORE_READ_JOBS_OF_OWNER
		: in_state ? STORE_READ_JOBS_IN_STATE
			   : STORE_READ_JOBS;
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), question, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, page->before_id ? page->before_id : INT64_MAX);
	sql_bind_number(row, 2, store_page_rows(page->limit));
	if (of_owner)
		sql_bind_number(row, 3, page->owner);
	if (in_state)
		sql_bind_text(row, 4, state_name(page->state));
	code = store_see_jobs(row, see, data, error);
	return code < 0 ? code : 0;
}

int store_read_job(
	struct store *store, uint64_t id, store_see_job *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_JOB, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, id);
	code = store_see_jobs(row, see, data, error);
	if (code == 0)
		return fail_plain(error, ENOENT, "the store has no job %" PRIu64, id);
	return code < 0 ? code : 0;
}

int store_read_manifest(struct store *store, uint64_t job, char **ret_json, struct error *error)
{
	auto_free char *asked = NULL;

	return store_read_asked(store, job, ret_json, &asked, error);
}

int store_read_asked(
	struct store *store, uint64_t job, char **ret_json, char **ret_asked, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_MANIFEST, &row, error);
	auto_free char *json = NULL;
	const char *asked;

	if (code < 0)
		return code;
	sql_bind_number(row, 1, job);
	code = store_reader_next(row, "a manifest", error);
	if (code == 0)
		return fail_plain(error, ENOENT, "the store has no manifest of job %" PRIu64, job);
	if (code < 0)
		return code;
	json = strdup(sql_text(row, 0));
	asked = sql_text(row, 1);
	if (!json)
		return fail(error, ENOMEM, "read a manifest");
	*ret_asked = asked ? strdup(asked) : NULL;
	*ret_json = take_pointer(json);
	return 0;
}

int store_count_jobs(
	struct store *store, uid_t owner, uint64_t ret_counts[STATE_COUNT], struct error *error)
{
	bool of_owner = owner != STORE_ANY_OWNER;
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store),
		of_owner ? STORE_COUNT_JOBS_OF_OWNER : STORE_COUNT_JOBS, &row, error);

	if (code < 0)
		return code;
	if (of_owner)
		sql_bind_number(row, 1, owner);
	return store_see_counts(row, ret_counts, error);
}
