/* Whose a process is: the slot of its record, or of the watched group that it stands in. */
#ifndef AXE_BPF_MEMBERSHIP_H
#define AXE_BPF_MEMBERSHIP_H

#include "bpf/ledger.bpf.h"
#include "bpf/maps.bpf.h"
#include "bpf/ring.bpf.h"

/*
 * Pointers are followed by BPF_CORE_READ, never by `->`: for each typed pointer that it meets, the
 * verifier searches all type names of the kernel, a millisecond a time.
 */
static __always_inline struct axe_process_key key_of(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct axe_process_key key = {
		.tgid = BPF_CORE_READ(leader, tgid),
		.start_ns = BPF_CORE_READ(leader, start_boottime),
	};

	return key;
}

static __always_inline bool cgroup_is_v2(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, root, hierarchy_id) == 0;
}

/* The id of the v2 group above (or at) `cgroup` at the watched level; 0: it is not that deep. */
static __always_inline axe_u64 cgroup_watched_id(struct cgroup *cgroup)
{
	struct cgroup *ancestor = NULL;
	int level = watch_level;

	if (BPF_CORE_READ(cgroup, level) < level)
		return 0;

	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
		(void *)cgroup + bpf_core_field_offset(struct cgroup, ancestors) +
			level * sizeof(ancestor));
	return ancestor ? BPF_CORE_READ(ancestor, kn, id) : 0;
}

static __always_inline axe_u64 task_watched_id(struct task_struct *task)
{
	return cgroup_watched_id(BPF_CORE_READ(task, cgroups, dfl_cgrp));
}

/* The place of a watched group of any kind, for what is told of groups. */
static __always_inline bool place_of_any(struct ring_place *place, axe_u64 cgroup_id)
{
	struct axe_group *group = bpf_map_lookup_elem(&groups, &cgroup_id);

	if (!group)
		return false;

	place->index = group->slot;
	place->generation = group->generation;
	place->slot = bpf_map_lookup_elem(&slots, &place->index);
	return place->slot && place->slot->generation == place->generation;
}

/* Fills `place` when the slot still belongs to that generation and records its processes. */
static __always_inline bool place_at(struct ring_place *place, axe_u32 index, axe_u32 generation)
{
	struct axe_slot *slot = bpf_map_lookup_elem(&slots, &index);

	if (!slot || !ledger_is_current(slot, generation))
		return false;

	place->slot = slot;
	place->index = index;
	place->generation = generation;
	return true;
}

static __always_inline bool place_of_group(struct ring_place *place, axe_u64 cgroup_id)
{
	struct axe_group *group = bpf_map_lookup_elem(&groups, &cgroup_id);

	return group && place_at(place, group->slot, group->generation);
}

/* The supervisor kills all there, and waits for their group to be empty, which rings. */
static __always_inline bool place_is_struck(const struct ring_place *place)
{
	struct axe_intent *intent = bpf_map_lookup_elem(&intents, &place->index);

	return intent && intent->generation == place->generation && intent->flags & AXE_INTENT_KILL;
}

/* The living record of a process of a slot in use, with its place; NULL: not a member. */
static __always_inline struct axe_process *member_find(
	const struct axe_process_key *key, struct ring_place *place)
{
	struct axe_process *record = bpf_map_lookup_elem(&processes, key);

	if (!record || !place_at(place, record->slot, record->generation))
		return NULL;
	return record;
}

#endif
