/* Questions to the store for how jobs were at an earlier event: what a listing of several pages
 * goes on with. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "record/store_read.h"
#include "record/store_reader.h"
#include "record/store_sql.h"
#include "record/trace.h"

int store_read_last_seq(struct store *store, uint64_t *ret_seq, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_LAST_SEQ, &row, error);

	if (code < 0)
		return code;
	code = store_reader_next(row, "the number of the last event", error);
	if (code < 0)
		return code;
	*ret_seq = code ? sql_unsigned(row, 0) : 0;
	return 0;
}

int store_read_changed(struct store *store, uint64_t after_seq, uint64_t before_id,
	store_see_number *see, void *data, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_CHANGED, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, after_seq);
	sql_bind_number(row, 2, before_id);
	while ((code = store_reader_next(row, "what has changed", error)) > 0)
		see(sql_unsigned(row, 0), data);
	return code;
}

static enum state state_after_end(const char *data)
{
	auto_json end = data ? json_loads(data, 0, NULL) : NULL;
	const char *outcome = json_string_value(json_object_get(end, "outcome"));

	return state_of_outcome(outcome ? outcome : "");
}

int store_read_state_at(
	struct store *store, uint64_t job, uint64_t seq, enum state *ret_state, struct error *error)
{
	auto_sql_reset row = NULL;
	int code = store_reader_ask(store_reader_of(store), STORE_READ_STATE_AT, &row, error);
	const char *type;

	if (code < 0)
		return code;
	sql_bind_number(row, 1, job);
	sql_bind_number(row, 2, seq);
	code = store_reader_next(row, "what a job was", error);
	if (code < 0)
		return code;
	type = code ? sql_text(row, 0) : "";
	if (strcmp(type, trace_type_name(TRACE_JOB_PENDING)) == 0)
		*ret_state = STATE_QUEUED;
	else if (strcmp(type, trace_type_name(TRACE_JOB_BEGIN)) == 0)
		*ret_state = STATE_RUNNING;
	else
		*ret_state = code ? state_after_end(sql_text(row, 1)) : STATE_NOT_SUBMITTED;
	return 0;
}
