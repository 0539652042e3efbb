/* What programs of another build know of whom they watch, taken over into new ones. */
#pragma once

#include <stdbool.h>

struct core;
struct probe_config;

struct inherit_from {
	const char *set; /* the folder of the old pins */
	bool blind; /* some of its programs are gone */
	bool same_events; /* they are laid out as ours are */
};

/*
 * The old programs go on all the while, and nothing in their set changes.
 * `core` is attached and watches nobody. Slots, intents and records are read by the names of their
 * fields, whatever their layout, anew until nothing happened between the reading and the watching.
 * Where that cannot be had, or some of the old programs are gone, the intents say so
 * (AXE_INTENT_UNSEEN), and whoever is gone without a record has ended. What waits in the old ring
 * is counted as lost until it is read: core->old_ring, where its events are as ours. -errno: the
 * maps are not there, or have not what is needed; `core` watches nobody, or what it watches cannot
 * be told from what it should.
 */
int inherit(const struct inherit_from *from, struct core *core, const struct probe_config *config);
