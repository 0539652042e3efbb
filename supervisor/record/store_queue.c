/* What waits for the next transaction, and whether that may wait for more. */
#include "record/store_queue.h"

#include "base/clock.h"
#include "record/store_set.h"

#define GATHER_NS_DEFAULT (5 * NS_PER_MS)
#define REST_NS_DEFAULT   (20 * NS_PER_MS)
#define BUSY_TRANSACTIONS 8 /* so many without a rest between two of them */
#define GATHER_SETS       64 /* of so many bytes at most: the store's bounds must not be reached */
#define GATHER_SET_BYTES  65536

void store_queue_init(struct store_queue *queue, const struct store_config *config)
{
	*queue = (struct store_queue){
		.gather_ns = config->gather_ns ?: GATHER_NS_DEFAULT,
		.rest_ns = config->rest_ns ?: REST_NS_DEFAULT,
	};
	list_init(&queue->sets);
}

void store_queue_add(struct store_queue *queue, struct store_set *set)
{
	list_append(&queue->sets, &set->link);
	queue->urgent |=
		!set->patient || set->bytes > GATHER_SET_BYTES || ++queue->count >= GATHER_SETS;
}

uint64_t store_queue_gather(struct store_queue *queue, uint64_t now_ns)
{
	if (now_ns - queue->committed_ns >= queue->rest_ns)
		queue->in_a_row = 0;
	queue->gathering = queue->in_a_row >= BUSY_TRANSACTIONS;
	return now_ns + queue->gather_ns;
}

bool store_queue_lies(const struct store_queue *queue)
{
	return queue->gathering && !queue->urgent;
}

void store_queue_take(struct store_queue *queue, struct list_link *sets)
{
	list_move_all(&queue->sets, sets);
	queue->count = 0;
	queue->urgent = queue->gathering = false;
}

void store_queue_committed(struct store_queue *queue, uint64_t now_ns)
{
	queue->committed_ns = now_ns;
	queue->in_a_row++;
}
