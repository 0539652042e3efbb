/* Events on their way to listeners: stored first where there is a store, told afterwards. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct publisher;
struct store;
struct store_change;

/*
 * Told in the order of submission, from publisher_put itself when there is no store, else from the
 * loop when the event is durable; `seq` of the object is then the store's. `durable` is false when
 * it could not be stored at all. The event is borrowed.
 */
typedef void publisher_deliver(const json_t *event, bool durable, void *data);

/* `store` (NULL: none) is borrowed and must outlive the publisher. */
int publisher_create(struct store *store, publisher_deliver *deliver, void *data,
	struct publisher **ret_publisher);

/* What is not yet told is stored, but told no more. NULL is fine. */
void publisher_destroy(struct publisher *publisher);

/*
 * Publish one event (as a line of the trace) together with the rows that it changes: one
 * transaction. At most PUBLISHER_ROWS rows, borrowed for the call.
 */
#define PUBLISHER_ROWS 4
void publisher_put(
	struct publisher *publisher, json_t *event, const struct store_change *rows, size_t count);

/* Whether something could not be stored at all. */
bool publisher_lost(const struct publisher *publisher);

/* Events that wait for the disk. */
unsigned publisher_waiting(const struct publisher *publisher);
