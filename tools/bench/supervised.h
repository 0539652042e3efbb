/* The supervisor under measurement: a daemon of the bench's own, in a folder of its own. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "bench/load.h"

struct connection;
struct error;
struct supervised;

/* Its folder; nothing runs yet. */
int supervised_create(struct supervised **ret_supervised, struct error *error);

/* Wait until it has let go of what has ended: an answer comes first. */
int supervised_settle(const struct supervised *supervised, struct error *error);

/*
 * Wait until it has nothing to do: files are synced, and forgotten, a while behind the answer.
 * While none runs, as long as one that has nothing to do is waited for.
 */
int supervised_rest(const struct supervised *supervised, struct error *error);

/* Find axed, start it and wait until it answers. It ends with the thread that started it. */
int supervised_start(struct supervised *supervised, struct error *error);

/* Nothing happens when it does not run. */
void supervised_stop(struct supervised *supervised);

/* Stop it, and let it forget all that it kept. */
void supervised_clear(struct supervised *supervised);

/* Stop it and remove its folder. NULL is fine. */
void supervised_destroy(struct supervised *supervised);
DEFINE_CLEANUP(supervised)

/* Stop it, and start it again with what it has stored: *ret_ms until the next one answers a call.
 */
int supervised_restart(struct supervised *supervised, double *ret_ms, struct error *error);

/* The same for one that is killed: its successor answers when it has adopted what runs. */
int supervised_replace(struct supervised *supervised, double *ret_ms, struct error *error);

const char *supervised_socket(const struct supervised *supervised);
const char *supervised_folder(const struct supervised *supervised);
pid_t supervised_pid(const struct supervised *supervised);

/* Its resident memory in MiB; 0: unknown. */
double supervised_resident_mib(const struct supervised *supervised);

/*
 * Run a job to its end: `manifest` is taken. *ret_summary (may be NULL) is the last answer, a new
 * reference; *ret_directory (may be NULL) the job's folder, to be freed.
 */
int supervised_run(struct supervised *supervised, json_t *manifest, json_t **ret_summary,
	char **ret_directory, struct error *error);

struct termination {
	double engine_ms; /* from the request to the empty group, as the receipt tells */
	double call_ms; /* from sending the call to having its answer */
	unsigned killed;
};

/* Start them as one assessment, wait for all of them, and end them by TerminateJob. */
int supervised_terminate(struct supervised *supervised, struct crowd crowd,
	struct termination *ret_termination, struct error *error);

/*
 * Start them likewise and kill the supervisor: *ret_ms from the start of the next one until it
 * answers. That it has adopted all of them is checked; they are ended.
 */
int supervised_adopt(
	struct supervised *supervised, unsigned processes, double *ret_ms, struct error *error);

/* Until all is there that a daemon loads beside its first job. */
int supervised_warm(struct supervised *supervised, struct error *error);

/* A manifest of `count` assessments of the same command. A new reference. */
json_t *manifest_of(unsigned count, unsigned parallel, const char *const *command);
