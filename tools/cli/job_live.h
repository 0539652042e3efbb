/* A job that runs now, found by the socket that its supervisor keeps open for it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct connection;
struct error;

#define JOB_LIVE_RUN_DIR "/run/axe/run"

/* Where daemons listen unless they were told otherwise. */
#define JOB_LIVE_DAEMONS_DIR "/run/axe"

/*
 * Connect to the supervisor that has job `id`, running or waiting for a slot, and take its status.
 * `directory` is the job's folder, which tells it from the job of that number in another state
 * directory. -ENOENT: none has it. -ETIMEDOUT: none said so, but one of them did not answer. With
 * `socket` (may be NULL) that one is asked, and -ENOENT says that it runs another job or none; not
 * reachable: -ECONNREFUSED and the like.
 */
int job_live_connect(const char *socket, uint64_t id, const char *directory,
	struct connection **ret_connection, json_t **ret_status, struct error *error);

/* All jobs of the supervisor there: first those that run, then those that wait. */
int job_live_list(const char *socket, json_t **ret_jobs, struct error *error);

/* Of a status: whether it waits for a slot. */
bool job_live_waits(const json_t *status);

/* The one that is meant among them, a new reference; NULL: it does not run. */
json_t *job_live_find(const json_t *jobs, uint64_t id, const char *directory);
