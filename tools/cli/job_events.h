/* The lifecycle events of a job, past and to come, from its supervisor's store or from its trace.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct connection;
struct error;
struct job_folder;

struct job_events {
	struct connection *connection; /* of the supervisor that has it; NULL: none has; borrowed */
	uint64_t job; /* 0: of all jobs of the supervisor */
	unsigned attempt; /* whose job.end is waited for, or a later one's; 0: the first */
	/* Nothing has begun since this time (RFC 3339), so an earlier end is none. Borrowed; NULL:
	 * unknown. */
	const char *since;
	const struct job_folder *folder; /* of the job; borrowed; NULL: not readable */
	uint64_t after; /* the number of the last event that is not wanted; 0: none */
	bool from_now; /* of all jobs only: nothing of the past */
	uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
	/* Nonzero: enough. */
	int (*event)(const json_t *event, void *data);
	void *data;
};

/*
 * Tell events up to the job's job.end, as they come. 0: that was told, or `event` had enough;
 * *ret_summary (may be NULL) is the data of job.end, a new reference; NULL: it was not reached.
 * -ETIME: the deadline passed; -EPIPE: the supervisor is gone; -ENODATA: no supervisor has it, and
 * its trace has no end; other -errno: with its reason.
 *
 * Numbers are those of the supervisor's store; of a job that has ended, and of one of a private
 * supervisor, which has no store, those of its trace.
 */
int job_events_tell(const struct job_events *events, json_t **ret_summary, struct error *error);
