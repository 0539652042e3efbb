/* The states of a job and of a task, and the events that move them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum state {
	STATE_NOT_SUBMITTED,
	STATE_QUEUED,
	STATE_RUNNING,
	STATE_FINISHED,
	STATE_FAILED,
	STATE_CANCELED,
	STATE_COUNT,
};

enum state_event {
	EVENT_SUBMIT,
	EVENT_START,
	EVENT_SUCCEED,
	EVENT_FAIL,
	EVENT_CANCEL,
	EVENT_REQUEUE,
	EVENT_COUNT,
};

/* "NotSubmitted", "Queued", ...; as stored and shown. */
const char *state_name(enum state state);
bool state_from_name(const char *name, enum state *ret_state);
const char *state_event_name(enum state_event event);

/* The states in which an event is not refused: 1u << enum state. */
uint32_t state_allowing(enum state_event event);

/* What a job is that ended with this outcome ("finished", "terminated", ...). */
enum state state_of_outcome(const char *outcome);

/* Move *state; -EPROTO and unchanged when the event is refused in this state. */
int state_apply(enum state *state, enum state_event event);
