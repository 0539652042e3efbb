/* The errors of a supervisor as codes of the API. */
#include <string.h>

#include "libaxe/api_parts.h"
#include "model/result.h"

/* JobFailed brings its own. What is not here is nothing that a caller could expect. */
static const struct {
	const char *error, *code;
} rows[] = {
	{ "NoJobRunning", "AXE_E_NO_JOB_RUNNING" },
	{ "NotFound", "AXE_E_NO_JOB_RUNNING" },
	{ "JobRunning", "AXE_E_JOB_RUNNING" },
	{ "JobWaitTimeout", "AXE_E_JOB_WAIT_TIMEOUT" },
	{ "InvalidIndex", "AXE_E_INVALID_INDEX" },
	{ "TerminateFailed", "AXE_E_TERMINATE_FAILED" },
	{ "BadManifest", "AXE_E_BAD_MANIFEST" },
	{ "LimitReached", "AXE_E_LIMIT_REACHED" },
	{ "PermissionDenied", "AXE_E_NOT_PERMITTED" },
	{ "InvalidParameter", "AXE_E_INVALID_ARGUMENT" },
};

static axe_result own_code(const struct reply *reply)
{
	json_int_t code = json_integer_value(json_object_get(reply->parameters, "code"));

	return code > 0 ? (axe_result)code : AXE_E_INTERNAL_ERROR;
}

axe_result reply_code(const struct reply *reply)
{
	if (!reply->error[0])
		return S_OK;
	if (strcmp(reply->error, "JobFailed") == 0)
		return own_code(reply);
	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++)
		if (strcmp(rows[at].error, reply->error) == 0)
			return result_find_name(rows[at].code)->value;
	return AXE_E_INTERNAL_ERROR;
}
