/* The supervisor: one engine, its slots, who waits for one, and who wants to hear how it goes. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "axe/result.h"
#include "control/run.h"
#include "engine/engine.h"
#include "queue/queue.h"

struct error;
struct listener;
struct manifest;
struct queue;
struct supervisor;

#define SUPERVISOR_PENDING_MAX      250 /* each holds two descriptors */
#define SUPERVISOR_PENDING_USER_MAX 50 /* of them, for each user who is no admin */

struct supervisor_config {
	struct engine_config engine; /* but for its notice, which the supervisor takes */
	const char *state_dir; /* of jobs whose client names none; NULL: the engine's default */
	/*
	 * Clients may name no other: numbers are unique within one only, and two jobs of one number
	 * must not run at once.
	 */
	bool state_dir_fixed;
	bool ends_jobs; /* when it leaves: no successor comes, whatever a manifest would like */
	bool engine_per_job; /* give the engine back after each job instead of at the end */
	unsigned slots; /* jobs that run at once; 0: one */
	unsigned pending_max; /* jobs that wait for a slot; 0: none, a further one is refused */
	/*
	 * A job has begun: make it reachable and return where, NULL if nowhere (borrowed until
	 * `withdraw`). For one slot only. Both may be NULL.
	 */
	const char *(*announce)(uint64_t job, void *data);
	void (*withdraw)(void *data);
	/* Other numbers of jobs run and wait than before; may be NULL. */
	void (*changed)(unsigned running, unsigned pending, void *data);
	void *data;
};

/* The config's texts and the loop are borrowed and must outlive the supervisor. */
int supervisor_create(sd_event *loop, const struct supervisor_config *config,
	struct supervisor **ret_supervisor, struct error *error);

/*
 * Make the engine now instead of with the first job: what keeps jobs from running is said at the
 * start, and what a dead supervisor left is ended.
 */
int supervisor_prepare(struct supervisor *supervisor, struct error *error);

/*
 * The same, and go on with the jobs that a supervisor of the same name left running; those that
 * cannot go on get their end. For one with a store, before its loop runs.
 */
int supervisor_recover(struct supervisor *supervisor, struct error *error);

/* Only when no job runs; destroys the engine. NULL is fine. */
void supervisor_destroy(struct supervisor *supervisor);

const struct supervisor_config *supervisor_config(const struct supervisor *supervisor);

/* What a queue needs of the supervisor that starts its jobs; for one that is prepared. */
struct queue_host supervisor_queue_host(struct supervisor *supervisor);

/* The queue of a daemon; borrowed, set once before the first client comes. NULL: there is none. */
void supervisor_set_queue(struct supervisor *supervisor, struct queue *queue);
struct queue *supervisor_queue(const struct supervisor *supervisor);

/* What past jobs left that could not be ended, as engine_residue. A new reference. */
json_t *supervisor_residue(const struct supervisor *supervisor);

/*
 * Run a job, now or when a slot is free, with an engine made for it if there is none yet. Manifest
 * and options are taken. `caller` (borrowed; NULL: nobody) hears of it, from in here on, until it
 * was refused or is gone: AXE_E_JOB_RUNNING where no job may wait, AXE_E_LIMIT_REACHED,
 * AXE_E_JOB_WAIT_TIMEOUT, AXE_E_ENGINE_NOT_RUNNING when the supervisor leaves, or that it could
 * not be started.
 */
void supervisor_execute(struct supervisor *supervisor, struct manifest *manifest,
	struct run_options *options, struct listener *caller);

/* The caller has gone. Its job goes on if it runs; if it waits, nobody else could withdraw it. */
void supervisor_hang_up(struct supervisor *supervisor, const struct listener *caller);

/* Hear of all jobs, from the next event on. */
void supervisor_subscribe(struct supervisor *supervisor, struct listener *listener);

/* The runs with that number of a job that runs, or with that ticket; NULL: none. */
struct run *supervisor_find_job(const struct supervisor *supervisor, uint64_t job);
struct run *supervisor_find_ticket(const struct supervisor *supervisor, const char *ticket);

/* How many jobs of that user wait for a slot. */
unsigned supervisor_count_waiting(const struct supervisor *supervisor, uid_t owner);

/* The first one that holds a slot; NULL: none. */
struct run *supervisor_first(const struct supervisor *supervisor);

/* The status of the job of that number, which runs or waits; NULL: there is none. A new reference.
 */
json_t *supervisor_status(const struct supervisor *supervisor, uint64_t job);

/* The numbers of the jobs that run, and the status of all, those that wait behind those that run.
 * New references. */
json_t *supervisor_running(const struct supervisor *supervisor);
json_t *supervisor_list(const struct supervisor *supervisor);

/* The caller of a TerminateJob has hung up: its `done` is not called any more. */
void supervisor_forget(struct supervisor *supervisor, void *data);

/*
 * Terminate what runs, send away what waits, and leave the loop when all has ended. A job whose
 * manifest says so is left to the next supervisor of the same name; where one is
 * (supervisor_first), the process must end without destroying anything of the supervisor.
 */
void supervisor_leave(struct supervisor *supervisor);

/* The same, but only a job whose manifest says so is terminated. */
void supervisor_leave_running(struct supervisor *supervisor);
