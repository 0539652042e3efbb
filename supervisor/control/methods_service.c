/* org.varlink.service: who this is, and which interfaces it has. */
#include "control/methods.h"

#include "control/answer.h"
#include "control/session.h"
#include "control/varlink.h"

void service_get_info(struct session *session, const json_t *parameters)
{
	json_t *interfaces = json_array();
	size_t count;
	const char *const *names = varlink_interfaces(&count);

	for (size_t index = 0; index < count; index++)
		json_array_append_new(interfaces, json_string(names[index]));
	session_reply(
		session, json_pack("{s:s, s:s, s:s, s:s, s:o}", "vendor", "axe", "product", "axed",
				 "version", AXE_VERSION, "url", "", "interfaces", interfaces));
}

void service_get_description(struct session *session, const json_t *parameters)
{
	const char *interface = json_string_value(json_object_get(parameters, "interface"));
	const char *text = varlink_description(interface);

	if (!text)
		return session_fail(session, VARLINK_SERVICE ".InterfaceNotFound",
			json_pack("{s:s}", "interface", interface));
	session_reply(session, json_pack("{s:s}", "description", text));
}
