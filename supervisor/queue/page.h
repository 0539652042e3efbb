/* One page of a listing: jobs newest first, as they were when its first page was asked for. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct queue;
struct row;

struct page {
	struct queue *queue; /* borrowed */
	uint32_t states; /* 1u << enum state; 0: all */
	uid_t owner; /* STORE_ANY_OWNER */
	size_t limit;
	uint64_t before_id; /* 0: the first page */
	/* With states: the last event when the first page was asked for. */
	uint64_t seq;
	struct row *rows; /* owned */
	size_t count, room;
	bool failed; /* out of memory */
};

/* Behind so many events a page would cost more than anybody should wait for. */
#define PAGE_EVENTS_MAX 200000

/*
 * Jobs come and go without that numbers shift, so that pages without states are exact by their
 * numbers. With states, the events since then tell which jobs have changed, and what they were: so
 * nothing has to be kept for who may never ask again. -ESTALE: too long ago. At the first page,
 * *seq is put.
 */
int page_read(struct page *page, struct error *error);
void page_finish(struct page *page);

/* Those that are to be told, as they are now; a new reference. *ret_next: 0 at the end. */
json_t *page_jobs(struct page *page, uint64_t *ret_next);
