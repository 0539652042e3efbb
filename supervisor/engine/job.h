/* One run of one manifest: its assessments one after another, and the three ways to end it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "axe/result.h"
#include "model/state.h"

struct engine;
struct error;
struct identity;
struct job;
struct manifest;
struct store_job;

struct job_options {
	const char *state_dir; /* NULL: /var/lib/axe; copied */
	uint64_t freeze_deadline_ns; /* 0: the default (100 ms), and so on */
	uint64_t picture_budget_ns; /* 250 ms */
	uint64_t kill_deadline_ns; /* 10 s */
	uint64_t abandon_after_ns; /* 60 s */
	uint64_t core_grace_ns; /* none: a kill cuts core dumps off */
	const char *const *environment; /* for `environment_inherited`; NULL-terminated; copied */
	/*
	 * Whose job it is: all of it runs as this user, whatever its manifest says, opens what its
	 * manifest names with this user's rights, and the user's group may read its folder. Copied.
	 * NULL: the supervisor's own user, who may name others.
	 */
	const struct identity *owner;
	/*
	 * For a job of the queue: its row, with the number of its folder and of this attempt.
	 * `tasks`: the state of each assessment; those that are not Queued are kept as they are,
	 * NULL: all are run. Both are copied. NULL: a job of its own, which gets a number here.
	 */
	const struct store_job *row;
	const enum state *tasks;
	unsigned task_retries; /* of each that the host could not start */
	bool starts_at_once; /* job_start follows: the host may be looked at beside all that */
};

/* Facts travel up by these; `data` is the job's owner's. Neither may destroy the job. */
struct job_observer {
	/* Each lifecycle line of the trace, after it was written. */
	void (*event)(struct job *job, const json_t *event, void *data);
	/* After job.end: results are on disk (or `summary` says why not). The last call ever. */
	void (*ended)(struct job *job, axe_result code, const json_t *summary, void *data);
	void *data;
};

/*
 * Reserve the job's number and folder. It waits from now on; what it says is stored and told like
 * every event of a job. `manifest` is taken, also on failure, which leaves nothing behind.
 */
int job_create(struct engine *engine, struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, struct job **ret_job, struct error *error);

/* Who hears of a job that was adopted (see recover.h), from before the loop's next turn on. */
void job_observe(struct job *job, const struct job_observer *observer);

/* Say that it waits behind `ahead` others for an end of `running` (numbers of jobs; borrowed). */
void job_wait(struct job *job, size_t ahead, const json_t *running);

/*
 * Make its group, and begin from the next turn of the loop. A failure leaves it as it was: then
 * job_discard or job_refuse.
 */
int job_start(struct job *job, struct error *error);

/* Neither started nor refused: only then may it be started. */
bool job_waits(const struct job *job);

/*
 * A job that waits shall not start: job.end with this code, and this text as the reason, without a
 * job.begin; then `ended`. Nothing is lost of a job that was told of.
 */
void job_refuse(struct job *job, axe_result code, const char *text);

/* One that waits and was never told of: remove its folder, and destroy it. */
void job_discard(struct job *job);

/* Only after `ended` was called (not from inside it), or at the end of a supervisor that leaves
 * what waits to the next one. NULL is fine. */
void job_destroy(struct job *job);

uint64_t job_id(const struct job *job);
const char *job_directory(const struct job *job);
const char *job_group(const struct job *job); /* once it was started */
uid_t job_owner(const struct job *job);
const char *job_reason(const struct job *job); /* of the job_kill that ends it; NULL: none does */

/* Whether a supervisor that is stopped leaves it running; `supervisor_keeps`: those whose manifest
 * says nothing of that. */
bool job_outlives_stop(const struct job *job, bool supervisor_keeps);

/*
 * Who asks for what is called from here on; taken: it is the `actor` of the events that this makes.
 * NULL: the supervisor itself, as it is unless somebody was named.
 */
void job_note_actor(struct job *job, json_t *actor);

/*
 * Ask the running assessment `index` to stop. S_OK: signalled. AXE_E_NO_JOB_RUNNING before
 * job.begin and once the outcome is sealed; AXE_E_INVALID_INDEX when it is not running. With
 * grace_ns > 0 the supervisor kills it when that has passed.
 */
axe_result job_cancel_assessment(struct job *job, unsigned index, uint64_t grace_ns);

/* Ask all that run to stop and start no other. Twice is S_OK. One that waits is withdrawn: it ends
 * with AXE_E_JOB_CANCELED, without a job.begin; likewise by job_terminate. */
axe_result job_cancel(struct job *job, uint64_t grace_ns);

/*
 * End the job now. S_OK: under way, and `done` will be called exactly once: with S_OK and the kill
 * receipt after job.end; or with AXE_E_TERMINATE_FAILED and the survivors in the receipt when
 * something outlived the deadline (the job still counts as running, the call may be repeated). A
 * call during a termination joins it. Else AXE_E_NO_JOB_RUNNING, and `done` is not called.
 */
typedef void job_terminated(axe_result code, const json_t *receipt, bool durable, void *data);
axe_result job_terminate(struct job *job, job_terminated *done, void *data);

/*
 * The queue's CancelJob: end it now, as Canceled for this reason and with this message, which stand
 * from here on. Also before job.begin. AXE_E_NO_JOB_RUNNING once the outcome is sealed,
 * AXE_E_INVALID_STATE when it is being ended already.
 */
axe_result job_kill(struct job *job, const char *reason, const char *message);

enum task_kill {
	TASK_KILL_UNTOLD, /* it does not start; nor has the job begun, so the caller is to tell it
			   */
	TASK_KILL_DROPPED, /* it does not start */
	TASK_KILL_STARTED, /* its end is still to come */
};

/*
 * The queue's CancelTask: kill that assessment, or keep it from starting; its state is Canceled and
 * the job goes on. AXE_E_NO_JOB_RUNNING as above; AXE_E_INVALID_STATE when it has ended, or is
 * being ended so already.
 */
axe_result job_kill_task(
	struct job *job, unsigned index, const char *message, enum task_kill *ret_kill);

/* Forget the `done` calls of a caller that hung up; the termination goes on. */
void job_terminate_forget(struct job *job, void *data);

/* The indices that run now, as a JSON array. A new reference. */
json_t *job_running(const struct job *job);

/* The answer of GetStatus. A new reference. */
json_t *job_status(const struct job *job);
