/* The parameters of a call of io.axe.Cluster: checked member by member. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "queue/queue.h"

struct session;

/* What each of them answers: false: refused, and the client knows which parameter and why. */

/* `job`: a number above 0. */
bool read_job(struct session *session, const json_t *parameters, uint64_t *ret_job);

/* `jobs`: 1 to QUEUE_BATCH_MAX such numbers; the caller frees. */
bool read_jobs(
	struct session *session, const json_t *parameters, uint64_t **ret_jobs, size_t *ret_count);

/* A number from `least` to `most`; absent: `otherwise`. */
bool read_number(struct session *session, const json_t *parameters, const char *name,
	json_int_t least, json_int_t most, json_int_t otherwise, json_int_t *ret_number);

/* `states`: bits of enum state; absent: 0. */
bool read_states(struct session *session, const json_t *parameters, uint32_t *ret_states);

/* `owner`; absent: *ret_given is false. */
bool read_owner(
	struct session *session, const json_t *parameters, bool *ret_given, uid_t *ret_owner);

/* The `options` of a job; texts belong to the call, the array of the environment to the wishes. */
struct read_wishes {
	struct job_wishes wishes;
	const char **environment; /* owned */
};

/* `path`: how the refusal names them, "jobs[3].options". NULL options: nothing is wished. */
bool read_wishes(struct session *session, const char *path, const json_t *options,
	struct read_wishes *ret_wishes);

/* `jobs` of AddJob and QueueJob: manifests parsed, and found to ask for nothing that the caller may
 * not have. */
struct read_batch {
	struct queue_new *jobs;
	struct read_wishes *wishes;
	size_t count;
};

bool read_batch(struct session *session, const json_t *parameters, struct read_batch *ret_batch);

/* The manifests that nobody took, too. */
void read_batch_finish(struct read_batch *batch);
