/* What waits in the ring of programs that were replaced: read once, as if it came from ours. */
#include "observe/old_ring.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

struct old_ring {
	int map; /* owned */
	struct ring_buffer *ring;
	struct old_tenant *tenants; /* owned */
	uint32_t count;
	uint32_t generation;
	/* Of the running drain. */
	struct axe_slot *slots;
	old_ring_handler *handler;
	void *data;
};

DEFINE_CLEANUP(old_ring)

static bool renumber(const struct old_ring *ring, struct axe_event *event)
{
	for (uint32_t at = 0; at < ring->count; at++) {
		const struct old_tenant *tenant = &ring->tenants[at];

		if (tenant->slot != event->slot || tenant->generation != event->generation)
			continue;
		event->slot = at;
		event->generation = ring->generation;
		return true;
	}
	return false;
}

/* The kernel half may be adding to it. */
static void find_again(struct axe_slot *slot)
{
	if (slot->kind == AXE_SLOT_ASSESSMENT && slot->lost_events)
		__atomic_sub_fetch(&slot->lost_events, 1, __ATOMIC_RELAXED);
}

/* Larger than any of ours is none of ours. */
static int deliver(void *data, void *sample, size_t size)
{
	struct old_ring *ring = data;
	struct axe_event_exec room = { .argv_size = 0 };

	if (size < sizeof(room.head) || size > sizeof(room))
		return 0;
	memcpy(&room, sample, size);
	if (!renumber(ring, &room.head))
		return 0;
	ring->handler(&room.head, size, ring->data);
	find_again(&ring->slots[room.head.slot]);
	return 0;
}

int old_ring_create(int map, struct old_tenant *tenants, uint32_t count, uint32_t generation,
	struct old_ring **ret_ring)
{
	auto_of(old_ring) struct old_ring *ring = calloc(1, sizeof(*ring));

	if (!ring) {
		free(tenants);
		cleanup_fd(&map);
		return -ENOMEM;
	}
	*ring = (struct old_ring){
		.map = map, .tenants = tenants, .count = count, .generation = generation
	};
	if (map < 0)
		return map;
	ring->ring = ring_buffer__new(map, deliver, ring, NULL);
	if (!ring->ring)
		return -errno;
	*ret_ring = take_pointer(ring);
	return 0;
}

void old_ring_destroy(struct old_ring *ring)
{
	if (!ring)
		return;
	ring_buffer__free(ring->ring);
	cleanup_fd(&ring->map);
	free(ring->tenants);
	free(ring);
}

void old_ring_drain(
	struct old_ring *ring, struct axe_slot *slots, old_ring_handler *handler, void *data)
{
	ring->slots = slots;
	ring->handler = handler;
	ring->data = data;
	while (ring_buffer__consume(ring->ring) > 0)
		continue;
}
