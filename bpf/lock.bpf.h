/* File locks: a member asked for one, or gave one up. */
#ifndef AXE_BPF_LOCK_H
#define AXE_BPF_LOCK_H

#include "bpf/membership.bpf.h"

/* Also who found no room in the table of processes: then its group says whose it is. */
static __always_inline bool place_of_current(struct ring_place *place)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct axe_process_key key = key_of(task);

	return member_find(&key, place) || place_of_group(place, task_watched_id(task));
}

/*
 * That is all that is told of it: whether the kernel's list, which is dear to read, can have a line
 * of this group at all.
 */
static __always_inline int lock_count(void)
{
	struct ring_place place = {};

	if (place_of_current(&place))
		__sync_fetch_and_add(&place.slot->lock_calls, 1);
	return 0;
}

#endif
