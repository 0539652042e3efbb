/* A call on its way to its answer: refused at once, or answered when what it did is durable. */
#include "queue/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "queue/queue_parts.h"

void caller_answer(const struct queue_caller *caller, json_t *reply)
{
	auto_json owned = reply ? reply : json_object();

	if (caller->done)
		caller->done(S_OK, NULL, owned, caller->data);
}

void caller_fail(
	const struct queue_caller *caller, axe_result code, const char *error, json_t *parameters)
{
	auto_json owned = parameters;

	if (caller->done)
		caller->done(code, error, owned, caller->data);
}

void caller_fail_internal(const struct queue_caller *caller, const char *text)
{
	caller_fail(caller, AXE_E_INTERNAL_ERROR, "InternalError",
		json_pack("{s:o}", "text", json_text(text, strlen(text))));
}

void caller_fail_state(const struct queue_caller *caller, uint64_t job, int64_t index,
	enum state state, uint32_t allowed)
{
	json_t *names = json_array();
	json_t *parameters = json_pack("{s:I, s:s, s:o}", "job", (json_int_t)job, "state",
		state_name(state), "allowed", names);

	for (unsigned at = 0; at < STATE_COUNT; at++)
		if (allowed & 1u << at)
			json_array_append_new(names, json_string(state_name((enum state)at)));
	if (index >= 0)
		json_object_set_new(parameters, "index", json_integer(index));
	caller_fail(caller, AXE_E_INVALID_STATE, "InvalidState", parameters);
}

void caller_fail_limit(const struct queue_caller *caller, const char *name, int64_t limit)
{
	caller_fail(caller, AXE_E_LIMIT_REACHED, "LimitReached",
		json_pack("{s:s, s:I}", "name", name, "limit", (json_int_t)limit));
}

bool queue_actor_may(const struct queue_actor *actor, uid_t owner)
{
	return actor->admin || actor->uid == owner;
}

json_t *queue_actor_json(const struct queue_actor *actor)
{
	return json_pack(
		"{s:I, s:I}", "uid", (json_int_t)actor->uid, "pid", (json_int_t)actor->pid);
}

char *actor_text(const struct queue_actor *actor)
{
	auto_json json = queue_actor_json(actor);

	return json_dumps(json, JSON_COMPACT);
}

struct call *call_create(struct queue *queue, const struct queue_caller *caller, json_t *reply)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call) {
		json_decref(reply);
		caller_fail_internal(caller, "out of memory");
		return NULL;
	}
	call->queue = queue;
	call->caller = *caller;
	/* Borrowed for the call only. */
	call->caller.actor.owner = NULL;
	call->reply = reply;
	list_append(&queue->calls, &call->link);
	return call;
}

void call_destroy(struct call *call)
{
	if (!call)
		return;
	list_remove(&call->link);
	json_decref(call->reply);
	free(call->jobs);
	free(call);
}

int call_touch(struct call *call, uint64_t job)
{
	uint64_t *more = realloc(call->jobs, (call->count + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	call->jobs = more;
	more[call->count++] = job;
	return 0;
}

void call_answer(struct call *call)
{
	struct queue_caller caller = call->caller;
	json_t *reply = take_pointer(call->reply);

	call_destroy(call);
	caller_answer(&caller, reply);
}

void call_fail(struct call *call, axe_result code, const char *error, json_t *parameters)
{
	struct queue_caller caller = call->caller;

	call_destroy(call);
	caller_fail(&caller, code, error, parameters);
}

/* What happened to jobs that the engine does not have. */
static void tell_events(const struct queue *queue, const struct store_commit *commit)
{
	uint64_t seq = commit->first_seq;
	char boot_id[37];

	/* It is a file that is read: once for a batch. */
	if (!queue->host.event || !commit->event_count)
		return;
	clock_boot_id(boot_id);
	for (size_t at = 0; at < commit->change_count; at++) {
		struct store_event event = commit->changes[at].event;

		if (commit->changes[at].kind != STORE_EVENT)
			continue;
		event.seq = seq++;
		event.boot_id = boot_id;
		queue->host.event(&event, queue->host.data);
	}
}

static void settle_jobs(struct call *call)
{
	for (size_t at = 0; at < call->count; at++) {
		struct entry *entry = entries_find(&call->queue->entries, call->jobs[at]);

		if (!entry)
			continue;
		entry->storing--;
		queue_settle(call->queue, entry);
	}
}

static void call_stored(const struct store_commit *commit, void *data)
{
	struct call *call = data;

	if (!commit->final)
		return; /* it is tried again until it is durable */
	settle_jobs(call);
	if (commit->code < 0) {
		call_fail(call, AXE_E_INTERNAL_ERROR, "InternalError",
			json_pack("{s:s}", "text", strerrordesc_np(-commit->code)));
		return;
	}
	tell_events(call->queue, commit);
	if (call->stored)
		call->stored(call);
	call_answer(call);
}

int call_store(struct call *call, const struct store_change *changes, size_t count)
{
	struct error error = { 0 };
	int code =
		store_submit(call->queue->config.store, changes, count, call_stored, call, &error);

	if (code < 0) {
		call_fail(call, AXE_E_INTERNAL_ERROR, "InternalError",
			json_pack("{s:o}", "text", json_text(error.text, strlen(error.text))));
		return code;
	}
	for (size_t at = 0; at < call->count; at++) {
		struct entry *entry = entries_find(&call->queue->entries, call->jobs[at]);

		if (entry)
			entry->storing++;
	}
	return 0;
}
