/*
 * The result codes of axe. One row a code: AXE_RESULT(name, value, origin, text).
 *
 * origin PUBLISHED: the HRESULT value that the Assessment Execution Engine's reference gives.
 * origin OURS: the reference names the code but publishes no value (or does not know it); the
 * value is ours, from 0x80049000 on, which no published table uses.
 *
 * C, the wire, the command line, the documents and the tests all expand this one table.
 */
#ifndef AXE_RESULT_H
#define AXE_RESULT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
#define AXE_RESULT_TABLE(AXE_RESULT)                                                                       \
	AXE_RESULT(S_OK,                                 0x00000000, PUBLISHED, "success")                 \
	AXE_RESULT(AXE_E_ALREADY_INIT,                   0x80040200, PUBLISHED, "already initialised")     \
	AXE_RESULT(AXE_E_INTERNAL_ERROR,                 0x80040202, PUBLISHED, "internal error")          \
	AXE_RESULT(AXE_E_BAD_MANIFEST,                   0x80041000, PUBLISHED, "the manifest is malformed or incomplete") \
	AXE_RESULT(AXE_E_JOB_RUNNING,                    0x80041005, PUBLISHED, "not possible while a job is running") \
	AXE_RESULT(AXE_E_JOB_NOT_RUNNING,                0x80041006, PUBLISHED, "only possible while a job is running") \
	AXE_RESULT(AXE_E_ASSESSMENT_COULD_NOT_START,     0x80041009, PUBLISHED, "the assessment could not be started") \
	AXE_RESULT(AXE_E_ASSESSMENT_COULD_NOT_FINISH,    0x8004100A, PUBLISHED, "the assessment's end could not be established") \
	AXE_RESULT(AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR,0x8004100B, PUBLISHED, "the assessment ended with an exit code that means failure") \
	AXE_RESULT(AXE_E_ASSESSMENT_RESULTS_INVALID,     0x8004100C, PUBLISHED, "the assessment's result files are unusable") \
	AXE_RESULT(AXE_E_ASSESSMENT_CANCELED,            0x8004100D, PUBLISHED, "the assessment was canceled") \
	AXE_RESULT(AXE_E_ASSESSMENT_TERMINATED,          0x8004100F, PUBLISHED, "the assessment was terminated") \
	AXE_RESULT(AXE_E_ASSESSMENT_CRASHED,             0x80041010, PUBLISHED, "the assessment crashed") \
	AXE_RESULT(AXE_E_JOB_CANCELED,                   0x80041013, PUBLISHED, "the job was canceled or terminated") \
	AXE_RESULT(AXE_E_JOB_ASSESSMENTS_FAILED,         0x80041014, PUBLISHED, "the job finished with failed assessments") \
	AXE_RESULT(AXE_E_JOB_PREPARATION,                0x80041017, PUBLISHED, "the job could not be prepared") \
	AXE_RESULT(AXE_E_JOB_RESULTS_FAILED,             0x80041018, PUBLISHED, "the job's results could not be written") \
	AXE_RESULT(AXE_E_ASSESSMENT_PREPARATION,         0x80041019, PUBLISHED, "the assessment could not be prepared") \
	AXE_RESULT(AXE_E_POSTEXECUTION,                  0x8004101A, PUBLISHED, "the job's post action failed") \
	AXE_RESULT(AXE_E_JOB_WAIT_TIMEOUT,               0x8004101B, PUBLISHED, "another job did not end in time") \
	AXE_RESULT(AXE_E_NO_JOB_RUNNING,                 0x80049000, OURS,      "no job is running")       \
	AXE_RESULT(AXE_E_TERMINATE_FAILED,               0x80049001, OURS,      "the job could not be terminated: something survived") \
	AXE_RESULT(AXE_E_INVALID_INDEX,                  0x80049002, OURS,      "no running assessment has that index") \
	AXE_RESULT(AXE_E_INIT_FAILED,                    0x80049003, OURS,      "initialisation failed")   \
	AXE_RESULT(AXE_E_PARAM_READ_ONLY,                0x80049004, OURS,      "the parameter is read-only") \
	AXE_RESULT(AXE_E_PARAM_CONVERSION_FAILED,        0x80049005, OURS,      "the parameter has another type") \
	AXE_RESULT(AXE_E_PARAMETER_NOT_FOUND,            0x80049006, OURS,      "no such parameter")       \
	AXE_RESULT(AXE_E_ENGINE_NOT_RUNNING,             0x80049007, OURS,      "the supervisor cannot be reached") \
	AXE_RESULT(AXE_E_INVALID_STATE,                  0x80049008, OURS,      "not possible in this state") \
	AXE_RESULT(AXE_E_INVALID_ARGUMENT,               0x80049009, OURS,      "an argument is malformed or out of range") \
	AXE_RESULT(AXE_E_LIMIT_REACHED,                  0x8004900A, OURS,      "a limit of the supervisor is reached") \
	AXE_RESULT(AXE_E_NOT_PERMITTED,                  0x8004900B, OURS,      "not permitted")           \
	AXE_RESULT(AXE_E_NOT_FOUND,                      0x8004900C, OURS,      "no such job or assessment") \
	AXE_RESULT(AXE_E_TIMEOUT,                        0x8004900D, OURS,      "no answer in time")       \
	AXE_RESULT(AXE_E_MESSAGE_TOO_LONG,               0x8004900E, OURS,      "the message has more than 320 characters") \
	AXE_RESULT(AXE_E_NOT_RERUNNABLE,                 0x8004900F, OURS,      "a task of the job must not run again")
/* clang-format on */

enum axe_result_origin { AXE_ORIGIN_PUBLISHED, AXE_ORIGIN_OURS };

/* The codes; fixed width, because they cross the wire and the disk as numbers. */
typedef uint32_t axe_result;

#define AXE_RESULT_CONSTANT_(name, value, origin, text) static const axe_result name = value;
AXE_RESULT_TABLE(AXE_RESULT_CONSTANT_)
#undef AXE_RESULT_CONSTANT_

#ifdef __cplusplus
}
#endif

#endif
