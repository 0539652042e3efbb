/* The inside of struct job, for the files that together are the job. */
#pragma once

#include <systemd/sd-event.h>

#include "base/list.h"
#include "engine/context.h"
#include "engine/job.h"
#include "engine/receipt.h"
#include "engine/timer.h"
#include "engine/watch.h"
#include "model/verdict.h"
#include "record/trace.h"

enum job_phase {
	JOB_PREPARED, /* created, job.begin not yet said */
	JOB_RUNNING,
	JOB_SEALED, /* every started assessment has ended: the outcome is fixed */
	JOB_ENDED, /* job.end was said */
};

/* A caller of TerminateJob that waits for its answer. */
struct waiter {
	struct list_link link; /* job::waiters */
	job_terminated *done;
	void *data;
};

struct job {
	struct list_link link; /* engine::jobs */
	struct engine *engine;
	struct manifest *manifest; /* owned */
	struct job_observer observer;
	struct job_context context;
	char **environment; /* owned copy behind context.environment */
	enum job_phase phase;
	struct timer step; /* the next turn: destroys what ended, starts what is next */

	struct group *group;
	struct watch *watch;
	struct jobdir *jobdir;
	struct trace *trace;
	struct results *results;

	size_t next; /* index of the next assessment to start */
	struct runner *runner; /* the one that runs; NULL: none */
	uint64_t begun_ns;
	uint64_t counts[VERDICT_COUNT];

	bool canceled; /* CancelJob was accepted */
	bool terminated; /* TerminateJob was accepted */
	bool terminate_failed; /* told to the waiters; the job still counts as running */
	bool abandoned;
	struct killing *killing;
	struct inquiry *inquiry;
	struct timer repeat; /* the deadline of a repeated TerminateJob */
	struct receipt receipt;
	json_t *survivors;
	json_t *final_receipt;
	struct list_link waiters; /* waiter::link */
};

/* job.c: the facts may have changed; act on them. */
void job_look(struct job *job);
void job_sweep(struct job *job);
void job_emit(struct job *job, enum trace_type type, json_t *data); /* data is taken */

/* job_end.c: seal, write, say. */
void job_end(struct job *job);

/* job_terminate.c: TerminateJob and its answers. */
void job_terminate_look(struct job *job);
void job_answer_waiters(struct job *job, axe_result code, bool durable);
int job_terminate_init(struct job *job);
void job_terminate_finish(struct job *job);
