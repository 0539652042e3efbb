/* One try of one assessment, from its birth to its burial. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "engine/context.h"
#include "model/verdict.h"
#include "record/trace.h"

struct assessment;
struct error;
struct killing_report;
struct ruling;
struct runner;
struct still;

/* Facts travel up by these, from the loop; neither may destroy the runner. */
struct runner_owner {
	/* It was given birth, or could not be: {"name", "argv", "timeout_ms", "group", "pid"}.
	 * Whoever hears it may already cancel or terminate. `description` is borrowed. */
	void (*begun)(struct runner *runner, json_t *description, void *data);
	/* Nothing of it lives, and it ends as soon as this returns. May look at it again. */
	void (*emptied)(struct runner *runner, void *data);
	/* All is found out, and this is what it comes to: its place is free. */
	void (*vacated)(struct runner *runner, enum verdict verdict, void *data);
	/* Its end is established: the last call. Both are borrowed. */
	void (*ended)(
		struct runner *runner, const struct ruling *ruling, json_t *result, void *data);
	void *data;
};

/* The context and the assessment are borrowed and must outlive the runner. */
int runner_create(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number, const struct runner_owner *owner,
	struct runner **ret_runner);

/*
 * Begin to give birth; runner_started must follow before the loop turns: as soon as the child
 * exists the owner is told. What fails before there is a process is no error here: such a try ends
 * as `error`, like any other end told from the loop.
 */
void runner_start(struct runner *runner);
void runner_started(struct runner *runner);

/* NULL is fine. What it could not end stays with the engine as residue. */
void runner_destroy(struct runner *runner);
DEFINE_CLEANUP(runner)

unsigned runner_index(const struct runner *runner);

/* One lifecycle line about this try. `data` is taken. */
void runner_emit(struct runner *runner, enum trace_type type, json_t *data);
/* The errno with which it could not start; 0: it could. */
int runner_start_failure(const struct runner *runner);

bool runner_is_over(const struct runner *runner);

/* Look at the facts again: a bell rang, a child was reaped, the group above was killed. */
void runner_look(struct runner *runner);

/* Hold the outputs to their bounds, and let go of the ends that were written. */
void runner_sweep(struct runner *runner);

/* What was written of it is handed to the kernel, which may forget it then. */
void runner_release_ends(struct runner *runner);

/* It was frozen for back-pressure. */
void runner_note_perturbed(struct runner *runner, uint64_t frozen_ns);

/* Ask it to stop; with grace_ns > 0 it is killed when that has passed. */
void runner_cancel(struct runner *runner, uint64_t grace_ns);

/* CancelTask: kill it now; its end is Canceled unless it came before. */
void runner_cancel_task(struct runner *runner);

/* Whether it was asked to; and whether CancelTask was called for it. */
bool runner_is_canceled(const struct runner *runner);
bool runner_is_task_canceled(const struct runner *runner);

/* Before a kill, and while the group is being frozen: who may not run does not stop either. */
void runner_lift_limits(struct runner *runner);

/* The job's group is about to be killed with everything below: what follows is by TerminateJob.
 * `still`: what they had in hand, or NULL. */
void runner_note_termination(struct runner *runner, uint64_t now_ns, struct still *still);

/* The job's killing proved its group, and so ours, empty. */
void runner_note_emptied(struct runner *runner);

/* The job gave up on what survives: end as `abandoned`. */
void runner_abandon(struct runner *runner);

/* Its group's directory; -1 when it has none. */
int runner_directory(const struct runner *runner);

/* For the job's receipt: see runner_receipt_add. */
struct receipt;
void runner_count(const struct runner *runner, struct receipt *receipt);
/*
 * Add who lives there to the receipt: by runner_list at the latest, and before the first of them is
 * heard to have ended behind the strike. It takes a processor and memory, and so do births that are
 * not heard yet: not while they die if it can wait.
 */
void runner_list_later(struct runner *runner, struct receipt *receipt);
void runner_list(struct runner *runner);
void runner_account(struct runner *runner, struct receipt *receipt);

/* Kill what escaped; returns the living that are no longer in the group once that is empty. */
uint64_t runner_kill_strays(struct runner *runner, bool group_is_empty);

/* {"index", "name", "elapsed_ms", "timeout_ms", "processes", "memory_bytes"} */
json_t *runner_status(const struct runner *runner);
