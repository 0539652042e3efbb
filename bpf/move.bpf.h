/* Processes that change their cgroup, and groups that change their state. */
#ifndef AXE_BPF_MOVE_H
#define AXE_BPF_MOVE_H

#include "bpf/birth.bpf.h"

static __always_inline void move_tell(const struct ring_place *place,
	const struct axe_process_key *key, struct cgroup *cgroup, bool escaped)
{
	struct axe_event_move *event;

	event = ring_reserve(place, AXE_EVENT_MOVE, sizeof(*event), key);
	if (!event)
		return;

	event->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	event->escaped = escaped;
	event->hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
	ring_submit(event, false);
}

/* A v1 group is no way out: membership, freezing and killing are v2. */
static __always_inline void move_member(const struct ring_place *place,
	const struct axe_process_key *key, struct axe_process *record, struct cgroup *cgroup)
{
	bool escaped = cgroup_is_v2(cgroup) && cgroup_watched_id(cgroup) != place->slot->cgroup_id;

	if (escaped) {
		__sync_fetch_and_or(&record->flags, AXE_PROCESS_ESCAPED);
		__sync_fetch_and_add(&place->slot->escapes, 1);
	}
	move_tell(place, key, cgroup, escaped);
}

/*
 * A task that is leaving is not moved, though it is told as if; one that is not leaving yet cannot
 * begin to before the move is over, so its end will find the record.
 */
static __always_inline void move_in(struct cgroup *cgroup, struct task_struct *task)
{
	struct birth birth = { .record = { .flags = AXE_PROCESS_JOINED } };
	axe_u64 id = cgroup_watched_id(cgroup);

	if (!id || task->flags & KERNEL_TASK_EXITING || !place_of_group(&birth.place, id))
		return;

	birth.record.parent = key_of(BPF_CORE_READ(task, real_parent));
	birth_describe(&birth, task);
	if (!birth_insert(&birth))
		return;

	__sync_fetch_and_add(&birth.place.slot->joins, 1);
	birth_tell(&birth);
}

/* Nobody waits for a thaw, and a kill thaws: the bell would hold up who is dying. */
static __always_inline bool group_is_awaited(axe_u16 type, int value)
{
	return type != AXE_EVENT_FROZEN || value;
}

static __always_inline void group_tell(struct cgroup *cgroup, axe_u16 type, int value)
{
	axe_u64 id = BPF_CORE_READ(cgroup, kn, id);
	struct axe_event_group *event;
	struct ring_place place = {};

	if (!cgroup_is_v2(cgroup) || !place_of_any(&place, id))
		return;
	/* Each of the frozen that is killed thaws its group, and by its end freezes it again. */
	if (type == AXE_EVENT_FROZEN && place_is_struck(&place))
		return;

	event = ring_reserve(&place, type, sizeof(*event), NULL);
	if (!event)
		return;

	event->cgroup_id = id;
	event->value = value;
	ring_submit(event, group_is_awaited(type, value));
}

#endif
