/* The event loop of a client: a handful of descriptors and deadlines, by ppoll(2). */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

/*
 * sd-event would do as well. But libsystemd comes with six libraries that a client has no use for,
 * and to load them takes longer than all else of its start.
 */
struct poller {
	struct list_link items; /* poll_item::link */
	bool left;
};

#define POLLER_DESCRIPTORS_MOST 16 /* of items that wait for one */

/* In its owner's memory, zeroed before the first call. */
struct poll_item {
	struct list_link link; /* poller::items */
	void (*ready)(void *data);
	void *data;
	int fd; /* borrowed; -1: of a deadline */
	short events;
	bool waiting; /* for the descriptor */
	bool due; /* its turn comes in this round */
	uint64_t at_ns; /* of CLOCK_MONOTONIC; 0: no deadline */
};

void poller_init(struct poller *poller);

/* Call `ready` whenever the descriptor is (or has failed), from now on. */
void poller_add(struct poller *poller, struct poll_item *item, int fd, short events,
	void (*ready)(void *data), void *data);

/* Call it once for each poll_item_wake_in. Nothing happens before. */
void poller_add_clock(
	struct poller *poller, struct poll_item *item, void (*ready)(void *data), void *data);

/* Not until poll_item_resume; what an item of a clock was woken for is forgotten. Either is fine
 * for an item that was never added, or removed. */
void poll_item_rest(struct poll_item *item);
void poll_item_resume(struct poll_item *item);

/* 0: on the next turn. */
void poll_item_wake_in(struct poll_item *item, uint64_t delay_ns);

/* Also from inside `ready`, its own or another's. */
void poll_item_remove(struct poll_item *item);
bool poll_item_is_added(const struct poll_item *item);

/*
 * One turn: wait, for most_ns at the longest (UINT64_MAX: for ever), and call all whose turn has
 * come. How many they were, or -errno: poll failed, -EMFILE: more descriptors than it takes.
 */
int poller_turn(struct poller *poller, uint64_t most_ns);

/* Until poller_leave. 0 or -errno. */
int poller_run(struct poller *poller);
void poller_leave(struct poller *poller);
