/* Questions to the store: what is durable, row by row, in pages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/store_row.h"

struct error;
struct store;

/*
 * On the loop's thread, by a connection of its own that never waits for the writer. Each row goes
 * to a callback, which has its texts until it returns and asks the store nothing meanwhile. Pages
 * continue behind a key, not at an offset: rows that come and go never shift them. -EUCLEAN when
 * the file is damaged, -EIO and others as the disk says.
 */

struct store_event_page {
	uint64_t after_seq; /* 0: from the first */
	uint64_t job; /* 0: of all */
	size_t count_limit; /* 0: STORE_PAGE_MAX */
	size_t bytes_limit; /* of texts; 0: 1 MiB. One event comes in any case. */
};

#define STORE_PAGE_MAX 1000

typedef void store_see_event(const struct store_event *event, void *data);

/* *ret_more (may be NULL): the page was full, and there is at least one more event. */
int store_read_events(struct store *store, const struct store_event_page *page,
	store_see_event *see, void *data, bool *ret_more, struct error *error);

/*
 * store_read_past.c: how jobs were at an event. The number of the last one; the jobs below
 * `before_id` whose state has changed behind one, in no order; and the state that a job had at one.
 */
int store_read_last_seq(struct store *store, uint64_t *ret_seq, struct error *error);

typedef void store_see_number(uint64_t number, void *data);

int store_read_changed(struct store *store, uint64_t after_seq, uint64_t before_id,
	store_see_number *see, void *data, struct error *error);

int store_read_state_at(struct store *store, uint64_t job, uint64_t seq, enum state *ret_state,
	struct error *error);

#define STORE_ANY_OWNER ((uid_t)-1)
#define STORE_ANY_STATE STATE_COUNT

struct store_job_page {
	uint64_t before_id; /* newest first; 0: from the newest */
	enum state state; /* STORE_ANY_STATE */
	uid_t owner; /* STORE_ANY_OWNER */
	size_t limit; /* 0: STORE_PAGE_MAX */
};

typedef void store_see_job(const struct store_job *job, void *data);

int store_read_jobs(struct store *store, const struct store_job_page *page, store_see_job *see,
	void *data, struct error *error);

/* -ENOENT when there is none. */
int store_read_job(
	struct store *store, uint64_t id, store_see_job *see, void *data, struct error *error);

/* The manifest that came with the job's row; the caller frees. -ENOENT when there is none. */
int store_read_manifest(struct store *store, uint64_t job, char **ret_json, struct error *error);

/* The same with what else was asked for with it; the caller frees both, *ret_asked NULL: nothing.
 */
int store_read_asked(
	struct store *store, uint64_t job, char **ret_json, char **ret_asked, struct error *error);

/* How many jobs there are in each state; of one owner or STORE_ANY_OWNER. */
int store_count_jobs(
	struct store *store, uid_t owner, uint64_t ret_counts[STATE_COUNT], struct error *error);

typedef void store_see_attempt(const struct store_attempt *attempt, void *data);

/* The newest attempts of a job, newest first, STORE_PAGE_MAX at the most. */
int store_read_attempts(
	struct store *store, uint64_t job, store_see_attempt *see, void *data, struct error *error);

typedef void store_see_assessment(const struct store_assessment *assessment, void *data);

/* Of a job in their order, from index `first` on; limit 0: STORE_PAGE_MAX. */
int store_read_assessments(struct store *store, uint64_t job, unsigned first, size_t limit,
	store_see_assessment *see, void *data, struct error *error);

/* The key of the last try seen; all 0: from the first. */
struct store_try_key {
	unsigned attempt;
	unsigned assessment;
	unsigned number;
};

typedef void store_see_try(const struct store_try *try, void *data);

/* Of a job by attempt, assessment and number, those behind a key; limit 0: STORE_PAGE_MAX. */
int store_read_tries(struct store *store, uint64_t job, struct store_try_key behind, size_t limit,
	store_see_try *see, void *data, struct error *error);

/*
 * store_read_queue.c. The clock of all boots: what it was at the beginning of this boot. An end
 * stands in it; time that no supervisor saw has not passed, so that nothing ever is older by it
 * than it is. 0 before the first transaction of a boot.
 */
int store_read_base(struct store *store, uint64_t *ret_base_ns, struct error *error);

/* All jobs of the queue that ended for that reason, in no order. */
int store_read_stopped(struct store *store, const char *reason, store_see_job *see, void *data,
	struct error *error);

/* All jobs of which a RequeueJob was accepted while they were being ended, in no order. */
int store_read_requeues(struct store *store, store_see_job *see, void *data, struct error *error);

/* Jobs that ended at that time of the clock of all boots or before, the oldest first. */
int store_read_aged(struct store *store, uint64_t age_ns, size_t limit, store_see_job *see,
	void *data, struct error *error);

/* All jobs of the queue that have not ended, in no order, however many there are. */
int store_read_open(struct store *store, store_see_job *see, void *data, struct error *error);

/* The bytes that programs of a user's jobs wrote and that are kept, by the results of their tries.
 */
int store_read_output(struct store *store, uid_t owner, uint64_t *ret_bytes, struct error *error);

typedef void store_see_parameter(const struct store_parameter *parameter, void *data);

int store_read_parameters(
	struct store *store, store_see_parameter *see, void *data, struct error *error);

typedef void store_see_unsynced(const struct store_unsynced *unsynced, void *data);

/* All attempts whose files may not be on the disk, by job and attempt. */
int store_read_unsynced(
	struct store *store, store_see_unsynced *see, void *data, struct error *error);

/*
 * From `hold` to `leave` all questions see the store as it was at the first of them, and cost less.
 * Within one turn of the loop: the log of the store is not emptied meanwhile.
 */
void store_read_hold(struct store *store);
void store_read_leave(struct store *store);

/* How many tasks of a job are in each state. */
int store_count_tasks(
	struct store *store, uint64_t job, uint64_t ret_counts[STATE_COUNT], struct error *error);
