/* What the calls of a cluster send and hear: messages, numbers, states. */
#include <string.h>

#include "libaxe/api_cluster.h"
#include "model/message.h"
#include "model/state.h"

_Static_assert((int)AXE_STATE_QUEUED == (int)STATE_QUEUED &&
		       (int)AXE_STATE_CANCELED == (int)STATE_CANCELED &&
		       AXE_STATES == (int)STATE_COUNT,
	"the states of the API are those of the model");
_Static_assert(AXE_MESSAGE_MAX == MESSAGE_CHARACTERS_MAX, "and so is the bound of a message");

/* Checked here, too, since JSON can carry neither a NUL nor what is not UTF-8. */
axe_result cluster_message(
	axe_cluster *cluster, const char *text, size_t length, json_t **ret_message)
{
	size_t size, characters = 0;
	enum message_fault fault;

	if (!text && length && length != AXE_TEXT)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT, "a message without its text");
	if (!text) {
		*ret_message = NULL;
		return S_OK;
	}
	size = length == AXE_TEXT ? strlen(text) : length;
	fault = message_check(text, size, &characters);
	if (fault == MESSAGE_TOO_LONG)
		return cluster_fail(cluster, AXE_E_MESSAGE_TOO_LONG,
			"the message has %zu characters; at most %d are kept", characters,
			MESSAGE_CHARACTERS_MAX);
	if (fault != MESSAGE_FINE)
		return cluster_fail(cluster, AXE_E_INVALID_ARGUMENT, "the message %s",
			message_fault_text(fault));
	*ret_message = json_stringn(text, size);
	return *ret_message ? S_OK : cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "out of memory");
}

json_t *cluster_numbers(const uint64_t *numbers, size_t count)
{
	json_t *array = json_array();

	for (size_t at = 0; array && at < count; at++)
		json_array_append_new(array, json_integer((json_int_t)numbers[at]));
	return array;
}

json_t *cluster_states(uint32_t states)
{
	json_t *array;

	if (states == AXE_ALL_STATES)
		return json_null();
	if (states >> AXE_STATES)
		return NULL;
	array = json_array();
	for (int state = 0; array && state < AXE_STATES; state++)
		if (states & AXE_STATE_SET(state))
			json_array_append_new(array, json_string(state_name((enum state)state)));
	return array;
}

axe_state cluster_state(const json_t *object)
{
	const char *name = cluster_text(object, "state");
	enum state state = STATE_NOT_SUBMITTED;

	if (name)
		state_from_name(name, &state);
	return (axe_state)state;
}

const char *axe_state_name(axe_state state)
{
	return (unsigned)state < AXE_STATES ? state_name((enum state)state) : NULL;
}

char *cluster_dump(const json_t *json)
{
	return json_dumps(json, JSON_COMPACT | JSON_DECIMALS);
}
