/* The inside of struct supervisor, for the files that together are the supervisor. */
#pragma once

#include "base/list.h"
#include "control/run.h"
#include "control/supervisor.h"
#include "queue/queue.h"

struct supervisor {
	struct supervisor_config config;
	struct run_owner owner; /* what all runs tell */
	sd_event *loop;
	sd_event_source *turn; /* what must not happen inside a callback of the engine */
	struct engine *engine;
	struct queue *queue; /* borrowed; NULL: none */
	struct list_link waiting; /* run::link, the next one first */
	struct list_link running; /* run::link, the oldest first */
	struct list_link subscribers; /* listener::link */
	unsigned waiting_count, running_count;
	bool leaving;
	bool keeps; /* what runs, when it leaves and the job does not say */
};

/* supervisor.c: give it its number. -errno: it was refused and is gone. */
int supervisor_reserve(struct supervisor *supervisor, struct run *run);

/* It has a number: let it begin, or refuse it. */
void supervisor_start(struct supervisor *supervisor, struct run *run);

/* It is not told of, and gone. */
void supervisor_refuse(
	struct supervisor *supervisor, struct run *run, axe_result code, const struct error *error);
/* What must not happen inside a callback happens on the loop's next turn; `data` is it. */
void supervisor_turn_soon(void *data);
void supervisor_tell_change(struct supervisor *supervisor);

static inline bool supervisor_has_slot(const struct supervisor *supervisor)
{
	unsigned slots = supervisor->config.slots ? supervisor->config.slots : 1;

	/* A parameter that can be changed. */
	if (supervisor->queue)
		slots = queue_slots(supervisor->queue);

	return supervisor->running_count < slots;
}
