/* How the end of a process is written into its record and counted. */
#ifndef AXE_BPF_EXIT_H
#define AXE_BPF_EXIT_H

#include "bpf/exec.bpf.h"

static __always_inline axe_u32 exit_code_of(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	return status_of_group(BPF_CORE_READ(signal, flags), BPF_CORE_READ(signal, group_exit_code),
		BPF_CORE_READ(task, group_leader, exit_code));
}

/* A member whose birth found no room in `processes`: it is known by its group alone. */
static __always_inline void exit_unrecorded(struct task_struct *task)
{
	struct ring_place place = {};

	if (!place_of_group(&place, bpf_get_current_ancestor_cgroup_id(watch_level)))
		return;
	if (ledger_claim_lost_exit(place.slot))
		ledger_count_exit(place.slot, exit_code_of(task));
}

static __always_inline void exit_tell(const struct ring_place *place,
	const struct axe_process_key *key, const struct axe_process *record, bool urgent)
{
	struct axe_event_exit *event;

	event = ring_reserve(place, AXE_EVENT_EXIT, sizeof(*event), key);
	if (!event)
		return;

	__builtin_memcpy(&event->record, record, sizeof(event->record));
	ring_submit(event, urgent);
}

/* Ends the record; false when it has ended before. */
static __always_inline bool exit_complete(struct axe_process *record, struct task_struct *task)
{
	if (record->flags & AXE_PROCESS_EXITED)
		return false;

	/* The facts first, then the flag that says that they hold; it also decides among the
	 * threads of one process, each of which may come here before 6.16. */
	record->exit_ns = bpf_ktime_get_ns();
	record->exit_code = exit_code_of(task);
	return !(__sync_fetch_and_or(&record->flags, AXE_PROCESS_EXITED) & AXE_PROCESS_EXITED);
}

/* A bell for one that dies among others would take from them a processor that they die on. */
static __always_inline void exit_count(const struct ring_place *place,
	const struct axe_process_key *key, const struct axe_process *record)
{
	bool urgent = ledger_count_exit(place->slot, record->exit_code);

	if (record->flags & AXE_PROCESS_ROOT) {
		place->slot->root_exited = 1;
		urgent = true;
	}
	exit_tell(place, key, record, urgent && !place_is_struck(place));
}

/* Told before the process leaves its group: `populated 0` finds every end in the maps. */
static __always_inline int exit_of(struct task_struct *task)
{
	struct axe_process_key key = key_of(task);
	struct ring_place place = {};
	struct axe_process *record = member_find(&key, &place);

	if (!record) {
		if (!preempted)
			exit_unrecorded(task);
		return 0;
	}
	/* An exec that process_exec was not run for; its words are still there. */
	if (record->exec_id != BPF_CORE_READ(task, self_exec_id) &&
		!(record->flags & AXE_PROCESS_EXITED))
		exec_record(&place, &key, record, task);
	if (exit_complete(record, task))
		exit_count(&place, &key, record);
	return 0;
}

/* The last that is told of a process, for an end that process_exit was not run for. */
static __always_inline int exit_found_late(struct task_struct *task)
{
	struct axe_process_key key = key_of(task);
	struct ring_place place = {};
	struct axe_process *record = member_find(&key, &place);

	if (!record)
		exit_unrecorded(task);
	else if (exit_complete(record, task))
		exit_count(&place, &key, record);
	return 0;
}

#endif
