/* The inside of a probe, shared by the files that together are it. */
#pragma once

#include <stdint.h>

#include "observe/core.h"
#include "observe/pins_check.h"
#include "observe/probe.h"

struct ring;

/* What the supervisor keeps of a slot beside the shared counters. */
struct probe_slot {
	uint64_t forgotten; /* records deleted one by one, so that probe_unwatch need not search */
	uint64_t gone; /* records that a supervisor before us deleted, about */
	bool left; /* in use by a supervisor before us, and not taken by us */
};

struct probe {
	struct core core;
	char *pin_dir; /* NULL: nothing is pinned */
	struct pins_look pins_look;
	enum probe_origin origin;
	struct ring *ring;
	probe_handler *handler;
	void *data;
	struct axe_slot *slots; /* mmap of the map of that name */
	struct axe_intent *intents; /* the same; one per slot */
	struct probe_slot *notes; /* one per slot */
	uint32_t slots_count;
	uint32_t records_room;
	uint32_t next_slot; /* round robin: a freed slot rests as long as possible */
	uint32_t ring_bytes;
	uint64_t drained_bytes; /* of the running probe_drain */
	int drained_events;
};
