/* How a verb talks to the queue of a daemon. */
#include "axe/queue_call.h"

#include <errno.h>
#include <stdio.h>

#include "axe/client.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/job_name.h"
#include "libaxe/cluster_reply.h"
#include "libaxe/connection.h"

static const char *choose_socket(const char *socket)
{
	const struct client_options options = { .socket = socket };
	const char *asked = client_socket(&options);

	return asked ? asked : QUEUE_SOCKET_DEFAULT;
}

int queue_open(const char *verb, const char *socket, struct connection **ret_connection)
{
	struct error error = { 0 };
	int code = connection_open(choose_socket(socket), ret_connection, &error);

	if (code == 0)
		return 0;
	fprintf(stderr, "axe %s: %s; is axed running there? --socket names another one\n", verb,
		error.text);
	return code == -ENOENT ? EXIT_CODE_UNREACHABLE : client_exit_code(code);
}

int queue_ask(struct connection *connection, const char *method, json_t *parameters,
	json_t **ret_answer, struct error *error)
{
	auto_reply reply = { 0 };
	char name[128];
	int code;

	snprintf(name, sizeof(name), "io.axe.Cluster.%s", method);
	code = connection_send_to(connection, name, parameters, CONNECTION_ONE, error);
	if (code == 0)
		code = connection_wait(connection, CONNECTION_FOREVER, &reply, error);
	if (code == 0)
		code = cluster_reply_check(&reply, error);
	if (code == 0 && ret_answer)
		*ret_answer = json_incref(reply.parameters);
	return code;
}

int queue_call(const char *verb, struct connection *connection, const char *method,
	json_t *parameters, json_t **ret_answer)
{
	struct error error = { 0 };
	int code = queue_ask(connection, method, parameters, ret_answer, &error);

	if (code == 0)
		return 0;
	fprintf(stderr, "axe %s: %s\n", verb, error.text);
	return client_exit_code(code);
}

int queue_look_up(const char *socket, uint64_t job, json_t **ret_answer,
	struct connection **ret_connection, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	int code = connection_open(choose_socket(socket), &connection, error);

	if (code == 0)
		code = queue_ask(connection, "GetJob", json_pack("{s:I}", "job", (json_int_t)job),
			ret_answer, error);
	if (code == 0 && ret_connection)
		*ret_connection = take_pointer(connection);
	return code;
}

static void copy_members(json_t *to, const json_t *from, const char *const names[])
{
	for (; *names; names++)
		if (json_object_get(from, *names))
			json_object_set(to, *names, json_object_get(from, *names));
}

/* Of an end its reason and its words, not the whole result; of a task's cancel all there is. */
static void add_askers(json_t *askers, const json_t *events)
{
	static const char *const told[] = { "type", "time", "attempt", "assessment", NULL };
	static const char *const said[] = { "reason", "message", NULL };
	json_t *event;
	size_t at;

	json_array_foreach (events, at, event) {
		json_t *actor = json_object_get(event, "actor");
		json_t *asker = json_is_object(actor) ? json_copy(actor) : NULL;

		if (!asker)
			continue;
		copy_members(asker, event, told);
		if (json_object_get(event, "assessment"))
			json_object_update(asker, json_object_get(event, "data"));
		else
			copy_members(asker, json_object_get(event, "data"), said);
		json_array_append_new(askers, asker);
	}
}

json_t *queue_askers(struct connection *connection, uint64_t job)
{
	auto_json askers = json_array();
	json_int_t after = 0;
	bool more = true;

	while (more) {
		auto_reply reply = { 0 };
		json_t *asked = json_pack("{s:I, s:I, s:[s, s, s, s]}", "job", (json_int_t)job,
			"after", after, "types", "job.cancel", "job.terminate", "job.end",
			"task.cancel");

		if (connection_send_to(connection, "io.axe.Events.GetEvents", asked, CONNECTION_ONE,
			    NULL) < 0 ||
			connection_wait(connection, CONNECTION_FOREVER, &reply, NULL) < 0 ||
			reply.error[0])
			return NULL;
		add_askers(askers, json_object_get(reply.parameters, "events"));
		after = json_integer_value(json_object_get(reply.parameters, "last"));
		more = json_is_true(json_object_get(reply.parameters, "more"));
	}
	return take_pointer(askers);
}

/* Before anything is done, so that a slip in the last word does not come after half of it. */
static int check_names(const char *verb, const struct operands *operands)
{
	struct error error = { 0 };
	struct job_name name;

	if (operands->count == 0)
		return verb_refuse(verb, "which job?");
	for (int at = 0; at < operands->count; at++)
		if (job_name_parse(operands->words[at], &name, &error) < 0)
			return verb_refuse(verb, "%s", error.text);
	return 0;
}

int queue_each(const char *verb, const struct operands *operands, const char *socket,
	queue_step *step, void *data)
{
	auto_of(connection) struct connection *connection = NULL;
	int code = check_names(verb, operands);

	if (code == 0)
		code = queue_open(verb, socket, &connection);
	for (int at = 0; code == 0 && at < operands->count; at++) {
		struct job_name name;

		job_name_parse(operands->words[at], &name, NULL);
		code = step(connection, &name, data);
		if (code && at)
			fprintf(stderr, "axe %s: %d of %d were done before that\n", verb, at,
				operands->count);
	}
	return code;
}
