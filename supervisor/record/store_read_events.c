/* Questions to the store for events. */
#include "base/cleanup.h"
#include "base/error.h"
#include "record/store_read.h"
#include "record/store_reader.h"
#include "record/store_sql.h"

#define EVENT_BYTES_DEFAULT ((size_t)1 << 20)

static void take_event(sqlite3_stmt *row, struct store_event *ret_event)
{
	*ret_event = (struct store_event){
		.seq = sql_unsigned(row, 0),
		.job = sql_unsigned(row, 1),
		.attempt = (unsigned)sql_unsigned(row, 2),
		.has_assessment = sqlite3_column_type(row, 3) != SQLITE_NULL,
		.assessment = (unsigned)sql_unsigned(row, 3),
		.try_number = (unsigned)sql_unsigned(row, 4),
		.type = sql_text(row, 5),
		.time = sql_time(row, 6),
		.boot_id = sql_text(row, 8),
		.actor = sql_text(row, 9),
		.data = sql_text(row, 10),
		.owner = sqlite3_column_type(row, 11) == SQLITE_NULL ? STORE_ANY_OWNER
								     : (uid_t)sql_unsigned(row, 11),
	};
}

static size_t event_bytes(sqlite3_stmt *row)
{
	return (size_t)sqlite3_column_bytes(row, 5) + (size_t)sqlite3_column_bytes(row, 9) +
	       (size_t)sqlite3_column_bytes(row, 10);
}

int store_read_events(struct store *store, const struct store_event_page *page,
	store_see_event *see, void *data, bool *ret_more, struct error *error)
{
	size_t bytes_limit = page->bytes_limit ? page->bytes_limit : EVENT_BYTES_DEFAULT;
	uint64_t limit = store_page_rows(page->count_limit), count = 0;
	auto_sql_reset row = NULL;
	struct store_event event;
	size_t bytes = 0;
	bool more = false;
	int code = store_reader_ask(store_reader_of(store),
		page->job ? STORE_READ_JOB_EVENTS : STORE_READ_EVENTS, &row, error);

	if (code < 0)
		return code;
	sql_bind_number(row, 1, page->after_seq);
	sql_bind_number(row, 2, limit + 1);
	if (page->job)
		sql_bind_number(row, 3, page->job);
	while ((code = store_reader_next(row, "events", error)) > 0) {
		bytes += event_bytes(row);
		more = count == limit || (count && bytes > bytes_limit);
		if (more)
			break;
		take_event(row, &event);
		see(&event, data);
		count++;
	}
	if (code >= 0 && ret_more)
		*ret_more = more;
	return code < 0 ? code : 0;
}
