/*
 * What a cluster tells of its jobs, their tasks, and its parameters; a part of axe/cluster.h, which
 * says what holds here, too.
 */
#ifndef AXE_CLUSTER_LOOK_H
#define AXE_CLUSTER_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "axe/engine.h"
#include "axe/result.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct axe_cluster axe_cluster;
typedef struct axe_job_info axe_job_info;
typedef struct axe_job_list axe_job_list;
typedef struct axe_task_info axe_task_info;
typedef struct axe_task_list axe_task_list;
typedef struct axe_parameters axe_parameters;

/* ---- States ---------------------------------------------------------------------------------- */

/* Of a job and of a task (JobStatus, TaskStatus). */
typedef enum axe_state {
	AXE_STATE_NOT_SUBMITTED = 0,
	AXE_STATE_QUEUED = 1,
	AXE_STATE_RUNNING = 2,
	AXE_STATE_FINISHED = 3,
	AXE_STATE_FAILED = 4,
	AXE_STATE_CANCELED = 5,
} axe_state;

#define AXE_STATES 6

/* A set of states: AXE_STATE_SET(AXE_STATE_QUEUED) | AXE_STATE_SET(AXE_STATE_RUNNING). */
#define AXE_STATE_SET(state) (1u << (state))
#define AXE_ALL_STATES       0u

/* "NotSubmitted", "Queued", ...; NULL: no state. Static. */
AXE_API const char *axe_state_name(axe_state state);

typedef enum axe_priority {
	AXE_PRIORITY_LOWEST = 0,
	AXE_PRIORITY_BELOW_NORMAL = 1,
	AXE_PRIORITY_NORMAL = 2, /* the default */
	AXE_PRIORITY_ABOVE_NORMAL = 3,
	AXE_PRIORITY_HIGHEST = 4,
} axe_priority;

/* ---- Looking at jobs (ICluster: GetJob, ListJobs; IJob) -------------------------------------- */

/* All that is known. Free it by axe_job_info_free. */
AXE_API axe_result axe_cluster_get_job(
	axe_cluster *cluster, uint64_t number, axe_job_info **ret_info);

/* NULL is fine. Not for one that a list returned. */
AXE_API void axe_job_info_free(axe_job_info *info);

/*
 * The job's own message (IJob: get_ErrorMessage): that of its CancelJob, or what the daemon had to
 * say of its end. "": none. As it was given: whoever shows it escapes control characters.
 */
AXE_API const char *axe_job_error_message(const axe_job_info *info);

AXE_API uint64_t axe_job_info_number(const axe_job_info *info);
AXE_API const char *axe_job_info_name(const axe_job_info *info);
AXE_API axe_state axe_job_info_state(const axe_job_info *info);
AXE_API uint32_t axe_job_info_owner(const axe_job_info *info); /* the uid */
AXE_API const char *axe_job_info_owner_name(const axe_job_info *info); /* NULL: it has none */
AXE_API axe_priority axe_job_info_priority(const axe_job_info *info);
AXE_API uint32_t axe_job_info_processors(const axe_job_info *info);
AXE_API bool axe_job_info_is_held(const axe_job_info *info);
AXE_API uint32_t axe_job_info_attempt(const axe_job_info *info); /* 0: it has not run */

/* It was queued again, and another attempt follows: the end that is told here is not its last. */
AXE_API bool axe_job_info_runs_again(const axe_job_info *info);

/* What decided the state: "job_canceled", "terminated", "runtime", ...; NULL: nothing did yet. */
AXE_API const char *axe_job_info_reason(const axe_job_info *info);

/* Of the last attempt that ended: "finished", "failed", ...; NULL and S_OK: none has. */
AXE_API const char *axe_job_info_outcome(const axe_job_info *info);
AXE_API axe_result axe_job_info_code(const axe_job_info *info);

typedef enum axe_moment {
	AXE_MOMENT_CREATED = 1,
	AXE_MOMENT_SUBMITTED,
	AXE_MOMENT_STARTED,
	AXE_MOMENT_ENDED,
	AXE_MOMENT_PURGE_AFTER, /* it is kept until then, at least */
} axe_moment;

/* NULL: that has not come yet. */
AXE_API const char *axe_job_info_time(const axe_job_info *info, axe_moment moment);

/* How many jobs are before it in the queue. False: it is not in the queue, or is held. */
AXE_API bool axe_job_info_rank(const axe_job_info *info, uint64_t *ret_rank);

/* The folder of its files. */
AXE_API const char *axe_job_info_directory(const axe_job_info *info);

/* How many of its tasks are in a state. */
AXE_API uint32_t axe_job_info_task_count(const axe_job_info *info, axe_state state);

/* All of it, as the daemon answered: one JSON object; of axe_cluster_get_job with `attempts`, the
 * `manifest` and `warnings`. */
AXE_API const char *axe_job_info_json(const axe_job_info *info);

/* Of which user the jobs are: AXE_ALL_OWNERS stands for all that the caller may see. */
#define AXE_ALL_OWNERS UINT32_MAX

/*
 * Jobs in some of the states, newest first, read in pages while they are walked. A list tells each
 * job that was there when it was made once, whatever happens meanwhile; each as it is when its page
 * is read. One thread at a time may walk a list. Free it by axe_job_list_free.
 */
AXE_API axe_result axe_cluster_list_jobs(
	axe_cluster *cluster, uint32_t states, uint32_t owner, axe_job_list **ret_list);

/* The next one: the list's, and gone with the next call on it; NULL: that was the last one. */
AXE_API axe_result axe_job_list_next(axe_job_list *list, const axe_job_info **ret_info);

/* NULL is fine. */
AXE_API void axe_job_list_free(axe_job_list *list);

/*
 * The jobs that wait and are not held, the next one to start first, as they are now: at most
 * `limit` of them, 1 to AXE_WAITING_MAX; 0: 100. A list as above; AXE_E_INVALID_ARGUMENT. Ours.
 */
#define AXE_WAITING_MAX 1000
AXE_API axe_result axe_cluster_list_waiting(
	axe_cluster *cluster, uint32_t limit, axe_job_list **ret_list);

/* ICluster: GetJobCounter. How many jobs are in each state, `ret_counts` by axe_state. */
AXE_API axe_result axe_cluster_get_job_counter(
	axe_cluster *cluster, uint32_t owner, uint64_t ret_counts[AXE_STATES]);

/* ---- Looking at tasks (ICluster: ListTasks; ITask) ------------------------------------------- */

/* The tasks of a job in some of the states, by their index; as axe_cluster_list_jobs. */
AXE_API axe_result axe_cluster_list_tasks(
	axe_cluster *cluster, uint64_t number, uint32_t states, axe_task_list **ret_list);
AXE_API axe_result axe_task_list_next(axe_task_list *list, const axe_task_info **ret_info);
AXE_API void axe_task_list_free(axe_task_list *list);

AXE_API uint32_t axe_task_info_index(const axe_task_info *info);
AXE_API const char *axe_task_info_name(const axe_task_info *info);
AXE_API axe_state axe_task_info_state(const axe_task_info *info);
AXE_API bool axe_task_info_is_rerunnable(const axe_task_info *info);

/* What decided the state; NULL: nothing did yet. */
AXE_API const char *axe_task_info_reason(const axe_task_info *info);

/* The attempt that ran it last, and in how many tries; 0: it has not run. */
AXE_API uint32_t axe_task_info_attempt(const axe_task_info *info);
AXE_API uint32_t axe_task_info_tries(const axe_task_info *info);

/* Of that attempt: "passed", "failed", ...; NULL: it has not ended. */
AXE_API const char *axe_task_info_verdict(const axe_task_info *info);

/* True and the status, or false and the signal; false and 0: it never ran. */
AXE_API bool axe_task_info_exit(const axe_task_info *info, int *ret_status, int *ret_signal);

/* All of it, as the daemon answered: one JSON object. */
AXE_API const char *axe_task_info_json(const axe_task_info *info);

/* ---- Parameters (ICluster: SetClusterParameter, get_Parameters) ------------------------------ */

typedef struct axe_parameter {
	const char *name;
	const char *unit; /* of the four numbers: "ns", "bytes", "" */
	int64_t value;
	int64_t standard; /* what it is unless it was set */
	int64_t minimum, maximum;
} axe_parameter;

/*
 * TTLCompletedJobs, JobRetryCount, TaskRetryCount, JobRuntime, Slots, and the limits of each user.
 * Free them by axe_parameters_free. axe_parameters_get: AXE_E_INVALID_INDEX; the texts are those of
 * `parameters`.
 */
AXE_API axe_result axe_cluster_get_parameters(
	axe_cluster *cluster, axe_parameters **ret_parameters);
AXE_API uint32_t axe_parameters_count(const axe_parameters *parameters);
AXE_API axe_result axe_parameters_get(
	const axe_parameters *parameters, uint32_t index, axe_parameter *ret_parameter);
AXE_API void axe_parameters_free(axe_parameters *parameters);

/* The value of one; the name's case does not matter. AXE_E_PARAMETER_NOT_FOUND. */
AXE_API axe_result axe_cluster_get_parameter(
	axe_cluster *cluster, const char *name, int64_t *ret_value);

/* Only root and axe-admin. AXE_E_PARAMETER_NOT_FOUND; AXE_E_INVALID_ARGUMENT: not in its range. */
AXE_API axe_result axe_cluster_set_parameter(axe_cluster *cluster, const char *name, int64_t value);

#ifdef __cplusplus
}
#endif

#endif
