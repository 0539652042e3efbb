/*
 * Inside an assessment: learn that it shall stop, and report how it goes.
 *
 * It follows the Support interface of the Assessment Execution Engine (GetCancelEvent, IsCanceled,
 * ReportProgress, IsEngineRunning, GetParameterSet). The supervisor is found by the environment
 * variable AXE_SUPPORT, the path of a socket of this assessment; no descriptor is inherited.
 * Without axe around every call answers harmlessly: nothing is canceled, reports are dropped, and
 * axe_support_is_running says so.
 *
 * A handle may be used from any thread, one call at a time. After fork() only the parent may go on
 * using its handle; the child opens its own.
 */
#ifndef AXE_SUPPORT_H
#define AXE_SUPPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "axe/result.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef AXE_API
#define AXE_API __attribute__((visibility("default")))
#endif

typedef struct axe_support axe_support;

/*
 * S_OK with axe around and without. AXE_E_INTERNAL_ERROR: out of memory or descriptors. Free it by
 * axe_support_close.
 */
AXE_API axe_result axe_support_open(axe_support **ret_support);

/* NULL is fine. */
AXE_API void axe_support_close(axe_support *support);

/* Whether a supervisor answers (AXE: Support::IsEngineRunning). */
AXE_API bool axe_support_is_running(const axe_support *support);

/*
 * A descriptor for poll(2), readable from the moment that this assessment shall stop (AXE:
 * Support::GetCancelEvent). Do not read from it; ask axe_support_is_canceled, since it is readable
 * as well when the supervisor has gone. It is the handle's. Without axe it never becomes readable.
 */
AXE_API int axe_support_cancel_descriptor(axe_support *support);

/* Whether this assessment was asked to stop (AXE: Support::IsCanceled). */
AXE_API bool axe_support_is_canceled(axe_support *support);

/*
 * Wait until it was, at most `timeout_ms` (UINT64_MAX: without a bound; without axe it waits just
 * as long). AXE_E_ASSESSMENT_CANCELED: it was; S_OK: time ran out; AXE_E_ENGINE_NOT_RUNNING: the
 * supervisor has gone.
 */
AXE_API axe_result axe_support_wait_cancel(axe_support *support, uint64_t timeout_ms);

/* AXE: AxeProgressType. AXE_PROGRESS(constant, wire name, has a value, has a message) */
/* clang-format off */
#define AXE_PROGRESS_TABLE(AXE_PROGRESS)                                                                   \
	AXE_PROGRESS(AXE_PROGRESS_PERCENT,           "percent",           VALUE,    OPTIONAL) /* 0 to 100 */  \
	AXE_PROGRESS(AXE_PROGRESS_MESSAGE,           "message",           NO_VALUE, REQUIRED)              \
	AXE_PROGRESS(AXE_PROGRESS_HEARTBEAT,         "heartbeat",         NO_VALUE, OPTIONAL)              \
	AXE_PROGRESS(AXE_PROGRESS_INCREMENT,         "increment",         NO_VALUE, OPTIONAL) /* + 1 % */  \
	AXE_PROGRESS(AXE_PROGRESS_CANCELLING,        "cancelling",        NO_VALUE, OPTIONAL) /* acknowledges */ \
	AXE_PROGRESS(AXE_PROGRESS_REMAINING_TIME,    "remaining_time",    VALUE,    OPTIONAL) /* seconds */ \
	AXE_PROGRESS(AXE_PROGRESS_WAITING_FOR_INPUT, "waiting_for_input", NO_VALUE, REQUIRED) /* why */    \
	AXE_PROGRESS(AXE_PROGRESS_WARNING,           "warning",           NO_VALUE, REQUIRED)              \
	AXE_PROGRESS(AXE_PROGRESS_ERROR,             "error",             NO_VALUE, REQUIRED)              \
	AXE_PROGRESS(AXE_PROGRESS_TEST_CASE,         "test_case",         VALUE,    REQUIRED) /* not 0: passed; its name */
/* clang-format on */

#define AXE_PROGRESS_CONSTANT_(constant, name, value, message) constant,
typedef enum axe_progress { AXE_PROGRESS_TABLE(AXE_PROGRESS_CONSTANT_) } axe_progress;
#undef AXE_PROGRESS_CONSTANT_

/* Bytes of a message. */
#define AXE_PROGRESS_MESSAGE_MAX 1024

/*
 * Report (AXE: Support::ReportProgress). `message` may be NULL where the table does not require it.
 * `ret_canceled` (may be NULL) tells whether this assessment shall stop. AXE_E_INVALID_ARGUMENT:
 * the table does not allow the combination, or the message is too long or not UTF-8. Without axe,
 * or when it has gone: S_OK, and nothing is reported. A program that reports faster than its share
 * (a burst of 1000, then 100 a second) is not slowed: AXE_E_LIMIT_REACHED, and the reports that
 * were dropped are counted in its results.
 */
AXE_API axe_result axe_support_report(axe_support *support, axe_progress type, int64_t value,
	const char *message, bool *ret_canceled);

/*
 * A parameter of the job, or a folder of this assessment's environment: its temporary folder
 * (removed after it, unless `keep_temp: true`), its results folder (kept), its job's folder. NULL
 * without axe, or when there is no such parameter. The handle's. (AXE: Support::GetParameterSet)
 */
AXE_API const char *axe_support_parameter(const axe_support *support, const char *name);
AXE_API const char *axe_support_temp_directory(const axe_support *support);
AXE_API const char *axe_support_results_directory(const axe_support *support);

/* Which one this is; false without axe. */
AXE_API bool axe_support_identity(const axe_support *support, uint64_t *ret_job,
	uint32_t *ret_attempt, uint32_t *ret_assessment, uint32_t *ret_try);

#ifdef __cplusplus
}
#endif

#endif
