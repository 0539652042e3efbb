/* File locks: a member asked for one. */
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

#define LOCK_GIVEN_UP 2 /* F_UNLCK */

/*
 * Who closes what it inherited gives up the locks of its own on that file, if it had any: that is
 * each program of a supervisor who locks.
 */
static __always_inline bool lock_is_given_up(void *lock)
{
	struct file_lock___flat *flat = lock;
	struct file_lock *whole = lock;

	if (!lock)
		return false;
	if (bpf_core_field_exists(whole->c.flc_type))
		return BPF_CORE_READ(whole, c.flc_type) == LOCK_GIVEN_UP;
	return BPF_CORE_READ(flat, fl_type) == LOCK_GIVEN_UP;
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
