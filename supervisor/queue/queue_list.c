/* ListJobs: newest first, page by page behind a number, so that what comes and goes shifts nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "queue/look.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

struct page {
	struct queue *queue;
	json_t **jobs; /* by state; owned */
	size_t count, limit;
	uint64_t before_id;
};

static void see_job(const struct store_job *job, void *data)
{
	struct page *page = data;

	page->jobs[page->count++] = look_job(page->queue, job);
}

static int64_t number_of(const json_t *job)
{
	return json_integer_value(json_object_get(job, "job"));
}

static int newest_first(const void *one, const void *other)
{
	int64_t left = number_of(*(json_t *const *)one), right = number_of(*(json_t *const *)other);

	return (left < right) - (left > right);
}

/* A page of each state holds all that one page of several can need. */
static int read_states(struct page *page, uint32_t states, uid_t owner, struct error *error)
{
	struct store_job_page wanted = {
		.before_id = page->before_id,
		.owner = owner,
		.limit = page->limit,
		.state = STORE_ANY_STATE,
	};
	struct store *store = page->queue->config.store;
	int code = 0;

	if (!states)
		return store_read_jobs(store, &wanted, see_job, page, error);
	for (unsigned state = 0; code == 0 && state < STATE_COUNT; state++) {
		wanted.state = (enum state)state;
		if (states & 1u << state)
			code = store_read_jobs(store, &wanted, see_job, page, error);
	}
	qsort(page->jobs, page->count, sizeof(*page->jobs), newest_first);
	return code;
}

static void put_counts(struct page *page, json_t *job)
{
	uint64_t counts[STATE_COUNT] = { 0 };

	store_count_tasks(page->queue->config.store, (uint64_t)number_of(job), counts, NULL);
	json_object_set_new(job, "counts", look_counts(counts));
}

static json_t *reply(struct page *page)
{
	json_t *jobs = json_array();
	json_t *reply = json_pack("{s:o}", "jobs", jobs);
	size_t shown = page->count < page->limit ? page->count : page->limit;

	for (size_t at = 0; at < page->count; at++) {
		if (at >= shown) {
			json_decref(page->jobs[at]);
			continue;
		}
		put_counts(page, page->jobs[at]);
		json_array_append_new(jobs, page->jobs[at]);
	}
	if (shown == page->limit)
		json_object_set_new(
			reply, "next", json_sprintf("%" PRIi64, number_of(page->jobs[shown - 1])));
	return reply;
}

static bool read_token(const struct queue_caller *caller, const char *text, uint64_t *ret_before)
{
	char *end;

	*ret_before = 0;
	if (!text)
		return true;
	errno = 0;
	*ret_before = strtoull(text, &end, 10);
	if (!errno && *text >= '1' && *text <= '9' && !*end)
		return true;
	caller_fail(caller, AXE_E_INVALID_ARGUMENT, "OutOfRange",
		json_pack("{s:s, s:i, s:I}", "name", "page", "minimum", 1, "maximum",
			(json_int_t)INT64_MAX));
	return false;
}

static bool choose_owner(
	const struct queue_caller *caller, const struct queue_listing *listing, uid_t *ret_owner)
{
	*ret_owner = listing->has_owner    ? listing->owner
		     : caller->actor.admin ? STORE_ANY_OWNER
					   : caller->actor.uid;
	if (caller->actor.admin || *ret_owner == caller->actor.uid)
		return true;
	caller_fail(caller, AXE_E_NOT_PERMITTED, "NotAuthorised",
		json_pack("{s:s}", "text", "these are another user's jobs"));
	return false;
}

void queue_list(
	struct queue *queue, const struct queue_caller *caller, const struct queue_listing *listing)
{
	struct page page = { .queue = queue, .limit = listing->limit ?: QUEUE_PAGE_DEFAULT };
	struct error error = { 0 };
	uid_t owner;

	if (page.limit > QUEUE_PAGE_MAX)
		page.limit = QUEUE_PAGE_MAX;
	if (!choose_owner(caller, listing, &owner) ||
		!read_token(caller, listing->page, &page.before_id))
		return;
	page.jobs = calloc(STATE_COUNT * page.limit, sizeof(*page.jobs));
	if (!page.jobs)
		return caller_fail_internal(caller, "out of memory");
	if (read_states(&page, listing->states, owner, &error) == 0) {
		caller_answer(caller, reply(&page));
	} else {
		for (size_t at = 0; at < page.count; at++)
			json_decref(page.jobs[at]);
		caller_fail_internal(caller, error.text);
	}
	free(page.jobs);
}
