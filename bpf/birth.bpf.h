/* How a process enters the books: by birth, or moved into a watched group from outside. */
#ifndef AXE_BPF_BIRTH_H
#define AXE_BPF_BIRTH_H

#include "bpf/membership.bpf.h"

struct birth {
	struct ring_place place;
	struct axe_process_key key;
	struct axe_process record;
};

/* All but its parent and its place. */
static __always_inline void birth_describe(struct birth *birth, struct task_struct *task)
{
	struct axe_process *record = &birth->record;

	birth->key = key_of(task);
	record->fork_ns = bpf_ktime_get_ns();
	record->uid = BPF_CORE_READ(task, cred, uid.val);
	record->exec_id = BPF_CORE_READ(task, self_exec_id);
	bpf_probe_read_kernel(record->comm, sizeof(record->comm), task->comm);
}

/* Sticky: whoever is born to a member is one, wherever it is born. */
static __always_inline bool birth_by_parent(struct birth *birth, struct task_struct *child)
{
	if (!member_find(&birth->record.parent, &birth->place))
		return false;

	if (task_watched_id(child) != birth->place.slot->cgroup_id) {
		birth->record.flags |= AXE_PROCESS_ESCAPED;
		__sync_fetch_and_add(&birth->place.slot->escapes, 1);
	}
	return true;
}

static __always_inline bool birth_by_group(struct birth *birth, struct task_struct *child)
{
	axe_u64 id = task_watched_id(child);

	if (!id || !place_of_group(&birth->place, id))
		return false;

	if (ledger_claim_root(birth->place.slot))
		birth->record.flags |= AXE_PROCESS_ROOT;
	return true;
}

/* Returns false when the process is in the books already. No room is counted, and no reason to
 * leave the birth uncounted. */
static __always_inline bool birth_insert(struct birth *birth)
{
	struct axe_process *present;
	int error; /* until 6.4 the upper half of what an update returns is not the sign */

	birth->record.slot = birth->place.index;
	birth->record.generation = birth->place.generation;
	error = bpf_map_update_elem(&processes, &birth->key, &birth->record, BPF_NOEXIST);
	if (error == -KERNEL_EXISTS) {
		present = bpf_map_lookup_elem(&processes, &birth->key);
		if (!present || present->fork_ns)
			return false;
		/* Killed before its birth was told (process_signal): keep by whom. */
		birth->record.kill = present->kill;
		error = bpf_map_update_elem(&processes, &birth->key, &birth->record, BPF_EXIST);
	}
	if (error)
		__sync_fetch_and_add(&birth->place.slot->lost_records, 1);
	return true;
}

static __always_inline void birth_tell(struct birth *birth)
{
	struct axe_event_fork *event;

	event = ring_reserve(&birth->place, AXE_EVENT_FORK, sizeof(*event), &birth->key);
	if (!event)
		return;

	event->parent = birth->record.parent;
	event->flags = birth->record.flags;
	event->uid = birth->record.uid;
	__builtin_memcpy(event->comm, birth->record.comm, sizeof(event->comm));
	ring_submit(event, false);
}

/* Most births on a host are nobody's: that is found out before anything else is read of them. */
static __always_inline int birth_of(struct task_struct *creator, struct task_struct *child)
{
	struct birth birth = { .record = { .parent = key_of(creator) } };

	if (!birth_by_parent(&birth, child) && !birth_by_group(&birth, child))
		return 0;
	birth_describe(&birth, child);
	if (!birth_insert(&birth))
		return 0;

	__sync_fetch_and_add(&birth.place.slot->forks, 1);
	birth_tell(&birth);
	return 0;
}

/*
 * cgroup.kill may reach a process between its entry into the group and the telling of its birth: a
 * record without fork_ns keeps the sender until process_fork completes it. Returns what is in the
 * table then, which may be the whole record: the birth may just have been told by another
 * processor.
 */
static __always_inline struct axe_process *birth_prepare(const struct axe_process_key *key,
	const struct ring_place *place, const struct axe_sender *kill)
{
	struct axe_process record = {
		.slot = place->index,
		.generation = place->generation,
		.kill = *kill,
	};

	bpf_map_update_elem(&processes, key, &record, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, key);
}

#endif
