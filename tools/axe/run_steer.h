/* The hand on the brake: what Ctrl-C and other signals ask of the job that runs. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct poller;
struct progress;
struct steer;
struct supervisor;

struct steer_config {
	struct supervisor *supervisor; /* borrowed; NULL: not ours */
	struct progress *progress; /* borrowed: told of the status, cleared before we speak */
	const char *socket; /* borrowed: of a supervisor that is not ours; else NULL */
	uint64_t grace_ns; /* of the first Ctrl-C */
	/* The person gave up before there was a job that could be asked. */
	void (*withdrawn)(void *data);
	void *data;
};

/*
 * The first SIGINT asks the job to stop, the second, SIGTERM and SIGHUP terminate it; what comes
 * before job.begin is done then, or withdraws a job that waits. The signals must be blocked
 * already (run_signals_block).
 */
int steer_create(struct poller *poller, const struct steer_config *config, struct steer **ret_steer,
	struct error *error);

/* NULL is fine. */
void steer_destroy(struct steer *steer);
DEFINE_CLEANUP(steer)

/* The job is over: whoever still interrupts us has withdrawn. */
void steer_end(struct steer *steer);

/* The job waits for a slot, and can be withdrawn with its ticket. */
void steer_wait(struct steer *steer, const char *ticket);

/* The job of that number can be asked now, at this socket (NULL: nowhere). */
void steer_begin(struct steer *steer, const char *socket, long long job);

/* Ask for the status, unless an answer is still to come. */
void steer_ask_status(struct steer *steer);

/* End the job now, and say why. */
void steer_terminate(struct steer *steer, const char *reason);
