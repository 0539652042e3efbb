/* The thread that waits for the disk, so that nobody else has to. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/list.h"

struct store_config;
struct store_set;
struct store_writer;

/*
 * Takes the connection and the lock's descriptor, also on failure: both are closed by the thread
 * when all is written, the connection first. `bell` is an eventfd, borrowed: rung when there is
 * something to collect. Of the configuration only the times.
 */
int store_writer_create(sqlite3 *db, int lock_fd, int bell, const struct store_config *config,
	struct store_writer **ret_writer, struct error *error);

/* The set is the writer's until it was collected as written. */
void store_writer_queue(struct store_writer *writer, struct store_set *set);

/*
 * Add to `written` (store_set::link) what is durable or refused, in order, and to `delayed`
 * (store_set::delayed) what failed for the first time: those stay the writer's unless they are
 * among the written too.
 */
void store_writer_collect(
	struct store_writer *writer, struct list_link *delayed, struct list_link *written);

struct store_writer_status {
	uint64_t transactions;
	struct error error; /* of the last try; code 0: it went well */
};

void store_writer_status(struct store_writer *writer, struct store_writer_status *ret_status);

/* Have everything queued written, the file closed and unlocked; at most until the deadline, and a
 * second for a thread that is only waiting for its next try. */
void store_writer_stop(struct store_writer *writer, uint64_t deadline_ns);

/* What store_writer_stop left unwritten, in order. A thread that is stuck in the disk still reads
 * it: what became of it is unknown, and nothing may be changed. */
void store_writer_unwritten(struct store_writer *writer,
	void (*see)(const struct store_set *set, void *data), void *data);

/* After store_writer_stop. A stuck thread destroys the rest itself, if it ever returns. */
void store_writer_destroy(struct store_writer *writer);
