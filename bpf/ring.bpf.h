/* When the supervisor is woken for an event, and how an event is put into the ring. */
#ifndef AXE_BPF_RING_H
#define AXE_BPF_RING_H

#include <stdbool.h>

#include "bpf/event.h"
#include "bpf/ledger.bpf.h"

#define RING_BELL_STRIDE 16

/*
 * A wake-up costs a hundred times what the event does. A ring that fills rings now and then, and
 * always from twice the mark on: two processors may pass the mark together, so "just passed" is a
 * moment that nobody need see.
 */
static inline bool ring_must_wake(axe_u64 filled, axe_u64 mark, axe_u64 sequence)
{
	if (filled < mark)
		return false;
	return filled >= 2 * mark || sequence % RING_BELL_STRIDE == 0;
}

#ifdef __bpf__
#include "bpf/maps.bpf.h"

struct ring_place {
	struct axe_slot *slot;
	axe_u32 index;
	axe_u32 generation;
};

static __always_inline void ring_fill_head(struct axe_event *event, const struct ring_place *place,
	axe_u16 type, axe_u16 size, const struct axe_process_key *process)
{
	event->type = type;
	event->size = size;
	event->slot = place->index;
	event->generation = place->generation;
	event->sequence = ledger_next_sequence(place->slot);
	event->time_ns = bpf_ktime_get_ns();
	if (process)
		event->process = *process;
}

/* NULL: no room, counted; the number is used up all the same, so that the reader sees a gap. */
static __always_inline void *ring_reserve(const struct ring_place *place, axe_u16 type,
	axe_u16 size, const struct axe_process_key *process)
{
	void *event = bpf_ringbuf_reserve(&events, size, 0);

	if (!event) {
		ledger_next_sequence(place->slot);
		__sync_fetch_and_add(&place->slot->lost_events, 1);
		return NULL;
	}
	__builtin_memset(event, 0, size);
	ring_fill_head(event, place, type, size, process);
	return event;
}

static __always_inline axe_u64 ring_flags(bool urgent, axe_u64 sequence)
{
	axe_u64 filled = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);

	return urgent || ring_must_wake(filled, bell_bytes, sequence) ? BPF_RB_FORCE_WAKEUP
								      : BPF_RB_NO_WAKEUP;
}

static __always_inline void ring_submit(void *event, bool urgent)
{
	axe_u64 sequence = ((struct axe_event *)event)->sequence;

	bpf_ringbuf_submit(event, ring_flags(urgent, sequence));
}

#endif
#endif
