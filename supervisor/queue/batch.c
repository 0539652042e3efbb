/* The rows of one call, and the texts that they borrow until they are submitted. */
#include "queue/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/result.h"
#include "queue/queue_parts.h"
#include "record/trace.h"

#define ROOM_FIRST 8

bool batch_init(
	struct batch *batch, struct queue *queue, const struct queue_caller *caller, json_t *reply)
{
	*batch = (struct batch){ .call = call_create(queue, caller, reply) };
	return batch->call;
}

void batch_finish(struct batch *batch)
{
	for (size_t at = 0; at < batch->texts_count; at++)
		free(batch->texts[at]);
	free(batch->texts);
	free(batch->changes);
}

const char *batch_keep_optional(struct batch *batch, char *text)
{
	char **more;

	if (!text)
		return NULL;
	more = realloc(batch->texts, (batch->texts_count + 1) * sizeof(*more));
	if (!more) {
		free(text);
		batch->failed = true;
		return NULL;
	}
	batch->texts = more;
	more[batch->texts_count++] = text;
	return text;
}

const char *batch_keep(struct batch *batch, char *text)
{
	batch->failed |= !text;
	return batch_keep_optional(batch, text);
}

void batch_add(struct batch *batch, const struct store_change *change)
{
	if (batch->count == batch->room) {
		size_t room = batch->room ? batch->room * 2 : ROOM_FIRST;
		struct store_change *more = realloc(batch->changes, room * sizeof(*more));

		if (!more) {
			batch->failed = true;
			return;
		}
		batch->changes = more;
		batch->room = room;
	}
	batch->changes[batch->count++] = *change;
}

/* All events of a batch mostly have one. */
static const char *keep_actor(struct batch *batch, const struct queue_actor *actor)
{
	if (actor && batch->actor != actor) {
		batch->actor = actor;
		batch->actor_text = batch_keep(batch, actor_text(actor));
	}
	return actor ? batch->actor_text : NULL;
}

/* Of no attempt: what never began has made none, and the last one has its end already. */
void batch_add_event(struct batch *batch, const struct queue_actor *actor,
	const struct entry *entry, const char *type, json_t *data)
{
	auto_json owned = data;
	struct store_event event = {
		.job = entry->id,
		.type = type,
		.actor = keep_actor(batch, actor),
		.data = batch_keep(batch, json_dumps(owned, JSON_COMPACT | JSON_DECIMALS)),
	};

	batch_add(batch, &(struct store_change){ .kind = STORE_EVENT, .event = event });
}

void batch_add_pending(
	struct batch *batch, const struct queue_actor *actor, const struct entry *entry)
{
	batch_add_event(batch, actor, entry, trace_type_name(TRACE_JOB_PENDING),
		json_pack("{s:s, s:i, s:b}", "name", entry->name, "priority", entry->priority,
			"held", entry->held));
}

static json_t *end_json(const struct entry *entry, const struct store_job *row)
{
	return json_pack("{s:i, s:I, s:i, s:s, s:s, s:I, s:s, s:s?, s:s?}", "v", 1, "job",
		(json_int_t)entry->id, "attempt", 0, "name", entry->name, "outcome", row->outcome,
		"code", (json_int_t)row->code, "code_name", result_name(row->code), "reason",
		row->reason, "message", row->message);
}

void batch_add_end(struct batch *batch, const struct queue_actor *actor, const struct entry *entry,
	struct store_job *row)
{
	row->ended = queue_now(batch->call->queue);
	batch_add(batch, &(struct store_change){ .kind = STORE_JOB, .job = *row });
	batch_add(batch, &(struct store_change){ .kind = STORE_TASK_MOVE,
				 .move = { .job = entry->id,
					 .from = 1u << STATE_NOT_SUBMITTED | 1u << STATE_QUEUED,
					 .state = STATE_CANCELED,
					 .reason = row->reason } });
	batch_add_event(batch, actor, entry, trace_type_name(TRACE_JOB_END), end_json(entry, row));
}

int batch_store(struct batch *batch)
{
	if (!batch->failed)
		return call_store(take_pointer(batch->call), batch->changes, batch->count);
	call_fail(take_pointer(batch->call), AXE_E_INTERNAL_ERROR, "InternalError",
		json_pack("{s:s}", "text", "out of memory"));
	return -ENOMEM;
}
