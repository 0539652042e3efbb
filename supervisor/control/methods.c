/* A call finds its method, and its parameters are held against what that takes. */
#include "control/methods.h"

#include <stdio.h>
#include <string.h>

#include "control/answer.h"
#include "control/session.h"
#include "control/varlink.h"

static const struct method *find_method(const char *name)
{
	size_t count;
	const struct method *methods = method_table(&count);

	for (size_t index = 0; index < count; index++)
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

static bool has_type(const json_t *value, json_type type)
{
	if (type == JSON_TRUE)
		return json_is_boolean(value);
	return json_typeof(value) == type;
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
		if (!json_is_null(value) && !has_type(value, parameter->type))
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
