/* One call for several jobs in their order, which stops at the first that fails. */
#include "queue/sequence.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "queue/queue_parts.h"

struct sequence {
	struct list_link link; /* queue::sequences */
	struct call *call; /* owned; what the caller gets at the end */
	sequence_step *step;
	char *text; /* owned */
	size_t done, count;
	bool inside; /* of a step: what it answers from there is seen after it, without recursion */
	bool answered, stopped;
	uint64_t jobs[];
};

static void sequence_end(struct sequence *sequence)
{
	list_remove(&sequence->link);
	free(sequence->text);
	free(sequence);
}

static void stop(
	struct sequence *sequence, axe_result code, const char *error, const json_t *parameters)
{
	call_fail(sequence->call, code, "BatchStopped",
		json_pack("{s:I, s:I, s:s, s:o}", "done", (json_int_t)sequence->done, "job",
			(json_int_t)sequence->jobs[sequence->done], "error", error, "parameters",
			parameters ? json_deep_copy(parameters) : json_object()));
	sequence->stopped = true;
	if (!sequence->inside)
		sequence_end(sequence);
}

static void go_on(struct sequence *sequence);

static void step_done(axe_result code, const char *error, const json_t *parameters, void *data)
{
	struct sequence *sequence = data;

	if (error)
		return stop(sequence, code, error, parameters);
	sequence->done++;
	sequence->answered = true;
	if (!sequence->inside)
		go_on(sequence);
}

static void go_on(struct sequence *sequence)
{
	struct queue_caller caller = sequence->call->caller;

	caller.done = step_done;
	caller.data = sequence;
	while (sequence->done < sequence->count) {
		sequence->inside = true;
		sequence->answered = false;
		sequence->step(sequence->call->queue, &caller, sequence->jobs[sequence->done],
			sequence->text);
		sequence->inside = false;
		if (sequence->stopped)
			return sequence_end(sequence);
		if (!sequence->answered)
			return;
	}
	sequence->call->reply = json_pack("{s:I}", "done", (json_int_t)sequence->done);
	call_answer(sequence->call);
	sequence_end(sequence);
}

void sequence_run(struct queue *queue, const struct queue_caller *caller, const uint64_t *jobs,
	size_t count, sequence_step *step, char *text)
{
	struct sequence *sequence = calloc(1, sizeof(*sequence) + count * sizeof(*jobs));

	if (!sequence) {
		free(text);
		return caller_fail_internal(caller, "out of memory");
	}
	list_append(&queue->sequences, &sequence->link);
	sequence->step = step;
	sequence->text = text;
	sequence->count = count;
	if (count)
		memcpy(sequence->jobs, jobs, count * sizeof(*jobs));
	sequence->call = call_create(queue, caller, NULL);
	if (sequence->call)
		go_on(sequence);
	else
		sequence_end(sequence);
}

void sequences_drop(struct queue *queue)
{
	struct sequence *sequence, *following;

	list_for_each_safe (sequence, following, &queue->sequences, link)
		sequence_end(sequence);
}
