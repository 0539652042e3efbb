/* What a requeue runs again: decided by what ended the job. */
#include "model/requeue.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *reason;
	enum cause cause;
} causes[] = {
	{ REASON_JOB_CANCELED, CAUSE_OF_CANCEL },
	{ REASON_TERMINATED, CAUSE_OF_CANCEL },
	{ REASON_RUNTIME, CAUSE_OF_CANCEL },
	{ REASON_REQUEUED, CAUSE_OF_CANCEL },
	{ "canceled", CAUSE_OF_CANCEL },
	{ "abandoned", CAUSE_OF_CANCEL },
	{ REASON_HOST, CAUSE_OF_HOST },
	{ REASON_RESTARTED, CAUSE_OF_HOST },
};

/* A finished task never runs again; CancelTask is forgotten only where all was cancelled. */
/* clang-format off */
static const bool takes[CAUSE_COUNT][STATE_COUNT] = {
	/*                    NotSubmitted Queued Running Finished Failed Canceled */
	[CAUSE_OF_TASKS]  = { true,        true,  true,   false,   true,  true },
	[CAUSE_OF_CANCEL] = { true,        true,  true,   false,   true,  true },
	[CAUSE_OF_HOST]   = { true,        true,  true,   false,   false, true },
};
static const bool spares_canceled[CAUSE_COUNT] = {
	[CAUSE_OF_TASKS]  = true,
	[CAUSE_OF_CANCEL] = false,
	[CAUSE_OF_HOST]   = true,
};
/* clang-format on */

enum cause cause_of(const char *reason)
{
	for (size_t i = 0; reason && i < sizeof(causes) / sizeof(*causes); i++)
		if (strcmp(reason, causes[i].reason) == 0)
			return causes[i].cause;
	return CAUSE_OF_TASKS;
}

bool requeue_takes(enum cause cause, enum state task, bool canceled)
{
	return takes[cause][task] && !(canceled && spares_canceled[cause]);
}

uint32_t requeue_states(enum cause cause)
{
	uint32_t states = 0;

	for (unsigned task = 0; task < STATE_COUNT; task++)
		states |= (uint32_t)takes[cause][task] << task;
	return states;
}

bool requeue_spares_canceled(enum cause cause)
{
	return spares_canceled[cause];
}
