/* What a requeue runs again: decided by what ended the job. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/state.h"

/* The reasons that stand in the store. */
#define REASON_JOB_CANCELED  "job_canceled"
#define REASON_TASK_CANCELED "task_canceled"
#define REASON_TERMINATED    "terminated"
#define REASON_RUNTIME       "runtime"
#define REASON_REQUEUED      "requeued" /* it ran when it was requeued */
#define REASON_HOST          "supervisor_ended" /* while it ran */
#define REASON_RESTARTED     "host_restarted" /* likewise */

/* What ended a job, as far as a requeue is concerned. */
enum cause {
	CAUSE_OF_TASKS, /* nothing but its tasks: one failed, or was cancelled */
	CAUSE_OF_CANCEL, /* CancelJob, TerminateJob, an overrun: it was stopped as a whole */
	CAUSE_OF_HOST, /* neither the job nor a person */
	CAUSE_COUNT,
};

/* By the reason of the job's row; NULL: none. */
enum cause cause_of(const char *reason);

/* Whether RequeueJob queues a task again; `canceled`: it was CancelTask that ended it. */
bool requeue_takes(enum cause cause, enum state task, bool canceled);

/* The states of which it takes all, or those that were not ended by CancelTask: 1u << state. */
uint32_t requeue_states(enum cause cause);

/* Whether those that CancelTask ended stay as they are. */
bool requeue_spares_canceled(enum cause cause);
