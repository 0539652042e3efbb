/* The words of Varlink: calls taken apart, replies put together, interfaces described. */
#include "control/varlink.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

/* The .varlink file itself is the one source: the assembler finds it in the include path. */
#define EMBED_TEXT(symbol, file)                                                                   \
	__asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" file "\"\n.byte 0\n.popsection"); \
	extern const char symbol[]

EMBED_TEXT(varlink_engine_text, "control/io.axe.Engine.varlink");
EMBED_TEXT(varlink_cluster_text, "control/io.axe.Cluster.varlink");
EMBED_TEXT(varlink_events_text, "control/io.axe.Events.varlink");
EMBED_TEXT(varlink_service_text, "control/org.varlink.service.varlink");
EMBED_TEXT(varlink_support_text, "control/io.axe.Support.varlink");

/* The last one is described to whoever asks, but served elsewhere. */
static const char *const interface_names[] = { VARLINK_CLUSTER, VARLINK_ENGINE, VARLINK_EVENTS,
	VARLINK_SERVICE, VARLINK_SUPPORT };
static const char *const interface_texts[] = { varlink_cluster_text, varlink_engine_text,
	varlink_events_text, varlink_service_text, varlink_support_text };

#define INTERFACES (sizeof(interface_names) / sizeof(*interface_names))

const char *varlink_description(const char *interface)
{
	for (size_t index = 0; index < INTERFACES; index++)
		if (strcmp(interface_names[index], interface) == 0)
			return interface_texts[index];
	return NULL;
}

const char *const *varlink_interfaces(size_t *ret_count)
{
	*ret_count = INTERFACES - 1;
	return interface_names;
}

bool varlink_declares(const char *interface, const char *method)
{
	static const char keyword[] = "\nmethod ";
	const char *at = varlink_description(interface);
	size_t length = strlen(method);

	while (at && (at = strstr(at, keyword))) {
		at += strlen(keyword);
		if (strncmp(at, method, length) == 0 && at[length] == '(')
			return true;
	}
	return false;
}

size_t varlink_interface_length(const char *method)
{
	const char *dot = strrchr(method, '.');

	return dot ? (size_t)(dot - method) : 0;
}

/* An absent flag is false. */
static int parse_flag(const json_t *message, const char *name, bool *ret_flag, struct error *error)
{
	const json_t *value = json_object_get(message, name);

	if (value && !json_is_boolean(value) && !json_is_null(value))
		return fail_plain(error, EBADMSG, "`%s` of a call must be true or false", name);
	*ret_flag = json_is_true(value);
	return 0;
}

int varlink_parse(const json_t *message, struct varlink_call *ret_call, struct error *error)
{
	struct varlink_call call = {
		.method = json_string_value(json_object_get(message, "method")),
		.parameters = json_object_get(message, "parameters"),
	};

	if (!call.method)
		return fail_plain(error, EBADMSG, "a call must name its `method`");
	if (json_is_null(call.parameters))
		call.parameters = NULL;
	if (call.parameters && !json_is_object(call.parameters))
		return fail_plain(error, EBADMSG, "`parameters` of a call must be an object");
	if (parse_flag(message, "more", &call.more, error) < 0 ||
		parse_flag(message, "oneway", &call.oneway, error) < 0 ||
		parse_flag(message, "upgrade", &call.upgrade, error) < 0)
		return -EBADMSG;
	if (call.more && call.oneway)
		return fail_plain(error, EBADMSG, "a call cannot be both `more` and `oneway`");
	*ret_call = call;
	return 0;
}

/* As deep as frame_next lets it. */
static bool has_nul(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t at;

	if (json_is_string(value))
		return memchr(json_string_value(value), 0, json_string_length(value));
	json_array_foreach ((json_t *)value, at, member)
		if (has_nul(member))
			return true;
	json_object_foreach ((json_t *)value, key, member)
		if (has_nul(member))
			return true;
	return false;
}

bool varlink_tells_of_nul(const json_t *message)
{
	const json_t *parameters = json_object_get(message, "parameters");
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)message, key, value)
		if (value != parameters && has_nul(value))
			return false;
	json_object_foreach ((json_t *)parameters, key, value)
		if (strcmp(key, "message") != 0 && has_nul(value))
			return false;
	return json_is_string(json_object_get(parameters, "message"));
}

json_t *varlink_reply(json_t *parameters, bool continues)
{
	if (continues)
		return json_pack("{s:o, s:b}", "parameters", parameters, "continues", 1);
	return json_pack("{s:o}", "parameters", parameters);
}

json_t *varlink_error(const char *name, json_t *parameters)
{
	return json_pack("{s:s, s:o}", "error", name, "parameters", parameters);
}
