/*
 * The cluster face of libaxe: a durable queue of jobs, kept by a daemon, with numbers, states,
 * messages, requeue and retention.
 *
 * It follows ICluster, IJob and ITask of Compute Cluster Pack; each function names the method that
 * it comes from ("ICluster: ..."), or says that it is ours.
 *
 * A job is an array of tasks, the assessments of its manifest, counted from 0. What axe/engine.h
 * says of strings, `ret_...` and pointers holds here, too. A time is a text of RFC 3339, in UTC. An
 * object that describes a job, a task or a list is a copy of that moment: it does not change when
 * the job does, and any thread may read it.
 *
 * Any function that takes a cluster may be called from any thread, several at once; there is no
 * state but the handle's. After fork() only the parent may go on using one.
 *
 * Every call that asks the daemon may fail with
 * - AXE_E_ENGINE_NOT_RUNNING: the daemon is out of reach; what it was asked may have been done;
 * - AXE_E_TIMEOUT: it did not answer within the handle's timeout; what it was asked goes on;
 * - AXE_E_NOT_PERMITTED: the job is another user's, or only root and axe-admin may do this;
 * - AXE_E_INVALID_ARGUMENT: a pointer is NULL that must not be, or a value is out of its range;
 * - AXE_E_NOT_FOUND: there is no such job or task (or it was purged);
 * - AXE_E_INTERNAL_ERROR;
 * further codes are told with each. A call that is refused has changed nothing, but for what is
 * said of CancelJobs and RequeueJobs.
 *
 * axe/cluster_look.h, which is part of this, has what tells of jobs, tasks and parameters.
 */
#ifndef AXE_CLUSTER_H
#define AXE_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "axe/cluster_look.h"
#include "axe/engine.h"
#include "axe/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The handle (ICluster: Connect) ---------------------------------------------------------- */

/*
 * `socket` NULL: the daemon of this host, at AXE_CLUSTER_SOCKET. AXE_E_ENGINE_NOT_RUNNING: nobody
 * listens there; AXE_E_NOT_PERMITTED; AXE_E_INTERNAL_ERROR.
 */
#define AXE_CLUSTER_SOCKET "/run/axe/axed.sock"

AXE_API axe_result axe_cluster_open(const char *socket, axe_cluster **ret_cluster);

/* Jobs go on. No call may be under way, and no list may be used afterwards. NULL is fine. */
AXE_API void axe_cluster_close(axe_cluster *cluster);

/*
 * For how long a call waits for its answer (ICluster: put_Timeout), in milliseconds; 0, the
 * default, and AXE_FOREVER: without bound. It counts for calls that begin later, in all threads.
 * Running out does not undo what was asked.
 */
AXE_API axe_result axe_cluster_set_timeout(axe_cluster *cluster, uint64_t timeout_ms);
AXE_API uint64_t axe_cluster_get_timeout(axe_cluster *cluster);

/*
 * The text of the last failure of a call on this handle, in whichever thread it was (ICluster:
 * get_ErrorMessage): one line; "" if none has failed. It stays until another call fails. The
 * caller's copy, to be freed by axe_text_free; NULL: out of memory. A job's own message is another
 * thing: axe_job_error_message.
 */
AXE_API char *axe_cluster_error_message(axe_cluster *cluster);

/* How many jobs a call takes at most. */
#define AXE_BATCH_MAX 1000

/* ---- Making jobs (ICluster: AddJob, SubmitJob, QueueJob) ------------------------------------- */

/* Which members of axe_job_options count; the others are as the manifest or the default has it. */
#define AXE_OPTION_NAME        0x01u
#define AXE_OPTION_PRIORITY    0x02u
#define AXE_OPTION_PROCESSORS  0x04u
#define AXE_OPTION_RUNTIME     0x08u
#define AXE_OPTION_HOLD        0x10u
#define AXE_OPTION_ENVIRONMENT 0x20u

typedef struct axe_job_options {
	uint32_t size; /* sizeof(axe_job_options): the caller's version of it */
	uint32_t given; /* AXE_OPTION_... */
	const char *name;
	axe_priority priority; /* higher starts first, then who was submitted first */
	uint32_t processors; /* how many it needs: from 1 on; default 1 */
	uint64_t runtime_ms; /* of the whole job: an overrun cancels it */
	bool hold; /* it is not started until it is released */
	const char *const *environment; /* "NAME=value", ends in NULL; for all of its tasks */
} axe_job_options;

/*
 * Store jobs, each with a number of its own: NotSubmitted after axe_cluster_add_jobs, Queued after
 * axe_cluster_queue_jobs, which is add and submit in one step. All or nothing. `options` is NULL,
 * or has an entry for each job. `ret_numbers` (may be NULL) is the caller's array of `count`.
 *
 * S_OK: it is durable. AXE_E_BAD_MANIFEST; AXE_E_LIMIT_REACHED: the queue, or the user's part of
 * it, is full. Jobs are not changed, but for axe_job_number; they may be freed, or added again.
 */
AXE_API axe_result axe_cluster_add_jobs(axe_cluster *cluster, const axe_job *const *jobs,
	const axe_job_options *options, size_t count, uint64_t *ret_numbers);
AXE_API axe_result axe_cluster_queue_jobs(axe_cluster *cluster, const axe_job *const *jobs,
	const axe_job_options *options, size_t count, uint64_t *ret_numbers);

/* The same with one job; `options` may be NULL. */
AXE_API axe_result axe_cluster_add_job(axe_cluster *cluster, const axe_job *job,
	const axe_job_options *options, uint64_t *ret_number);
AXE_API axe_result axe_cluster_queue_job(axe_cluster *cluster, const axe_job *job,
	const axe_job_options *options, uint64_t *ret_number);

/* NotSubmitted jobs become Queued. All or nothing. AXE_E_INVALID_STATE; AXE_E_LIMIT_REACHED. */
AXE_API axe_result axe_cluster_submit_jobs(
	axe_cluster *cluster, const uint64_t *numbers, size_t count);
AXE_API axe_result axe_cluster_submit_job(axe_cluster *cluster, uint64_t number);

/* The number under which this job was added last (IJob: get_Id); 0: it was not added yet. */
AXE_API uint64_t axe_job_number(const axe_job *job);

/* ---- Steering jobs that wait ----------------------------------------------------------------- */

/*
 * ICluster: ModifyJob. Change what is given in `options` of a job that is NotSubmitted or Queued.
 * AXE_E_INVALID_STATE.
 */
AXE_API axe_result axe_cluster_modify_job(
	axe_cluster *cluster, uint64_t number, const axe_job_options *options);

/* Keep a job that is NotSubmitted or Queued from starting, and let it. AXE_E_INVALID_STATE. Ours.
 */
AXE_API axe_result axe_cluster_hold_job(axe_cluster *cluster, uint64_t number);
AXE_API axe_result axe_cluster_release_job(axe_cluster *cluster, uint64_t number);

/* ---- Canceling (ICluster: CancelJob) --------------------------------------------------------- */

/* What a message may have: characters (code points of Unicode), not bytes. */
#define AXE_MESSAGE_MAX 320

/*
 * A message is UTF-8. `length` is its bytes, or AXE_TEXT: up to its NUL. NULL: none. Longer than
 * AXE_MESSAGE_MAX: AXE_E_MESSAGE_TOO_LONG; not UTF-8, or with a NUL inside:
 * AXE_E_INVALID_ARGUMENT; then nothing has changed. It may be empty.
 */
#define AXE_TEXT SIZE_MAX

/*
 * Cancel a job that is NotSubmitted, Queued or Running: it leaves the queue, its running tasks are
 * terminated and become Failed, those not started become Canceled, and ended ones stay. It is kept
 * until TTLCompletedJobs has passed. Returns when the state is Canceled, and that is when the last
 * process is dead. AXE_E_INVALID_STATE: it has ended, or is being canceled already: the first
 * message stands; AXE_E_TERMINATE_FAILED: something survived the kill deadline; the job is
 * Canceled or, when it has to be given up, Failed.
 *
 * axe_cluster_cancel_job_async: returns once the request is durable; axe_cluster_wait_job waits
 * for the rest.
 */
AXE_API axe_result axe_cluster_cancel_job(
	axe_cluster *cluster, uint64_t number, const char *message, size_t length);
AXE_API axe_result axe_cluster_cancel_job_async(
	axe_cluster *cluster, uint64_t number, const char *message, size_t length);

/*
 * ICluster: CancelJobs. In order, each as by axe_cluster_cancel_job; stops at the first failure,
 * whose code is returned. `ret_done` (may be NULL) is how many were canceled: those stay so. It is
 * written on failure too.
 */
AXE_API axe_result axe_cluster_cancel_jobs(axe_cluster *cluster, const uint64_t *numbers,
	size_t count, const char *message, size_t length, size_t *ret_done);

/*
 * ICluster: CancelTask. A running task is terminated and becomes Canceled, one that waits becomes
 * Canceled; the job goes on. AXE_E_INVALID_STATE; AXE_E_INVALID_INDEX: it has no such task.
 */
AXE_API axe_result axe_cluster_cancel_task(
	axe_cluster *cluster, uint64_t number, uint32_t task, const char *message, size_t length);

/* ---- Running again (ICluster: RequeueJob) ---------------------------------------------------- */

/*
 * A further attempt of a job that is Failed, Canceled or Running; a running one is canceled first,
 * and its processes are waited for. After a cancel, a termination or an overrun of the job all
 * tasks but the finished ones run again; after a plain failure those that failed and those that
 * never ran. `ret_attempt` (may be NULL) is the attempt's number, from 1 on.
 * AXE_E_INVALID_STATE; AXE_E_NOT_RERUNNABLE: a task must not run again, and the text names it.
 *
 * axe_cluster_requeue_job_async: does not wait for the old processes.
 */
AXE_API axe_result axe_cluster_requeue_job(
	axe_cluster *cluster, uint64_t number, uint32_t *ret_attempt);
AXE_API axe_result axe_cluster_requeue_job_async(
	axe_cluster *cluster, uint64_t number, uint32_t *ret_attempt);

/* ICluster: RequeueJobs. In order; stops at the first failure, as axe_cluster_cancel_jobs does. */
AXE_API axe_result axe_cluster_requeue_jobs(
	axe_cluster *cluster, const uint64_t *numbers, size_t count, size_t *ret_done);

/* ICluster: RequeueTask. Also the way back of a task that axe_cluster_cancel_task ended. Errors as
 * of axe_cluster_requeue_job, and AXE_E_INVALID_INDEX. */
AXE_API axe_result axe_cluster_requeue_task(
	axe_cluster *cluster, uint64_t number, uint32_t task, uint32_t *ret_attempt);

/*
 * Forget a job that has ended, with its files; a line of the audit stays. AXE_E_INVALID_STATE: it
 * has not ended, or is being requeued. Ours: else the daemon does it once TTLCompletedJobs has
 * passed.
 */
AXE_API axe_result axe_cluster_purge_job(axe_cluster *cluster, uint64_t number);

/*
 * Wait for a job to be Finished, Failed or Canceled; of one that was queued again, also without
 * waiting (axe_cluster_requeue_job_async), the end of an earlier attempt is not told, whenever it
 * comes: what is told is how the last one ended. `timeout_ms` is for the whole wait,
 * AXE_FOREVER: no bound; the handle's timeout is for each question to the daemon meanwhile.
 * `ret_info` (may be NULL) is the job as it ended. AXE_E_TIMEOUT. Ours.
 */
AXE_API axe_result axe_cluster_wait_job(
	axe_cluster *cluster, uint64_t number, uint64_t timeout_ms, axe_job_info **ret_info);

#ifdef __cplusplus
}
#endif

#endif
