/* Jobs and tasks of a queue as tables for people. */
#pragma once

#include <jansson.h>

#include "cli/terminal.h"

/* A line for each job of a listing; nothing without jobs. `now_s` is the wall clock's. */
void queue_table_jobs(const json_t *jobs, int64_t now_s, const struct terminal *terminal);

/* The attempts of a job. */
void queue_table_attempts(const json_t *attempts, const struct terminal *terminal);

/*
 * The tasks of a job with what is known of their results: `assessments` as results.json has them,
 * of which the last one of an index counts.
 */
void queue_table_tasks(
	const json_t *tasks, const json_t *assessments, const struct terminal *terminal);

/* How long ago a time of RFC 3339 was, in a few letters: "5s", "3m", "2h", "4d"; "-": no time.
 * Returns buffer. */
#define QUEUE_AGE_SIZE 24
const char *queue_age(const char *time, int64_t now_s, char buffer[static QUEUE_AGE_SIZE]);
