/* One job of a client, from the call to the end: first it may wait for a slot, then it runs. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "axe/result.h"
#include "base/list.h"
#include "control/run_options.h"
#include "control/termination.h"
#include "engine/job.h"
#include "loop/timer.h"

struct engine;
struct error;
struct listener;
struct manifest;
struct run;

#define RUN_TICKET_SIZE 33 /* 128 random bits */

#define RUN_TIMEOUT_TEXT "no slot was free in time"

/* Told from inside callbacks of the engine, where no run may be destroyed. */
struct run_owner {
	/* Something is to be done at the next turn: the run is over, or withdrawn, or goes on. */
	void (*look)(void *data);
	/* A lifecycle event of its job. Its caller has it already. */
	void (*event)(const json_t *event, void *data);
	void *data;
};

struct run {
	struct list_link link; /* supervisor::waiting, then supervisor::running */
	const struct run_owner *owner; /* borrowed */
	struct listener *caller; /* borrowed; NULL: nobody waits for it */
	uint64_t called_ns;

	/* Until it has a number. */
	struct manifest *manifest; /* owned */
	struct run_options options;

	struct job *job; /* from then on */
	struct job_observer queue; /* whose job it is; all NULL: a client's own */
	struct timer deadline; /* of its wait */
	char ticket[RUN_TICKET_SIZE]; /* proves to be its caller; empty: it never waited */
	bool pending_untold; /* its caller has not yet heard that it waits, */
	bool start_untold; /* and is told of its start after that */
	const char *socket; /* borrowed from whoever announced the job */
	struct terminations terminations;
	json_t *summary;
	axe_result code;
	bool ended; /* code and summary are known */
	bool pressed; /* the TerminateJob of a leaving supervisor is under way or was answered */
};

/* Manifest and options are taken, also on failure. */
int run_create(struct manifest *manifest, struct run_options *options, struct listener *caller,
	const struct run_owner *owner, struct run **ret_run, struct error *error);

/* One without a caller for a job that was adopted; NULL: out of memory. */
struct run *run_adopt(struct job *job, const struct run_owner *owner);

/* One of the queue, for which `observer` hears what becomes of it; begun. Manifest is taken. */
int run_launch(struct engine *engine, struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, const struct run_owner *owner, struct run **ret_run,
	struct error *error);

/* Destroys its job, too, which must have ended. NULL is fine. */
void run_destroy(struct run *run);

/* Give it its number. `state_dir` is for who named none. On failure it may only be destroyed. */
int run_reserve(struct run *run, struct engine *engine, const char *state_dir, struct error *error);

/* It has a slot. On failure it may only be dropped or refused, see run_waited. */
int run_start(struct run *run, struct error *error);

/* Its number is gone with it. For one that nobody was told of. NULL is fine. */
void run_drop(struct run *run);

/* Whether everybody who waits for its termination was answered, too. */
bool run_is_over(const struct run *run);

/* The first and the last words to its caller. */
void run_tell_start(struct run *run);
void run_tell_end(struct run *run);
void run_refuse(struct run *run, axe_result code, const struct error *error);

/* job_terminate; AXE_E_NO_JOB_RUNNING once it has ended. One call per `data`. */
axe_result run_terminate(struct run *run, job_terminated *done, void *data);

/*
 * run_wait.c: begin to wait behind `ahead` others for one of the slots of `running` (an array of
 * job numbers); its caller and the owner are told once that is stored.
 */
int run_wait(
	struct run *run, sd_event *loop, size_t ahead, const json_t *running, struct error *error);

/* Whether it waits, and may be started or withdrawn: after that it is over without a beginning. */
bool run_waits(const struct run *run);

/* Whether it ever did: then it was told of, and ends as a job ends. */
bool run_waited(const struct run *run);

/* An event of its job that belongs to the wait, or follows it. */
void run_tell_event(struct run *run, const json_t *event);

/* As job_status, of one that waits. A new reference. */
json_t *run_waiting_status(const struct run *run, size_t ahead);
