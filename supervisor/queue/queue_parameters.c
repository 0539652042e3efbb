/* Parameters and SetClusterParameter: one table, values that outlive the daemon. */
#include <string.h>

#include "base/json.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"

void queue_tell_parameters(struct queue *queue, const struct queue_caller *caller)
{
	json_t *list = json_array();

	for (unsigned at = 0; at < PARAMETER_COUNT; at++) {
		const struct cluster_parameter_row *row =
			cluster_parameter_row((enum cluster_parameter)at);

		json_array_append_new(
			list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "name", row->name,
				      "value", (json_int_t)queue->parameters[at], "default",
				      (json_int_t)row->value, "minimum", (json_int_t)row->minimum,
				      "maximum", (json_int_t)row->maximum, "unit", row->unit));
	}
	caller_answer(caller, json_pack("{s:o}", "parameters", list));
}

static enum cluster_parameter find(const struct queue_caller *caller, const char *name)
{
	enum cluster_parameter parameter = cluster_parameter_find(name);
	const char *nearest = cluster_parameter_nearest(name);

	if (parameter != PARAMETER_COUNT)
		return parameter;
	caller_fail(caller, AXE_E_PARAMETER_NOT_FOUND, "UnknownParameter",
		json_pack(
			"{s:o, s:s*}", "name", json_text(name, strlen(name)), "nearest", nearest));
	return parameter;
}

static bool check(
	const struct queue_caller *caller, enum cluster_parameter parameter, int64_t value)
{
	const struct cluster_parameter_row *row = cluster_parameter_row(parameter);

	if (value >= row->minimum && value <= row->maximum)
		return true;
	caller_fail(caller, AXE_E_INVALID_ARGUMENT, "OutOfRange",
		json_pack("{s:s, s:I, s:I}", "name", row->name, "minimum", (json_int_t)row->minimum,
			"maximum", (json_int_t)row->maximum));
	return false;
}

static void set(struct queue *queue, const struct queue_caller *caller,
	enum cluster_parameter parameter, int64_t value)
{
	struct store_parameter row = { cluster_parameter_row(parameter)->name, value };
	struct batch batch;

	if (!batch_init(&batch, queue, caller, NULL))
		return;
	batch_add(&batch, &(struct store_change){ .kind = STORE_PARAMETER, .parameter = row });
	if (batch_store(&batch) == 0)
		queue->parameters[parameter] = value;
	batch_finish(&batch);
	/* More slots, perhaps; or what was kept is too old now. */
	if (queue->host.look)
		queue->host.look(queue->host.data);
}

void queue_set_parameter(
	struct queue *queue, const struct queue_caller *caller, const char *name, int64_t value)
{
	enum cluster_parameter parameter;

	if (!caller->actor.admin)
		return caller_fail(caller, AXE_E_NOT_PERMITTED, "NotAuthorised",
			json_pack("{s:s}", "text",
				"parameters are set by root and the group axe-admin"));
	parameter = find(caller, name);
	if (parameter != PARAMETER_COUNT && check(caller, parameter, value))
		set(queue, caller, parameter, value);
}
