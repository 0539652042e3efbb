/* The jobs that may start, the next one first: by priority, then in the order of submission. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct entry;
struct ready_line;

/*
 * A binary heap for each user, so that whoever may not run now is passed over at once, however many
 * jobs that user has. Each entry knows its place. With U users (few) and n jobs a change costs
 * O(U + log n), the next one O(U).
 */
struct ready {
	struct ready_line *lines; /* owned; its entries are not */
	size_t count;
	uint64_t compared; /* how often two entries were held against each other */
};

/* Whether jobs of that user are looked at. */
typedef bool ready_passes(uid_t owner, void *data);

void ready_finish(struct ready *ready);

/* False: out of memory. One that is in it stays where it belongs now. */
bool ready_put(struct ready *ready, struct entry *entry);

/* Harmless for one that is not in it. */
void ready_remove(struct ready *ready, struct entry *entry);

/* It is somewhere else in memory now. */
void ready_moved(struct ready *ready, struct entry *entry);

/* Of those that pass; NULL: none. */
struct entry *ready_first(struct ready *ready, ready_passes *passes, void *data);

/* Those that pass, the next one first, at most `limit` of them, in O(limit * log(U + limit));
 * *ret_count: how many. -ENOMEM. */
int ready_best(struct ready *ready, size_t limit, ready_passes *passes, void *data,
	const struct entry **ret_entries, size_t *ret_count);

/* How many go before it. Looks at all. */
size_t ready_rank(struct ready *ready, const struct entry *entry);
