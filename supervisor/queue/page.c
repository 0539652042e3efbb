/* One page of a listing: jobs newest first, as they were when its first page was asked for. */
#include "queue/page.h"

#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "queue/look.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

struct row {
	uint64_t id;
	json_t *job; /* owned; NULL: not in one of the states any more, or beyond this page */
	bool changed; /* since the first page */
};

void page_finish(struct page *page)
{
	for (size_t at = 0; at < page->count; at++)
		json_decref(page->rows[at].job);
	free(page->rows);
}

static void add_row(struct page *page, const struct row *row)
{
	if (page->count == page->room) {
		size_t room = page->room ? page->room * 2 : page->limit;
		struct row *more = realloc(page->rows, room * sizeof(*more));

		if (!more) {
			json_decref(row->job);
			page->failed = true;
			return;
		}
		page->rows = more;
		page->room = room;
	}
	page->rows[page->count++] = *row;
}

static void see_job(const struct store_job *job, void *data)
{
	struct page *page = data;

	add_row(page, &(struct row){ .id = job->id, .job = look_job(page->queue, job) });
}

static int newest_first(const void *one, const void *other)
{
	const struct row *left = one, *right = other;

	return (left->id < right->id) - (left->id > right->id);
}

static void sort(struct page *page)
{
	if (page->count)
		qsort(page->rows, page->count, sizeof(*page->rows), newest_first);
}

/* A page of each state holds all that one page of several can need. */
static int read_states(struct page *page, struct error *error)
{
	struct store_job_page wanted = {
		.before_id = page->before_id,
		.owner = page->owner,
		.limit = page->limit,
		.state = STORE_ANY_STATE,
	};
	struct store *store = page->queue->config.store;
	int code = 0;

	if (!page->states)
		return store_read_jobs(store, &wanted, see_job, page, error);
	for (unsigned state = 0; code == 0 && state < STATE_COUNT; state++) {
		wanted.state = (enum state)state;
		if (page->states & 1u << state)
			code = store_read_jobs(store, &wanted, see_job, page, error);
	}
	sort(page);
	return code;
}

struct changes {
	struct page *page;
	size_t found; /* rows that are sorted */
};

static void see_changed(uint64_t id, void *data)
{
	struct changes *changes = data;
	struct page *page = changes->page;
	const struct row wanted = { .id = id, .changed = true };
	struct row *row = changes->found ? bsearch(&wanted, page->rows, changes->found,
						   sizeof(*page->rows), newest_first)
					 : NULL;

	if (row)
		row->changed = true;
	else
		add_row(page, &wanted);
}

static int read_changes(struct page *page, struct error *error)
{
	struct changes changes = { page, page->count };
	struct store *store = page->queue->config.store;
	uint64_t last_seq;
	int code = store_read_last_seq(store, &last_seq, error);

	if (code < 0)
		return code;
	if (page->seq > last_seq || last_seq - page->seq > PAGE_EVENTS_MAX)
		return fail_plain(error, ESTALE,
			"too much has happened since the first page: ask for it again");
	code = store_read_changed(store, page->seq, page->before_id, see_changed, &changes, error);
	sort(page);
	return code;
}

int page_read(struct page *page, struct error *error)
{
	struct store *store = page->queue->config.store;
	bool is_first = page->before_id == 0;
	int code = 0;

	/* Before the rows: what changes in between is looked at twice, and not missed. */
	if (page->states && is_first)
		code = store_read_last_seq(store, &page->seq, error);
	if (code == 0)
		code = read_states(page, error);
	if (code == 0 && page->states && !is_first)
		code = read_changes(page, error);
	if (code == 0 && page->failed)
		code = fail(error, ENOMEM, "list jobs");
	return code;
}

static bool was_there(struct page *page, uint64_t id)
{
	enum state state;

	return store_read_state_at(page->queue->config.store, id, page->seq, &state, NULL) == 0 &&
	       page->states & 1u << state;
}

struct late {
	struct page *page;
	json_t *job; /* owned */
};

static void see_late(const struct store_job *job, void *data)
{
	struct late *late = data;

	if (late->page->owner == STORE_ANY_OWNER || late->page->owner == job->owner)
		late->job = look_job(late->page->queue, job);
}

/* NULL: it is not told. A new reference. */
static json_t *row_job(struct page *page, const struct row *row)
{
	struct late late = { .page = page };

	if (row->changed && !was_there(page, row->id))
		return NULL;
	if (row->job)
		return json_incref(row->job);
	/* Purged meanwhile: there is nothing left to be told. */
	store_read_job(page->queue->config.store, row->id, see_late, &late, NULL);
	return late.job;
}

static void put_counts(struct page *page, uint64_t id, json_t *job)
{
	uint64_t counts[STATE_COUNT] = { 0 };

	store_count_tasks(page->queue->config.store, id, counts, NULL);
	json_object_set_new(job, "counts", look_counts(counts));
}

json_t *page_jobs(struct page *page, uint64_t *ret_next)
{
	size_t shown = page->count < page->limit ? page->count : page->limit;
	json_t *jobs = json_array();

	for (size_t at = 0; at < shown; at++) {
		json_t *job = row_job(page, &page->rows[at]);

		if (!job)
			continue;
		put_counts(page, page->rows[at].id, job);
		json_array_append_new(jobs, job);
	}
	*ret_next = shown == page->limit ? page->rows[shown - 1].id : 0;
	return jobs;
}
