/* The methods that a client may call: name, parameters, handler. */
#include "control/methods.h"

#include <stdio.h>
#include <string.h>

#include "control/answer.h"
#include "control/session.h"
#include "control/varlink.h"

/* How a call that steers says which job it means. */
/* clang-format off */
#define WHICH_JOB { "job", JSON_INTEGER, false }, { "ticket", JSON_STRING, false }
#define WHICH_EVENTS { "job", JSON_INTEGER, false }, { "types", JSON_ARRAY, false }
/* clang-format on */

static const struct method methods[] = {
	{
		.name = VARLINK_SERVICE ".GetInfo",
		.handle = service_get_info,
	},
	{
		.name = VARLINK_SERVICE ".GetInterfaceDescription",
		.handle = service_get_description,
		.parameters = { { "interface", JSON_STRING, true } },
	},
	{
		.name = VARLINK_ENGINE ".ExecuteJob",
		.handle = engine_execute_job,
		.parameters = { { "manifest", JSON_OBJECT, true },
			{ "options", JSON_OBJECT, false } },
	},
	{
		.name = VARLINK_ENGINE ".PlanJob",
		.handle = engine_plan_job,
		.parameters = { { "manifest", JSON_OBJECT, true },
			{ "options", JSON_OBJECT, false } },
	},
	{
		.name = VARLINK_ENGINE ".CancelAssessment",
		.handle = engine_cancel_assessment,
		.parameters = { { "index", JSON_INTEGER, true },
			{ "grace_ns", JSON_INTEGER, false }, WHICH_JOB },
	},
	{
		.name = VARLINK_ENGINE ".CancelJob",
		.handle = engine_cancel_job,
		.parameters = { { "grace_ns", JSON_INTEGER, false }, WHICH_JOB },
	},
	{
		.name = VARLINK_ENGINE ".TerminateJob",
		.handle = engine_terminate_job,
		.parameters = { WHICH_JOB },
	},
	{
		.name = VARLINK_ENGINE ".GetStatus",
		.handle = engine_get_status,
		.parameters = { { "job", JSON_INTEGER, false } },
	},
	{
		.name = VARLINK_ENGINE ".ListJobs",
		.handle = engine_list_jobs,
	},
	{
		.name = VARLINK_ENGINE ".GetJob",
		.handle = engine_get_job,
		.parameters = { { "job", JSON_INTEGER, true } },
	},
	{
		.name = VARLINK_ENGINE ".Diagnose",
		.handle = engine_diagnose_host,
	},
	{
		.name = VARLINK_EVENTS ".Subscribe",
		.handle = events_subscribe,
		.parameters = { { "after", JSON_INTEGER, false }, WHICH_EVENTS },
		.streams = true,
	},
	{
		.name = VARLINK_EVENTS ".GetEvents",
		.handle = events_get_events,
		.parameters = { { "after", JSON_INTEGER, false }, { "limit", JSON_INTEGER, false },
			WHICH_EVENTS },
	},
	{
		.name = VARLINK_EVENTS ".GetLast",
		.handle = events_get_last,
	},
	{
		.name = VARLINK_EVENTS ".ListTypes",
		.handle = events_list_types,
	},
};

#define METHODS (sizeof(methods) / sizeof(*methods))

const struct method *method_table(size_t *ret_count)
{
	*ret_count = METHODS;
	return methods;
}

static const struct method *find_method(const char *name)
{
	for (size_t index = 0; index < METHODS; index++)
		if (strcmp(methods[index].name, name) == 0)
			return &methods[index];
	return NULL;
}

/* Names that no IDL has are not looked up. */
#define INTERFACE_NAME_MAX 255

static void refuse_method(struct session *session, const char *name)
{
	size_t length = varlink_interface_length(name);
	char interface[INTERFACE_NAME_MAX + 1] = "";
	const char *error_name = VARLINK_SERVICE ".MethodNotFound";

	if (length < sizeof(interface))
		snprintf(interface, sizeof(interface), "%.*s", (int)length, name);
	if (!varlink_description(interface))
		return session_fail(session, VARLINK_SERVICE ".InterfaceNotFound",
			json_pack("{s:s%}", "interface", name, length));
	if (varlink_declares(interface, name + length + 1))
		error_name = VARLINK_SERVICE ".MethodNotImplemented";
	session_fail(session, error_name, json_pack("{s:s}", "method", name));
}

static const struct method_parameter *find_parameter(const struct method *method, const char *name)
{
	const struct method_parameter *parameter = method->parameters;

	for (size_t index = 0; index < METHOD_PARAMETERS_MAX; index++, parameter++)
		if (parameter->name && strcmp(parameter->name, name) == 0)
			return parameter;
	return NULL;
}

/* The first given parameter that the method does not know or wants otherwise. */
static const char *find_wrong(const struct method *method, const json_t *parameters)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)parameters, name, value) {
		const struct method_parameter *parameter = find_parameter(method, name);

		if (!parameter)
			return name;
		/* Varlink: null stands for an absent value. */
		if (!json_is_null(value) && json_typeof(value) != parameter->type)
			return name;
	}
	return NULL;
}

static const char *find_missing(const struct method *method, const json_t *parameters)
{
	const struct method_parameter *parameter = method->parameters;

	for (size_t index = 0; index < METHOD_PARAMETERS_MAX; index++, parameter++) {
		const json_t *value;

		if (!parameter->required)
			continue;
		value = json_object_get(parameters, parameter->name);
		if (!value || json_is_null(value))
			return parameter->name;
	}
	return NULL;
}

void method_call(struct session *session, const char *name, const json_t *parameters)
{
	const struct method *method = find_method(name);
	const char *wrong;

	if (!method)
		return refuse_method(session, name);
	wrong = find_wrong(method, parameters);
	if (!wrong)
		wrong = find_missing(method, parameters);
	if (wrong)
		return session_refuse(session, wrong);
	if (method->streams && !session->more)
		return session_fail(session, VARLINK_SERVICE ".ExpectedMore", json_object());
	method->handle(session, parameters);
}
