/* The inside of ending a dead supervisor's job, for the files that together do it. */
#pragma once

#include <jansson.h>

#include "base/clock.h"
#include "engine/error_list.h"
#include "model/requeue.h"
#include "record/store_row.h"
#include "recovery/history.h"
#include "recovery/orphans.h"

#define ORPHAN_TEXT "the supervisor ended before the job did"

/* Why it could not go on; of no orphan (NULL) its supervisor's end is the reason. */
static inline const char *orphan_reason(const struct orphan *orphan)
{
	return orphan && orphan->rebooted ? REASON_RESTARTED : REASON_HOST;
}

static inline const char *orphan_text(const struct orphan *orphan)
{
	return orphan && orphan->rebooted ? "the host restarted before the job ended" : ORPHAN_TEXT;
}

struct publisher;
struct trace;
struct trace_line;

struct closing {
	struct store *store;
	struct orphan *orphan;
	struct publisher *publisher;
	struct trace *trace; /* NULL: the folder is gone, or the trace has its end */
	int directory; /* -1: gone */
	struct manifest *manifest; /* NULL: unknown */
	json_t *results; /* one an assessment */
	struct history history; /* of `trace`; empty: unknown */
	json_t *open; /* rows that still run: [{"index", "name", "try"}] */
	struct error_list errors;
};

static inline struct store_time orphan_time_now(void)
{
	return (struct store_time){ clock_wall_ns(), clock_monotonic_ns() };
}

static inline unsigned orphan_attempt(const struct closing *closing)
{
	return closing->orphan->job.attempt ? closing->orphan->job.attempt : 1;
}

static inline json_int_t orphan_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* orphan_end.c: store an event with its rows, and write its line. `line->data` is borrowed. */
void orphan_emit(struct closing *closing, const struct trace_line *line,
	const struct store_change *rows, size_t count);

/* orphan_summary.c: the data of its job.end, once all results are known. A new reference. */
json_t *orphan_summary(struct closing *closing);

/* orphan_assessments.c: end what ran. The results of the others are known. */
int orphan_end_assessments(struct closing *closing, struct error *error);
json_t *orphan_result(const struct orphan *orphan,
	const json_t *open); /* of {"index", "name", "try"}; a new reference */
json_t *orphan_find_result(const struct closing *closing, unsigned index); /* borrowed; or NULL */
