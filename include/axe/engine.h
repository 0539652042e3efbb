/*
 * The engine face of libaxe: run one job, hear how it goes, and end it in three ways.
 *
 * It follows the interface around Engine::CancelJob and Engine::TerminateJob of the Assessment
 * Execution Engine; each function names the page that it comes from ("AXE: ..."), or says that it
 * is ours.
 *
 * Strings are UTF-8 and end in NUL. Durations are milliseconds. Assessments are counted from 0. A
 * pointer that a function returns through `ret_...` is the caller's, and its own function frees it;
 * `ret_...` is written only on S_OK unless the function says otherwise. A `const char *` that a
 * function returns belongs to the object it was asked of and lives as long.
 *
 * Any function that takes an engine may be called from any thread, from inside a handler as well,
 * but for what says otherwise. After fork() only the parent may go on using an engine.
 */
#ifndef AXE_ENGINE_H
#define AXE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "axe/result.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef AXE_API
#define AXE_API __attribute__((visibility("default")))
#endif

#define AXE_FOREVER UINT64_MAX /* wait without a bound */

typedef struct axe_engine axe_engine;
typedef struct axe_job axe_job;
typedef struct axe_errors axe_errors;
typedef struct axe_event axe_event;

/* ---- Error lists (AXE: ErrorList, AxeErrorInfo) ---------------------------------------------- */

typedef enum axe_error_kind {
	AXE_ERROR_INFO = 1,
	AXE_ERROR_WARNING = 2,
	AXE_ERROR_ERROR = 3,
} axe_error_kind;

#define AXE_NO_ASSESSMENT UINT32_MAX /* not about an assessment */
#define AXE_ERROR_NEWEST  UINT32_MAX /* the newest entry of a list, as an index */

typedef struct axe_error_info {
	axe_error_kind kind;
	axe_result code;
	uint32_t assessment; /* AXE_NO_ASSESSMENT: about the job */
	const char *text; /* one line for a person; the list's */
} axe_error_info;

AXE_API uint32_t axe_errors_count(const axe_errors *errors);

/* AXE_E_INVALID_INDEX when there is no such entry. */
AXE_API axe_result axe_errors_get(
	const axe_errors *errors, uint32_t index, axe_error_info *ret_info);

/* NULL is fine. Only for a list that was returned through `ret_errors`. */
AXE_API void axe_errors_free(axe_errors *errors);

/* The text of a code (AXE: Solution::GetErrorText), "unknown code" when it has none. Static. */
AXE_API const char *axe_result_text(axe_result code);

/* Its name, such as "AXE_E_JOB_CANCELED"; NULL when it has none. Static. */
AXE_API const char *axe_result_name(axe_result code);

/* ---- Jobs (AXE: Solution::CreateJob, Job) ---------------------------------------------------- */

/*
 * Load and validate a manifest, YAML or JSON; "-" is the standard input. AXE_E_BAD_MANIFEST: it is
 * malformed, and the list says where; AXE_E_NOT_FOUND: no such file; AXE_E_INTERNAL_ERROR.
 * `ret_errors` may be NULL; else it is written on failure too, and always the caller's to free.
 */
AXE_API axe_result axe_job_load(const char *path, axe_job **ret_job, axe_errors **ret_errors);

/* The same from memory, JSON only. `length` bytes. Ours. */
AXE_API axe_result axe_job_parse(
	const char *json, size_t length, axe_job **ret_job, axe_errors **ret_errors);

/* A job may be freed while it runs: the engine has a copy. NULL is fine. */
AXE_API void axe_job_free(axe_job *job);

AXE_API const char *axe_job_name(const axe_job *job);
AXE_API uint32_t axe_job_assessment_count(const axe_job *job);

/* NULL when out of range. */
AXE_API const char *axe_job_assessment_name(const axe_job *job, uint32_t index);

/*
 * Parameters of the job, by name. AXE_E_PARAMETER_NOT_FOUND; AXE_E_PARAM_READ_ONLY;
 * AXE_E_PARAM_CONVERSION_FAILED: the value cannot be one (not UTF-8, too long);
 * AXE_E_JOB_RUNNING while an engine executes this job. The value is the job's until it is set
 * again.
 */
AXE_API axe_result axe_job_parameter(const axe_job *job, const char *name, const char **ret_value);
AXE_API axe_result axe_job_set_parameter(axe_job *job, const char *name, const char *value);

/* ---- Engines (AXE: Solution::CreateEngine) --------------------------------------------------- */

/*
 * `socket` NULL: a private supervisor, started with the first job, that ends with this engine (and
 * whose job this process ends itself, by a descriptor of its group, if the supervisor is killed).
 * Else the path of a daemon's socket. AXE_E_ENGINE_NOT_RUNNING: it cannot be reached;
 * AXE_E_NOT_PERMITTED.
 */
AXE_API axe_result axe_engine_open(const char *socket, axe_engine **ret_engine);

/*
 * Only for a private supervisor, before its first job; ours. The folder of its jobs, or its place
 * in the cgroup tree. NULL: the default. AXE_E_INVALID_STATE.
 */
AXE_API axe_result axe_engine_set_state_directory(axe_engine *engine, const char *path);
AXE_API axe_result axe_engine_set_cgroup_root(axe_engine *engine, const char *path);

/*
 * A private engine terminates its job first and waits for its end; one of a daemon lets its job go
 * on. No handler is called after it. From inside a handler: AXE_E_INVALID_STATE, and nothing is
 * closed. NULL is fine.
 */
AXE_API axe_result axe_engine_close(axe_engine *engine);

/* What went wrong in the last call of this thread on this engine: one line; "" if nothing. It stays
 * until the thread's next call, or until 64 other threads have failed. */
AXE_API const char *axe_engine_error(const axe_engine *engine);

/* ---- Events (AXE: Engine::SetJobBegin ..., events in reference A3) --------------------------- */

typedef enum axe_event_kind {
	AXE_EVENT_JOB_PENDING = 1, /* another job has the slot */
	AXE_EVENT_JOB_BEGIN,
	AXE_EVENT_ASSESSMENT_BEGIN,
	AXE_EVENT_PROGRESS, /* the assessment reported: axe/support.h */
	AXE_EVENT_ASSESSMENT_CANCEL, /* ours: requested, acknowledged or ignored */
	AXE_EVENT_ASSESSMENT_END,
	AXE_EVENT_JOB_END, /* the last one of a job */
} axe_event_kind;

/*
 * Events of one job come one at a time, in order; whatever becomes of the supervisor, what began
 * has one end, and job.end comes last. An event is the engine's, and gone when the handler returns.
 * The handler may call whatever takes an engine, except axe_engine_close: also
 * axe_engine_terminate_job, which answers first, while the remaining events come after it returns.
 */
typedef void axe_handler(const axe_event *event, void *data);

/*
 * One handler per kind; NULL removes it. AXE_E_JOB_RUNNING while a job runs or waits, which it does
 * until the handler of job.end has returned; AXE_E_INVALID_ARGUMENT for no such kind.
 */
AXE_API axe_result axe_engine_set_handler(
	axe_engine *engine, axe_event_kind kind, axe_handler *handler, void *data);

AXE_API axe_event_kind axe_event_get_kind(const axe_event *event);
AXE_API uint64_t axe_event_sequence(const axe_event *event); /* as in the trace; 0: has none */
AXE_API uint64_t axe_event_job(const axe_event *event); /* the job's number; 0: has none yet */
AXE_API uint32_t axe_event_assessment(const axe_event *event); /* AXE_NO_ASSESSMENT: of the job */
AXE_API const char *axe_event_assessment_name(const axe_event *event); /* NULL: of the job */

/* The engine's view of an end; S_OK for other kinds. */
AXE_API axe_result axe_event_code(const axe_event *event);

/* Of an end (AXE: ErrorList); NULL for other kinds. The newest entry is that of axe_event_code. */
AXE_API const axe_errors *axe_event_errors(const axe_event *event);

/* Of assessment.end: the verdict ("passed", "failed", "oom", ...); of job.end: the outcome. */
AXE_API const char *axe_event_verdict(const axe_event *event);

/*
 * Of assessment.end, the raw end of the root process, unrelated to the code: true and the status,
 * or false and the signal; false and 0: it never ran.
 */
AXE_API bool axe_event_exit(const axe_event *event, int *ret_status, int *ret_signal);

/* Of AXE_EVENT_PROGRESS: its type ("percent"), its value (0: none) and its text ("": none). */
AXE_API const char *axe_event_progress_type(const axe_event *event);
AXE_API int64_t axe_event_progress_value(const axe_event *event);
AXE_API const char *axe_event_progress_message(const axe_event *event);

/* Of job.end (AXE: ExecutedAssessmentCount, FailedAssessmentCount, ResultPath). */
AXE_API uint32_t axe_event_executed_count(const axe_event *event);
AXE_API uint32_t axe_event_failed_count(const axe_event *event);
AXE_API const char *axe_event_result_path(const axe_event *event);

/* All of it, as it stands in the trace: one JSON object. */
AXE_API const char *axe_event_json(const axe_event *event);

/*
 * Who calls the handlers (AXE: Engine::SetEventThreadingModel).
 * AXE_THREADING_FREE: a thread of the library, the default. AXE_THREADING_DISPATCH: whoever calls
 * axe_engine_dispatch, for a loop of the caller's own; then a call that waits for the job's end
 * dispatches by itself. AXE_E_JOB_RUNNING; AXE_E_INVALID_ARGUMENT.
 */
typedef enum axe_threading { AXE_THREADING_FREE = 1, AXE_THREADING_DISPATCH = 2 } axe_threading;

AXE_API axe_result axe_engine_set_threading(axe_engine *engine, axe_threading threading);
AXE_API axe_threading axe_engine_get_threading(const axe_engine *engine);

/* Readable when axe_engine_dispatch has something to do. The engine's; -1: threading is free. */
AXE_API int axe_engine_dispatch_descriptor(const axe_engine *engine);

/*
 * Call the handlers of all events that have come, without waiting, unless another thread does just
 * that; a private supervisor that was killed is noticed here, too. From inside a handler, or with
 * free threading: AXE_E_INVALID_STATE.
 */
AXE_API axe_result axe_engine_dispatch(axe_engine *engine);

/* ---- Execution (AXE: Engine::ExecuteJob, JobExecutionInfo) ----------------------------------- */

typedef struct axe_execution {
	uint32_t size; /* sizeof(axe_execution): the caller's version of it */
	bool async; /* return once the job is accepted; the rest is told by events */
	/*
	 * How long to wait for a slot. 0: fail at once with AXE_E_JOB_WAIT_TIMEOUT when there is
	 * none; AXE_FOREVER. While the job waits, job.pending was raised.
	 */
	uint64_t wait_timeout_ms;
	/* For the whole of a termination; 0: the defaults (10 s, 60 s). Ours. */
	uint64_t kill_deadline_ms;
	uint64_t abandon_after_ms;
} axe_execution;

/*
 * Run a job. `execution` NULL: synchronous, fail at once. Synchronous: returns when job.end was
 * handled, with the job's code: S_OK, AXE_E_JOB_CANCELED, AXE_E_JOB_ASSESSMENTS_FAILED ...
 * Asynchronous: S_OK says only that the job was accepted. Refused at once, without events:
 * AXE_E_JOB_RUNNING: this engine executes a job already; AXE_E_JOB_WAIT_TIMEOUT: no slot;
 * AXE_E_LIMIT_REACHED: too many wait; AXE_E_ENGINE_NOT_RUNNING: no supervisor could be started or
 * reached; AXE_E_BAD_MANIFEST; AXE_E_JOB_PREPARATION; AXE_E_NOT_PERMITTED. From inside a handler
 * only asynchronously (AXE_E_INVALID_STATE), and only from that of job.end.
 *
 * A supervisor that is lost ends the job here: job.end with AXE_E_ENGINE_NOT_RUNNING, what runs
 * with AXE_E_ASSESSMENT_COULD_NOT_FINISH. A private one's was killed by then
 * (AXE_E_TERMINATE_FAILED for both: something survived); a daemon's may go on, and the error list
 * says so.
 */
AXE_API axe_result axe_engine_execute_job(
	axe_engine *engine, const axe_job *job, const axe_execution *execution);

/*
 * Wait for job.end to have been handled. AXE_E_JOB_WAIT_TIMEOUT; else the job's code. Without a job
 * the code of the last one; AXE_E_NO_JOB_RUNNING when there was none. From inside a handler:
 * AXE_E_INVALID_STATE. Ours.
 */
AXE_API axe_result axe_engine_wait(axe_engine *engine, uint64_t timeout_ms);

/*
 * AXE: Engine::CancelAssessment. Ask one running assessment to stop; asynchronous. One that does
 * not cooperate runs to its own end, unless `grace_ms` is not 0: then the supervisor kills it after
 * that, even if this process is gone. AXE_E_NO_JOB_RUNNING; AXE_E_INVALID_INDEX: not running.
 */
AXE_API axe_result axe_engine_cancel_assessment(
	axe_engine *engine, uint32_t index, uint64_t grace_ms);

/*
 * AXE: Engine::CancelJob. Ask all that run to stop, and start no other; asynchronous. When they
 * have ended, so does the job, with AXE_E_JOB_CANCELED. Withdraws a job that waits. S_OK:
 * signalled, also twice. AXE_E_NO_JOB_RUNNING; AXE_E_INTERNAL_ERROR: it could not be signalled, and
 * nothing changed.
 */
AXE_API axe_result axe_engine_cancel_job(axe_engine *engine, uint64_t grace_ms);

/*
 * AXE: Engine::TerminateJob. End the job now; synchronous: returns when the death of every process
 * has been observed. The end events are still raised. AXE_E_NO_JOB_RUNNING; AXE_E_TERMINATE_FAILED:
 * something survived the kill deadline: the job still counts as running, and the call may be
 * repeated. `ret_receipt` (may be NULL) is the kill receipt, a JSON object, on S_OK and on
 * AXE_E_TERMINATE_FAILED; free it by axe_text_free. axe_engine_wait waits for the end events.
 *
 * All three: AXE_E_NO_JOB_RUNNING before job.begin and once only results are still to be written;
 * AXE_E_ENGINE_NOT_RUNNING: the daemon is out of reach; AXE_E_NOT_PERMITTED.
 */
AXE_API axe_result axe_engine_terminate_job(axe_engine *engine, char **ret_receipt);

AXE_API void axe_text_free(char *text);

/* The number of the job that runs or ran last (0: none yet), and its folder (NULL: none yet), which
 * stays until the next job is executed. */
AXE_API uint64_t axe_engine_job_number(const axe_engine *engine);
AXE_API const char *axe_engine_job_directory(const axe_engine *engine);

/*
 * The results of the last job, as results.json has them, and its error list. AXE_E_NOT_FOUND: no
 * job has ended here yet. Free the text by axe_text_free, the list by axe_errors_free.
 */
AXE_API axe_result axe_engine_results(axe_engine *engine, char **ret_json);
AXE_API axe_result axe_engine_errors(axe_engine *engine, axe_errors **ret_errors);

#ifdef __cplusplus
}
#endif

#endif
