/* CancelJob: what runs of it is terminated, what does not leaves the queue; its message stays. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/message.h"
#include "model/requeue.h"
#include "queue/batch.h"
#include "queue/queue_parts.h"
#include "queue/sequence.h"

bool message_take(
	const struct queue_caller *caller, const char *message, size_t size, char **ret_text)
{
	size_t length = 0;
	enum message_fault fault = message_check(message, size, &length);

	if (fault == MESSAGE_TOO_LONG) {
		caller_fail(caller, AXE_E_MESSAGE_TOO_LONG, "MessageTooLong",
			json_pack("{s:i, s:I}", "limit", MESSAGE_CHARACTERS_MAX, "length",
				(json_int_t)length));
		return false;
	}
	if (fault != MESSAGE_FINE) {
		caller_fail(caller, AXE_E_INVALID_ARGUMENT, "InvalidMessage",
			json_pack("{s:o}", "text",
				json_sprintf("the message %s", message_fault_text(fault))));
		return false;
	}
	*ret_text = strndup(message ? message : "", size);
	if (!*ret_text)
		caller_fail_internal(caller, "out of memory");
	return *ret_text;
}

static void cancel_waiting(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, const char *message)
{
	struct store_job row = entry_row(entry);
	struct batch batch;

	if (!batch_init(&batch, queue, caller, NULL))
		return;
	if (call_touch(batch.call, entry->id) < 0)
		batch.failed = true;
	row.state = STATE_CANCELED;
	row.outcome = "canceled";
	row.code = AXE_E_JOB_CANCELED;
	row.reason = REASON_JOB_CANCELED;
	row.message = message;
	batch_add_end(&batch, &caller->actor, entry, &row);
	if (batch_store(&batch) == 0) {
		entry->reason = REASON_JOB_CANCELED;
		queue_apply(queue, entry, EVENT_CANCEL);
		queue_settle(queue, entry);
	}
	batch_finish(&batch);
}

static void await(struct queue *queue, const struct queue_caller *caller, struct entry *entry,
	enum wait_kind kind)
{
	struct call *call = call_create(queue, caller, NULL);

	if (call && running_add_wait(entry, kind, 0, call) < 0)
		call_fail(call, AXE_E_INTERNAL_ERROR, "InternalError",
			json_pack("{s:s}", "text", "out of memory"));
}

static void cancel_running(struct queue *queue, const struct queue_caller *caller,
	struct entry *entry, const char *message, bool asynchronous)
{
	axe_result code;

	if (entry->ending)
		return caller_fail_state(
			caller, entry->id, -1, STATE_RUNNING, state_allowing(EVENT_CANCEL));
	code = running_kill(entry->running, caller, REASON_JOB_CANCELED, message);
	if (code == AXE_E_INTERNAL_ERROR)
		return caller_fail_internal(caller, "out of memory");
	if (code == AXE_E_INVALID_STATE)
		return caller_fail_state(
			caller, entry->id, -1, STATE_RUNNING, state_allowing(EVENT_CANCEL));
	/* Its end is sealed: refused, and with the state that it comes to. */
	if (code == AXE_E_NO_JOB_RUNNING)
		return await(queue, caller, entry, WAIT_REFUSAL);
	entry->ending = true;
	await(queue, caller, entry, asynchronous ? WAIT_ACCEPTANCE : WAIT_CANCEL);
}

static void cancel(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const char *message, bool asynchronous)
{
	struct entry *entry = find_open(queue, caller, job, state_allowing(EVENT_CANCEL));

	if (!entry)
		return;
	if (entry->running)
		cancel_running(queue, caller, entry, message, asynchronous);
	else
		cancel_waiting(queue, caller, entry, message);
}

void queue_cancel(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	const char *message, size_t message_size, bool asynchronous)
{
	auto_free char *text = NULL;

	if (message_take(caller, message, message_size, &text))
		cancel(queue, caller, job, text, asynchronous);
}

static void cancel_next(
	struct queue *queue, const struct queue_caller *caller, uint64_t job, const char *text)
{
	cancel(queue, caller, job, text, false);
}

void queue_cancel_all(struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs,
	size_t count, const char *message, size_t message_size)
{
	char *text;

	if (message_take(caller, message, message_size, &text))
		sequence_run(queue, caller, jobs, count, cancel_next, text);
}
