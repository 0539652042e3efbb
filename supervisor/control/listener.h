/* Who wants to hear of jobs, and how all of them are told. */
#pragma once

#include <jansson.h>

#include "axe/result.h"
#include "base/list.h"

struct error;
struct listener;
struct run;

/* What a listener wants to be told of; NULL: not of that. It may take out its own link only. */
struct listener_calls {
	void (*event)(struct listener *listener, const json_t *event);
	/* An event of the supervisor that belongs to no job. */
	void (*notice)(struct listener *listener, const json_t *event);

	/* For the caller of ExecuteJob alone: its job waits for a slot, */
	void (*pending)(struct listener *listener, const struct run *run, const json_t *event);
	/* it is a job now, */
	void (*started)(struct listener *listener, const struct run *run);
	/* it will not be one, which is the last that is told, */
	void (*refused)(struct listener *listener, axe_result code, const struct error *error);
	/* or it is gone, likewise; another may be started. */
	void (*ended)(struct listener *listener, axe_result code, const json_t *summary);
};

/* Owned by who listens, who takes its link out before it goes. */
struct listener {
	struct list_link link; /* supervisor::subscribers */
	const struct listener_calls *calls;
	uint64_t job; /* whose events alone it wants; 0: of all */
};

void listeners_tell_event(struct list_link *listeners, const json_t *event);
void listeners_tell_notice(struct list_link *listeners, const json_t *event);
