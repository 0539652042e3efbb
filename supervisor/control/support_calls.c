/* What an assessment may call at its support socket: io.axe.Support. */
#include <errno.h>
#include <string.h>

#include "control/support_parts.h"
#include "control/varlink.h"
#include "model/report.h"

#define SUPPORT "io.axe.Support"

/* The .varlink file itself is the one source: the assembler finds it in the include path. */
#define EMBED_TEXT(symbol, file)                                                                   \
	__asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" file "\"\n.byte 0\n.popsection"); \
	extern const char symbol[]

EMBED_TEXT(support_text, "control/io.axe.Support.varlink");

static void refuse_parameter(struct visit *visit, const char *name)
{
	visit_fail(
		visit, VARLINK_SERVICE ".InvalidParameter", json_pack("{s:s}", "parameter", name));
}

static void get_state(struct visit *visit, const json_t *parameters)
{
	visit_reply(visit, cooperation_state(visit->place->cooperation));
}

static void await_cancel(struct visit *visit, const json_t *parameters)
{
	if (cooperation_is_canceled(visit->place->cooperation))
		visit_reply(visit, json_object());
	else
		visit->awaiting = true;
}

static void refuse_report(struct visit *visit, const char *type, const char *expected)
{
	visit_fail(visit, SUPPORT ".BadProgress",
		json_pack("{s:s, s:s}", "type", type, "expected", expected));
}

static void take_report(struct visit *visit, const struct report *report)
{
	struct cooperation *cooperation = visit->place->cooperation;
	const char *expected;
	int code = cooperation_report(cooperation, report, &expected);

	if (code == -EINVAL)
		return refuse_report(visit, report_type_name(report->type), expected);
	if (code == -EBUSY)
		return visit_fail(visit, SUPPORT ".LimitReached",
			json_pack(
				"{s:I}", "dropped", (json_int_t)cooperation_dropped(cooperation)));
	visit_reply(visit, json_pack("{s:b}", "canceled", cooperation_is_canceled(cooperation)));
}

/* Varlink: null stands for an absent value. */
static const json_t *given(const json_t *parameters, const char *name)
{
	const json_t *value = json_object_get(parameters, name);

	return json_is_null(value) ? NULL : value;
}

static void report_progress(struct visit *visit, const json_t *parameters)
{
	const char *type = json_string_value(given(parameters, "type"));
	const json_t *value = given(parameters, "value");
	const json_t *message = given(parameters, "message");
	struct report report = {
		.has_value = value,
		.value = json_integer_value(value),
		.message = json_string_value(message),
	};

	if (!type)
		return refuse_parameter(visit, "type");
	if (value && !json_is_integer(value))
		return refuse_parameter(visit, "value");
	if (message && !json_is_string(message))
		return refuse_parameter(visit, "message");
	if (!report_type_from_name(type, &report.type))
		return refuse_report(visit, type, "a known type");
	take_report(visit, &report);
}

static void get_info(struct visit *visit, const json_t *parameters)
{
	visit_reply(visit,
		json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "axe", "product", "axed",
			"version", AXE_VERSION, "url", "", "interfaces", SUPPORT, VARLINK_SERVICE));
}

static void get_description(struct visit *visit, const json_t *parameters)
{
	const char *interface = json_string_value(given(parameters, "interface"));
	const char *text = NULL;

	if (!interface)
		return refuse_parameter(visit, "interface");
	if (strcmp(interface, SUPPORT) == 0)
		text = support_text;
	else if (strcmp(interface, VARLINK_SERVICE) == 0)
		text = varlink_description(interface);
	if (!text)
		return visit_fail(visit, VARLINK_SERVICE ".InterfaceNotFound",
			json_pack("{s:s}", "interface", interface));
	visit_reply(visit, json_pack("{s:s}", "description", text));
}

#define PARAMETERS_MAX 3

static const struct support_call {
	const char *name;
	void (*handle)(struct visit *visit, const json_t *parameters);
	const char *parameters[PARAMETERS_MAX];
} calls[] = {
	{ SUPPORT ".GetState", get_state, { NULL } },
	{ SUPPORT ".AwaitCancel", await_cancel, { NULL } },
	{ SUPPORT ".ReportProgress", report_progress, { "type", "value", "message" } },
	{ VARLINK_SERVICE ".GetInfo", get_info, { NULL } },
	{ VARLINK_SERVICE ".GetInterfaceDescription", get_description, { "interface" } },
};

#define CALLS (sizeof(calls) / sizeof(*calls))

static bool knows(const struct support_call *call, const char *name)
{
	for (size_t at = 0; at < PARAMETERS_MAX && call->parameters[at]; at++)
		if (strcmp(call->parameters[at], name) == 0)
			return true;
	return false;
}

static void handle(struct visit *visit, const struct support_call *call, const json_t *parameters)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)parameters, name, value)
		if (!knows(call, name))
			return refuse_parameter(visit, name);
	call->handle(visit, parameters);
}

static void refuse_method(struct visit *visit, const char *method)
{
	size_t length = varlink_interface_length(method);
	bool known = (length == strlen(SUPPORT) && strncmp(method, SUPPORT, length) == 0) ||
		     (length == strlen(VARLINK_SERVICE) &&
			     strncmp(method, VARLINK_SERVICE, length) == 0);

	if (known)
		visit_fail(visit, VARLINK_SERVICE ".MethodNotFound",
			json_pack("{s:s}", "method", method));
	else
		visit_fail(visit, VARLINK_SERVICE ".InterfaceNotFound",
			json_pack("{s:s%}", "interface", method, length));
}

bool visit_answer(struct visit *visit, const json_t *message)
{
	struct varlink_call call;

	if (varlink_parse(message, &call, NULL) < 0)
		return false;
	visit->oneway = call.oneway;
	for (size_t at = 0; at < CALLS; at++) {
		if (strcmp(calls[at].name, call.method) == 0) {
			handle(visit, &calls[at], call.parameters);
			return true;
		}
	}
	refuse_method(visit, call.method);
	return true;
}
