/* What `watch` and `wait` say and return when a job's events are over. */
#pragma once

#include <jansson.h>

struct error;

/*
 * The exit code that a job's end deserves (that of `run`), or, for a negative code of
 * job_events_tell, that of the failure, which is said. `summary` may be NULL: not reached.
 */
int job_wait_exit(const char *verb, long long job, int code, const json_t *summary,
	const struct error *error);
