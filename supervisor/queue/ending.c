/* The end of a job that ran: what became of it, who is told, and whether it runs once more. */
#include "queue/ending.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/requeue.h"
#include "queue/queue_parts.h"

static const struct {
	const char *outcome;
	enum state_event event;
} outcomes[] = {
	{ "finished", EVENT_SUCCEED },
	{ "canceled", EVENT_CANCEL },
	{ "terminated", EVENT_CANCEL },
};

static enum state_event event_of(const json_t *summary)
{
	const char *outcome = json_string_value(json_object_get(summary, "outcome"));

	for (size_t at = 0; outcome && at < sizeof(outcomes) / sizeof(*outcomes); at++)
		if (strcmp(outcome, outcomes[at].outcome) == 0)
			return outcomes[at].event;
	return EVENT_FAIL;
}

/* As the row in the store says. */
static const char *reason_of(const json_t *summary)
{
	const char *outcome = json_string_value(json_object_get(summary, "outcome"));
	const char *reason = json_string_value(json_object_get(summary, "reason"));

	if (reason)
		return reason;
	if (json_is_true(json_object_get(summary, "overrun")))
		return REASON_RUNTIME;
	return outcome && strcmp(outcome, "terminated") == 0 ? REASON_TERMINATED : NULL;
}

static struct call *take_call(struct wait *wait)
{
	struct call *call = wait->call;

	list_remove(&wait->link);
	free(wait);
	return call;
}

void ending_answer_task(struct running *running, struct wait *wait, const json_t *result)
{
	const char *name = json_string_value(json_object_get(result, "state"));
	unsigned index = wait->index;
	struct call *call = take_call(wait);
	struct queue_caller caller = call->caller;
	enum state state = STATE_FAILED;

	if (name)
		state_from_name(name, &state);
	if (state == STATE_CANCELED)
		return call_answer(call);
	/* Its own end was first. */
	call_destroy(call);
	caller_fail_state(&caller, running->id, index, state, state_allowing(EVENT_CANCEL));
}

static void fail_survived(struct call *call, uint64_t job, const json_t *summary)
{
	call_fail(call, AXE_E_TERMINATE_FAILED, "TerminateFailed",
		json_pack("{s:I, s:O}", "job", (json_int_t)job, "survivors",
			json_object_get(summary, "survivors")));
}

/* Somebody else's end that looks like its own is not: nobody would ever read its message. */
static void refuse_cancel(const struct running *running, struct call *call, enum state state)
{
	struct queue_caller caller = call->caller;

	call_destroy(call);
	caller_fail_state(&caller, running->id, -1, state, state_allowing(EVENT_CANCEL));
}

static void answer_cancel(
	const struct running *running, struct call *call, enum state state, const json_t *summary)
{
	json_t *receipt = json_object_get(summary, "receipt");

	if (state == STATE_CANCELED) {
		call->reply = receipt ? json_pack("{s:O}", "receipt", receipt) : json_object();
		return call_answer(call);
	}
	if (json_object_get(summary, "survivors"))
		return fail_survived(call, running->id, summary);
	refuse_cancel(running, call, state);
}

static void answer_waits(struct running *running, enum state state, const json_t *summary)
{
	struct wait *wait, *following;

	list_for_each_safe (wait, following, &running->waits, link) {
		switch (wait->kind) {
		case WAIT_CANCEL:
		case WAIT_ACCEPTANCE:
			answer_cancel(running, take_call(wait), state, summary);
			break;
		case WAIT_REFUSAL:
			refuse_cancel(running, take_call(wait), state);
			break;
		case WAIT_TASK:
			/* It never ended, because the job did: it was not started. */
			call_answer(take_call(wait));
			break;
		case WAIT_REQUEUE:
			break;
		}
	}
}

void ending_accepted(struct running *running)
{
	struct wait *wait, *following;

	list_for_each_safe (wait, following, &running->waits, link) {
		if (wait->kind == WAIT_ACCEPTANCE)
			call_answer(take_call(wait));
	}
}

static struct call *take_requeue(struct running *running)
{
	struct wait *wait;

	list_for_each (wait, &running->waits, link)
		if (wait->kind == WAIT_REQUEUE)
			return take_call(wait);
	return NULL;
}

/* The first of them makes the attempt; it is none of the others' any more. */
static void refuse_requeues(struct running *running)
{
	for (struct call *call; (call = take_requeue(running));) {
		struct queue_caller caller = call->caller;

		call_destroy(call);
		caller_fail_state(
			&caller, running->id, -1, STATE_QUEUED, state_allowing(EVENT_REQUEUE));
	}
}

static void run_again(
	struct queue *queue, struct running *running, struct entry *entry, const json_t *summary)
{
	struct call *call = take_requeue(running);
	struct queue_caller caller = { .done = NULL };

	refuse_requeues(running);
	running_forget(queue, entry);
	if (!call)
		call = call_create(queue, &caller, NULL);
	if (call)
		requeue_ended(queue, entry, reason_of(summary), call);
	else
		queue_settle(queue, entry);
}

/* Its supervisor goes, which is no fault of its own; the next one finds it queued. */
static void run_in_next_life(struct queue *queue, struct entry *entry)
{
	running_forget(queue, entry);
	if (!requeue_by_host(queue, entry, false))
		queue_settle(queue, entry);
}

void ending_job_ended(struct running *running, const json_t *summary)
{
	struct queue *queue = running->queue;
	struct entry *entry = entries_find(&queue->entries, running->id);
	enum state state;

	queue_apply(queue, entry, event_of(summary));
	state = (enum state)entry->state;
	answer_waits(running, state, summary);
	if (running->leaving && state == STATE_CANCELED)
		return run_in_next_life(queue, entry);
	if (running->requeue && state != STATE_FINISHED) {
		run_again(queue, running, entry, summary);
	} else {
		for (struct call *call; (call = take_requeue(running));) {
			struct queue_caller caller = call->caller;

			call_destroy(call);
			caller_fail_state(
				&caller, running->id, -1, state, state_allowing(EVENT_REQUEUE));
		}
		running_forget(queue, entry);
		queue_settle(queue, entry);
	}
	if (queue->host.look)
		queue->host.look(queue->host.data);
}
