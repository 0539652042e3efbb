/* The jobs that may start, the next one first: by priority, then in the order of submission. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct entry;

/* A binary heap; each entry knows its place. */
struct ready {
	struct entry **heap; /* owned; its entries are not */
	size_t count, room;
};

void ready_finish(struct ready *ready);

/* False: out of memory. One that is in it stays where it belongs now. */
bool ready_put(struct ready *ready, struct entry *entry);

/* Harmless for one that is not in it. */
void ready_remove(struct ready *ready, struct entry *entry);

/* It is somewhere else in memory now. */
void ready_moved(struct ready *ready, struct entry *entry);

struct entry *ready_first(const struct ready *ready); /* NULL: none */

/* Of those that pass; looks at all of them. */
struct entry *ready_first_of(const struct ready *ready,
	bool (*passes)(const struct entry *entry, void *data), void *data);

/* Those that pass, the next one first, at most `limit` of them; how many. Looks at all. */
size_t ready_best(const struct ready *ready, size_t limit,
	bool (*passes)(const struct entry *entry, void *data), void *data,
	const struct entry **ret_entries);

/* How many go before it. */
size_t ready_rank(const struct ready *ready, const struct entry *entry);
