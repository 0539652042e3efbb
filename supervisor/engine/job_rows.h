/* What an event of a job changes in the store: the rows that go into one transaction with it. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "engine/publisher.h"
#include "record/store.h"

struct job;

/* The rows and the text that they borrow. */
struct job_rows {
	struct store_change changes[PUBLISHER_ROWS];
	size_t count;
	char *result; /* owned */
	char *manifest; /* owned */
	char *not_run; /* owned */
};

/* For most events there are none. */
void job_rows_make(struct job_rows *rows, const struct job *job, const json_t *event);
void job_rows_finish(struct job_rows *rows);
