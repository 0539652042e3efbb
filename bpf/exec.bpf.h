/* What an exec tells: the new program's words, as far as they fit. */
#ifndef AXE_BPF_EXEC_H
#define AXE_BPF_EXEC_H

#include "bpf/membership.bpf.h"

/* The verifier must see the bound at the very value that is used, whatever clang made of it. */
static __always_inline axe_u32 exec_bound_size(axe_u64 size)
{
	axe_u32 bounded = size < AXE_ARGV_SIZE ? size : AXE_ARGV_SIZE;

	barrier_var(bounded);
	return bounded <= AXE_ARGV_SIZE ? bounded : 0;
}

/* The caller runs in the new program: its argv lies in its own memory, freshly written. */
static __always_inline void exec_read_argv(struct axe_event_exec *event, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	axe_u64 start;

	event->argv_size = 0;
	event->argv_captured = 0;
	if (!mm)
		return;

	start = BPF_CORE_READ(mm, arg_start);
	event->argv_size = BPF_CORE_READ(mm, arg_end) - start;
	event->argv_captured = exec_bound_size(event->argv_size);
	if (bpf_probe_read_user(
		    event->argv, exec_bound_size(event->argv_size), (const void *)start))
		event->argv_captured = 0;
}

static __always_inline void exec_tell(const struct ring_place *place,
	const struct axe_process_key *key, const struct axe_process *record,
	struct task_struct *task)
{
	struct axe_event_exec *event;
	axe_u32 size, zero = 0;

	event = bpf_map_lookup_elem(&scratch, &zero);
	if (!event)
		return;

	ring_fill_head(&event->head, place, AXE_EVENT_EXEC, 0, key);
	event->uid = record->uid;
	__builtin_memcpy(event->comm, record->comm, sizeof(event->comm));
	exec_read_argv(event, task);
	size = offsetof(struct axe_event_exec, argv) + exec_bound_size(event->argv_captured);
	event->head.size = size;
	event->padding = 0;
	if (bpf_ringbuf_output(&events, event, size, ring_flags(false, event->head.sequence)))
		__sync_fetch_and_add(&place->slot->lost_events, 1);
}

/* The process is the caller. */
static __always_inline void exec_record(const struct ring_place *place,
	const struct axe_process_key *key, struct axe_process *record, struct task_struct *task)
{
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	record->uid = BPF_CORE_READ(task, cred, uid.val);
	record->exec_id = BPF_CORE_READ(task, self_exec_id);
	__sync_fetch_and_or(&record->flags, AXE_PROCESS_EXECED);
	__sync_fetch_and_add(&place->slot->execs, 1);
	exec_tell(place, key, record, task);
}

#endif
