/* Rows of the store as callers of io.axe.Cluster see them. */
#pragma once

#include <jansson.h>

#include "queue/queue.h"
#include "record/store_row.h"

/* New references; NULL: out of memory. */
json_t *look_job(struct queue *queue, const struct store_job *job);
json_t *look_attempt(const struct store_attempt *attempt);
json_t *look_counts(const uint64_t counts[STATE_COUNT]);
