/* Change sets written into a transaction, row by row. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct store_change;
struct store_set;

#define STORE_APPLY_STATEMENTS       12
#define STORE_APPLY_QUEUE_STATEMENTS 8

struct store_applier {
	sqlite3 *db; /* borrowed */
	sqlite3_stmt *statements[STORE_APPLY_STATEMENTS];
	sqlite3_stmt *queue[STORE_APPLY_QUEUE_STATEMENTS]; /* store_apply_queue.c */
	bool boot_is_durable; /* this boot has its row */
	char boot_id[37];
};

int store_applier_init(struct store_applier *applier, sqlite3 *db, struct error *error);
void store_applier_finish(struct store_applier *applier);

int store_apply_begin(struct store_applier *applier, struct error *error);

/* Write a set's rows; its first_seq is the number of its first event. -EINVAL: they contradict what
 * is there. After any failure only a rollback is allowed. */
int store_apply_set(struct store_applier *applier, struct store_set *set, struct error *error);

/* Returns when it is durable. On failure nothing of the transaction is there. */
int store_apply_commit(struct store_applier *applier, struct error *error);
void store_apply_rollback(struct store_applier *applier);

/* store_apply_queue.c: the rows that are not of what runs. */
int store_apply_queue_init(struct store_applier *applier, struct error *error);
void store_apply_queue_finish(struct store_applier *applier);
int store_apply_queue_change(struct store_applier *applier, const struct store_change *change);
