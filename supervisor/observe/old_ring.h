/* What waits in the ring of programs that were replaced: read once, as if it came from ours. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct axe_slot;
struct old_ring;

/* A slot of the old set, in the place that is its number now. */
struct old_tenant {
	uint32_t slot;
	uint32_t generation;
};

/*
 * The ring's descriptor and the tenants (of malloc) are taken, also when it fails. The events must
 * be laid out as ours are. `generation` is that of the new slots.
 */
int old_ring_create(int ring, struct old_tenant *tenants, uint32_t count, uint32_t generation,
	struct old_ring **ret_ring);

/* NULL is fine. */
void old_ring_destroy(struct old_ring *ring);

/*
 * Hand out all of it, in its order, with the slot and generation of now; each was counted as lost
 * in `slots` and is so no longer.
 */
typedef void old_ring_handler(const struct axe_event *event, size_t size, void *data);
void old_ring_drain(
	struct old_ring *ring, struct axe_slot *slots, old_ring_handler *handler, void *data);
