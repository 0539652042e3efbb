/* The counters of one slot: what each fact adds. Pure, also compiled for the host. */
#ifndef AXE_BPF_LEDGER_H
#define AXE_BPF_LEDGER_H

#include <stdbool.h>

#include "bpf/event.h"
#include "bpf/status.bpf.h"

/* A record or a group of an earlier tenant never counts for the present one. */
static inline bool ledger_is_current(const struct axe_slot *slot, axe_u32 generation)
{
	return slot->generation == generation && slot->kind == AXE_SLOT_ASSESSMENT;
}

/* Sequence numbers are taken before there is room in the ring: what is lost leaves a gap. */
static inline axe_u64 ledger_next_sequence(struct axe_slot *slot)
{
	return __sync_fetch_and_add(&slot->sequence, 1);
}

/* The root is the first process that entered by birth from outside, not by being moved in. */
static inline bool ledger_claim_root(struct axe_slot *slot)
{
	return __sync_fetch_and_add(&slot->roots, 1) == 0;
}

/* Returns true for the first failure of the slot. */
static inline bool ledger_count_exit(struct axe_slot *slot, axe_u32 code)
{
	bool first = false;

	if (status_is_signaled(code))
		first = __sync_fetch_and_add(&slot->exits_signaled, 1) + slot->exits_failed == 0;
	else if (status_is_failed(code))
		first = __sync_fetch_and_add(&slot->exits_failed, 1) + slot->exits_signaled == 0;
	__sync_fetch_and_add(&slot->exits, 1);
	return first;
}

/*
 * May an end without a record be one of those whose birth found no room? Never more ends than such
 * births: before 6.16 several threads of one process may each report its end.
 */
static inline bool ledger_claim_lost_exit(struct axe_slot *slot)
{
	if (slot->lost_exits >= slot->lost_records)
		return false;
	if (__sync_fetch_and_add(&slot->lost_exits, 1) < slot->lost_records)
		return true;

	__sync_fetch_and_sub(&slot->lost_exits, 1);
	return false;
}

#endif
