/* The jobs of the queue that have not ended, and those that are just being changed, by number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/list.h"
#include "model/state.h"
#include "record/store_row.h"

struct job;
struct running;

/* Small: there are a hundred thousand of them. */
struct entry {
	uint64_t id;
	uint64_t submit_order; /* 0: not submitted */
	uint64_t runtime_ns;
	struct store_time created, submitted;
	struct running *running; /* owned; NULL: it does not run */
	uint32_t place; /* in the heap, from 1; 0: it may not start */
	uint32_t storing; /* change sets of it that are not durable yet */
	uid_t owner;
	uint16_t attempt; /* the last one that began */
	uint16_t processors; /* at least 1 */
	uint8_t retries;
	uint8_t priority;
	uint8_t state; /* enum state */
	const char *reason; /* of an end that is not stored yet; a constant */
	bool held : 1;
	bool has_runtime : 1;
	bool purging : 1;
	bool ending : 1; /* its end was asked for: by CancelJob, or to be queued again */
	char name[];
};

struct entries {
	struct entry **slots; /* open addressing; owned */
	size_t room; /* a power of two; 0: none yet */
	size_t count;
};

void entries_finish(struct entries *entries); /* frees all */

/* NULL: out of memory. In state NotSubmitted, in no heap. */
struct entry *entries_add(struct entries *entries, uint64_t id, const char *name);

struct entry *entries_find(const struct entries *entries, uint64_t id); /* NULL: none */

/* Frees it. */
void entries_remove(struct entries *entries, struct entry *entry);

/* Rename: returns where it is now; NULL: out of memory, and it is as it was. */
struct entry *entries_rename(struct entries *entries, struct entry *entry, const char *name);

#define entries_each(entry, entries)                                                               \
	for (size_t at_ = 0; at_ < (entries)->room; at_++)                                         \
		if ((entry = (entries)->slots[at_]))
