/* Whom the OOM killer chose. */
#ifndef AXE_BPF_VICTIM_H
#define AXE_BPF_VICTIM_H

#include "bpf/membership.bpf.h"

static __always_inline void victim_mark(const struct axe_process_key *key)
{
	struct ring_place place = {};
	struct axe_process *record = member_find(key, &place);
	struct axe_event *event;

	if (!record)
		return;
	/* The kernel marks again when it waits for the same victim. */
	if (__sync_fetch_and_or(&record->flags, AXE_PROCESS_OOM) & AXE_PROCESS_OOM)
		return;

	__sync_fetch_and_add(&place.slot->oom_kills, 1);
	event = ring_reserve(&place, AXE_EVENT_OOM, sizeof(*event), key);
	if (event)
		ring_submit(event, false);
}

struct victim_search {
	struct axe_process_key key;
	axe_u32 tgid;
	axe_u32 found;
};

static long victim_match(void *map, struct axe_process_key *key, struct axe_process *record,
	struct victim_search *search)
{
	if (key->tgid != search->tgid || record->flags & AXE_PROCESS_EXITED)
		return 0;

	search->key = *key;
	search->found = 1;
	return 1;
}

#endif
