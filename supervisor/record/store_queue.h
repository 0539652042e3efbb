/* What waits for the next transaction, and whether that may wait for more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct store_config;
struct store_set;

/*
 * Each transaction takes pages, a sync and interrupts for itself, however little is in it. Where
 * one follows the other, what nobody waits for lies for a while, so that more goes into the next.
 * Its owner holds a lock over all calls.
 */
struct store_queue {
	struct list_link sets; /* store_set::link */
	unsigned count;
	bool urgent; /* there is one among them that is not to lie */
	bool gathering;
	uint64_t gather_ns;
	uint64_t rest_ns;
	uint64_t committed_ns; /* when the last transaction was */
	unsigned in_a_row; /* transactions since the last rest */
};

void store_queue_init(struct store_queue *queue, const struct store_config *config);

void store_queue_add(struct store_queue *queue, struct store_set *set);

/* Let them lie if they may; the time at which that is over, by the monotonic clock. */
uint64_t store_queue_gather(struct store_queue *queue, uint64_t now_ns);

/* They lie, and no set that came meanwhile is a reason to get up. */
bool store_queue_lies(const struct store_queue *queue);

/* All of them, in order. */
void store_queue_take(struct store_queue *queue, struct list_link *sets);

/* A transaction has come to its end. */
void store_queue_committed(struct store_queue *queue, uint64_t now_ns);
