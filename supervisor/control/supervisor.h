/* The supervisor: one engine, one job at a time, and all who want to hear how it goes. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "axe/result.h"
#include "engine/engine.h"
#include "engine/job.h"

struct error;
struct listener;
struct manifest;
struct supervisor;

struct supervisor_config {
	struct engine_config engine; /* but for its notice, which the supervisor takes */
	const char *state_dir; /* of jobs whose client names none; NULL: the engine's default */
	bool engine_per_job; /* give the engine back after each job instead of at the end */
	/*
	 * A job has begun: make it reachable and return where, NULL if nowhere (borrowed until
	 * `withdraw`). Both may be NULL.
	 */
	const char *(*announce)(uint64_t job, void *data);
	void (*withdraw)(void *data);
	void *data;
};

/* The config's texts and the loop are borrowed and must outlive the supervisor. */
int supervisor_create(sd_event *loop, const struct supervisor_config *config,
	struct supervisor **ret_supervisor, struct error *error);

/* Only when no job is left; destroys the engine. NULL is fine. */
void supervisor_destroy(struct supervisor *supervisor);

const struct supervisor_config *supervisor_config(const struct supervisor *supervisor);

/* The job that runs; NULL: none. */
struct job *supervisor_job(const struct supervisor *supervisor);

/* Where the job can be reached; NULL: only by who is connected already. */
const char *supervisor_socket(const struct supervisor *supervisor);

/* What past jobs left that could not be ended, as engine_residue. A new reference. */
json_t *supervisor_residue(const struct supervisor *supervisor);

/*
 * Run a job, with an engine made for it if there is none yet. `manifest` is taken, also on failure;
 * `ret_code` says on failure which result code fits. -EBUSY when a job runs.
 */
int supervisor_start(struct supervisor *supervisor, struct manifest *manifest,
	const struct job_options *options, axe_result *ret_code, struct error *error);

/* Hear of this job and the next ones, from the next event on. */
void supervisor_listen(struct supervisor *supervisor, struct listener *listener);

/* job_terminate for the running job; AXE_E_NO_JOB_RUNNING without one. One call per `data`. */
axe_result supervisor_terminate(struct supervisor *supervisor, job_terminated *done, void *data);

/* Its caller has hung up: `done` is not called any more, the termination goes on. */
void supervisor_forget(struct supervisor *supervisor, void *data);

/* Terminate what runs and leave the loop when it has ended. Starts nothing any more. */
void supervisor_leave(struct supervisor *supervisor);
