/* What the trace of a job tells of its life so far: read by the supervisor that goes on with it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

/* One assessment's, or behind the last of them the post action's. */
struct history_task {
	bool begun;
	unsigned tries; /* that ended, and were followed by another */
	unsigned host_faults; /* of those, that the host could not start */
	json_t *earlier; /* digests of them, as the result has them; owned; NULL: none */
	json_t *last; /* the result of the last of them; owned */
	json_t *result; /* of its end; owned; NULL: it has not ended */
	/* Of its running try. */
	json_t *leak; /* what assessment.leak said; owned */
	json_t *survivors; /* owned */
	json_t *progress; /* owned; NULL: none */
	bool canceled, acknowledged, killed, timed_out;
};

struct history {
	json_t *events; /* the lines of its lifecycle, in their order */
	struct history_task *tasks;
	size_t count; /* of the assessments; there is one task more */
};

/* `directory` is the job's; its trace has no torn line. On failure nothing is to be finished. */
int history_read(
	int directory, size_t assessments, struct history *ret_history, struct error *error);
void history_finish(struct history *history);

/* The first line of that type; borrowed; NULL: there is none. */
const json_t *history_find(const struct history *history, const char *type);
