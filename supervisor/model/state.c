/* The states of a job and of a task, and the events that move them. */
#include "model/state.h"

#include <errno.h>
#include <string.h>

#define REFUSED STATE_COUNT

/*
 * A queued job fails when it could not be prepared, so that it never ran. Requeue from Running is
 * applied once the old processes are dead. Nothing leads out of Finished.
 */
/* clang-format off */
static const unsigned char transitions[STATE_COUNT][EVENT_COUNT] = {
	/*                        submit        start          succeed         fail          cancel          requeue */
	[STATE_NOT_SUBMITTED] = { STATE_QUEUED, REFUSED,       REFUSED,        REFUSED,      STATE_CANCELED, REFUSED },
	[STATE_QUEUED]        = { REFUSED,      STATE_RUNNING, REFUSED,        STATE_FAILED, STATE_CANCELED, REFUSED },
	[STATE_RUNNING]       = { REFUSED,      REFUSED,       STATE_FINISHED, STATE_FAILED, STATE_CANCELED, STATE_QUEUED },
	[STATE_FINISHED]      = { REFUSED,      REFUSED,       REFUSED,        REFUSED,      REFUSED,        REFUSED },
	[STATE_FAILED]        = { REFUSED,      REFUSED,       REFUSED,        REFUSED,      REFUSED,        STATE_QUEUED },
	[STATE_CANCELED]      = { REFUSED,      REFUSED,       REFUSED,        REFUSED,      REFUSED,        STATE_QUEUED },
};
/* clang-format on */

static const char *const state_names[STATE_COUNT] = {
	[STATE_NOT_SUBMITTED] = "NotSubmitted",
	[STATE_QUEUED] = "Queued",
	[STATE_RUNNING] = "Running",
	[STATE_FINISHED] = "Finished",
	[STATE_FAILED] = "Failed",
	[STATE_CANCELED] = "Canceled",
};

static const char *const event_names[EVENT_COUNT] = {
	[EVENT_SUBMIT] = "submit",
	[EVENT_START] = "start",
	[EVENT_SUCCEED] = "succeed",
	[EVENT_FAIL] = "fail",
	[EVENT_CANCEL] = "cancel",
	[EVENT_REQUEUE] = "requeue",
};

const char *state_name(enum state state)
{
	return state_names[state];
}

bool state_from_name(const char *name, enum state *ret_state)
{
	for (unsigned at = 0; name && at < STATE_COUNT; at++) {
		if (strcmp(name, state_names[at]) == 0) {
			*ret_state = (enum state)at;
			return true;
		}
	}
	return false;
}

enum state state_of_outcome(const char *outcome)
{
	if (strcmp(outcome, "finished") == 0)
		return STATE_FINISHED;
	if (strcmp(outcome, "canceled") == 0 || strcmp(outcome, "terminated") == 0)
		return STATE_CANCELED;
	return STATE_FAILED;
}

const char *state_event_name(enum state_event event)
{
	return event_names[event];
}

int state_apply(enum state *state, enum state_event event)
{
	unsigned next = transitions[*state][event];

	if (next == REFUSED)
		return -EPROTO;
	*state = (enum state)next;
	return 0;
}

uint32_t state_allowing(enum state_event event)
{
	uint32_t states = 0;

	for (unsigned state = 0; state < STATE_COUNT; state++)
		if (transitions[state][event] != REFUSED)
			states |= 1u << state;
	return states;
}
