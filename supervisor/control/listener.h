/* Who wants to hear of jobs, and how all of them are told. */
#pragma once

#include <jansson.h>

#include "axe/result.h"
#include "base/list.h"

struct listener;

/* What a listener wants to be told of; NULL: not of that. It may take out its own link only. */
struct listener_calls {
	void (*event)(struct listener *listener, const json_t *event);
	/* An event of the supervisor that belongs to no job. */
	void (*notice)(struct listener *listener, const json_t *event);
	/* The job is gone; another may be started. */
	void (*ended)(struct listener *listener, axe_result code, const json_t *summary);
};

/* Owned by who listens, who takes its link out before it goes. */
struct listener {
	struct list_link link; /* supervisor::listeners */
	const struct listener_calls *calls;
};

void listeners_tell_event(struct list_link *listeners, const json_t *event);
void listeners_tell_notice(struct list_link *listeners, const json_t *event);
void listeners_tell_end(struct list_link *listeners, axe_result code, const json_t *summary);
