/* The durable queue of a daemon: jobs with numbers, states, messages, requeue and retention. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "axe/result.h"
#include "base/cleanup.h"
#include "engine/job.h"
#include "model/state.h"

struct error;
struct identity;
struct manifest;
struct queue;
struct store;
struct store_event;

/* Who lives above: it has the engine and its slots. Nothing in here may be called from inside. */
struct queue_host {
	/*
	 * Make a job of the engine and start it in the slot that is free. Manifest is taken. The
	 * host destroys it at a later turn of the loop than the one that told `observer` its end.
	 */
	int (*launch)(struct manifest *manifest, const struct job_options *options,
		const struct job_observer *observer, struct job **ret_job, struct error *error,
		void *data);
	/*
	 * At the start: a job of a supervisor that is gone, with which the host goes on; NULL: it
	 * does not. From then on it is as if it had been launched. May be NULL.
	 */
	struct job *(*adopt)(uint64_t job, const struct job_observer *observer, void *data);
	/* A job may be ready, or Slots has changed: call queue_start_next on the next turn. */
	void (*look)(void *data);
	/* An event of a job that the engine does not have; it is in the store. May be NULL. */
	void (*event)(const struct store_event *event, void *data);
	/* How many jobs of that user run, or wait for a slot, besides those of the queue. May be
	 * NULL. */
	unsigned (*beside)(uid_t owner, void *data);
	/* Somebody follows that job: it is not purged by age. May be NULL. */
	bool (*watched)(uint64_t job, void *data);
	void *data;
};

struct queue_config {
	struct store *store; /* borrowed, dispatched by its owner */
	const char *state_dir; /* borrowed */
	unsigned slots; /* until somebody sets the parameter; 0: one */
	/* For tests; NULL: CLOCK_MONOTONIC. */
	uint64_t (*monotonic_ns)(void *data);
	void *clock_data;
};

/*
 * Read what is not ended from the store. What was running without that anybody runs it now is
 * queued again (JobRetryCount), or failed. Waits for the disk: at start only.
 */
int queue_create(const struct queue_config *config, const struct queue_host *host,
	struct queue **ret_queue, struct error *error);

/* What was accepted is stored; nobody is answered any more. No job may run. NULL is fine. */
void queue_destroy(struct queue *queue);
DEFINE_CLEANUP(queue)

/* Start the best job that may run now. False: there is none. For a slot that is free only. */
bool queue_start_next(struct queue *queue);

/*
 * Whether a user who is no admin may not run a job beside the queue: NULL, or the name of the
 * parameter whose bound is reached.
 */
const char *queue_refuses_user(struct queue *queue, uid_t owner, int64_t *ret_limit);

/* The parameter. */
unsigned queue_slots(const struct queue *queue);

/* Purge what is old enough, a bounded number; returns when to call again (CLOCK_MONOTONIC). */
uint64_t queue_retain(struct queue *queue);

/* Start nothing any more. */
void queue_stop(struct queue *queue);

/*
 * And end what does not outlive the stop of a supervisor (see job_outlives_stop): it is
 * queued again for the next one, where its tasks may be.
 */
void queue_leave(struct queue *queue, bool supervisor_keeps);

/* Who calls, by the kernel's word. */
struct queue_actor {
	uid_t uid;
	pid_t pid;
	bool admin; /* root, or in the group axe-admin */
	/*
	 * As whom the jobs run that it adds, for job_options::owner; kept with them
	 * (identity_json), for the next daemon has nobody to ask. Borrowed for the call. NULL: as
	 * the supervisor.
	 */
	const struct identity *owner;
};

/*
 * The answer of every call, exactly once, also from inside the call; when what it did is durable.
 * `error`: NULL, or the name of an error of io.axe.Cluster ("InvalidState"), of which `code` is the
 * result code. `parameters` (borrowed) are those of the reply, or of the error. Nothing may be
 * destroyed from inside.
 */
typedef void queue_done(axe_result code, const char *error, const json_t *parameters, void *data);

/* Where to send it. */
struct queue_caller {
	struct queue_actor actor;
	queue_done *done; /* NULL: nobody wants to know */
	void *data;
};

/* It has hung up: its `done` is not called any more. What it asked for goes on. */
void queue_forget(struct queue *queue, const void *data);

/* What may be asked of a job besides its manifest. All 0 but `priority` -1: nothing is. */
struct job_wishes {
	const char *name; /* NULL: the manifest's, or unchanged */
	int64_t priority; /* -1: not given */
	int64_t processors; /* 0: not given */
	bool has_runtime, has_hold;
	int64_t runtime_ns; /* 0: without bound */
	bool hold;
	const char *const *environment; /* NULL-terminated; NULL: not given */
};
#define JOB_WISHES_NONE ((struct job_wishes){ .priority = -1 })

struct queue_new {
	struct manifest *manifest; /* taken, always */
	struct job_wishes wishes; /* borrowed for the call */
};

#define QUEUE_BATCH_MAX 1000

/* AddJob, SubmitJob, QueueJob: all or nothing. {"jobs": [N]}, {}, {"jobs": [N]}. */
void queue_add(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count);
void queue_submit(
	struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs, size_t count);
void queue_queue(struct queue *queue, const struct queue_caller *caller, struct queue_new *jobs,
	size_t count);

/* ModifyJob, HoldJob, ReleaseJob: {}. */
void queue_modify(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const struct job_wishes *wishes);
void queue_hold(struct queue *queue, const struct queue_caller *caller, uint64_t job, bool held);

/*
 * CancelJob: {"receipt"} once the state is Canceled. `message`: NULL as empty; `message_size` in
 * bytes, so that a NUL inside is seen. Asynchronous: {} when accepted.
 */
void queue_cancel(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const char *message, size_t message_size, bool asynchronous);
void queue_cancel_all(struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs,
	size_t count, const char *message, size_t message_size);
void queue_cancel_task(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	unsigned index, const char *message, size_t message_size);

/* RequeueJob: {"attempt", "tasks"}; RequeueTask: {"attempt"}. */
void queue_requeue(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, bool asynchronous);
void queue_requeue_all(
	struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs, size_t count);
void queue_requeue_task(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, unsigned index);

/* PurgeJob: {}. */
void queue_purge(struct queue *queue, const struct queue_caller *caller, uint64_t job);

/* The questions are answered from inside the call. */
void queue_get(struct queue *queue, const struct queue_caller *caller, uint64_t job);

struct queue_listing {
	uint32_t states; /* 1u << enum state; 0: all */
	bool has_owner;
	uid_t owner;
	const char *page; /* `next` of the page before; NULL: the first */
	size_t limit; /* 0: 100 */
};
#define QUEUE_PAGE_DEFAULT 100
#define QUEUE_PAGE_MAX     1000

void queue_list(struct queue *queue, const struct queue_caller *caller,
	const struct queue_listing *listing);
/* Those that may start, the next one first; limit 0: 100. */
void queue_list_waiting(struct queue *queue, const struct queue_caller *caller, size_t limit);
void queue_list_tasks(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	uint32_t states, unsigned first, size_t limit);

/* All of one owner's, or of all whom the caller may see. */
void queue_count(
	struct queue *queue, const struct queue_caller *caller, bool has_owner, uid_t owner);

void queue_tell_parameters(struct queue *queue, const struct queue_caller *caller);
void queue_set_parameter(
	struct queue *queue, const struct queue_caller *caller, const char *name, int64_t value);
