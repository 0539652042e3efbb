/* Who sent a signal: the process that runs, unless the signal came out of an interrupt. */
#ifndef AXE_BPF_SENDER_H
#define AXE_BPF_SENDER_H

#include "bpf/membership.bpf.h"
#include "bpf/signal.bpf.h"

/*
 * The tracepoint passes 0, 1 or a pointer, and the verifier believes that all are pointers to
 * trust: the value is read from the context as a number, and the memory behind it as untrusted.
 */
static __always_inline enum signal_info sender_info(axe_u64 *context, int *ret_code)
{
	axe_u64 info = 0;

	bpf_probe_read_kernel(&info, sizeof(info), &context[1]);
	if (info <= SIGNAL_INFO_KERNEL)
		return info;

	*ret_code = BPF_CORE_READ((struct kernel_siginfo *)info, si_code);
	return SIGNAL_INFO_CODE;
}

static __always_inline bool key_is_same(
	const struct axe_process_key *left, const struct axe_process_key *right)
{
	return left->tgid == right->tgid && left->start_ns == right->start_ns;
}

static __always_inline void sender_name_current(struct axe_sender *sender)
{
	sender->process = key_of((struct task_struct *)bpf_get_current_task_btf());
	sender->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(sender->comm, sizeof(sender->comm));
}

static __always_inline void sender_fill(struct axe_sender *sender, int number, axe_u64 *context,
	const struct axe_process_key *target)
{
	int code = 0;
	enum signal_info info = sender_info(context, &code);
	bool from_itself;

	sender->signal = number;
	if (signal_source(number, info, code) == SIGNAL_FROM_OWN_TIMER)
		sender->process = *target;
	else if (signal_source(number, info, code) == SIGNAL_FROM_CURRENT)
		sender_name_current(sender);
	from_itself = key_is_same(&sender->process, target);
	sender->origin = signal_origin(number, info, code, from_itself);
}

/* In a watched group, killed, and its birth is not told yet. */
static __always_inline bool is_newborn(
	struct ring_place *place, struct task_struct *task, int number)
{
	axe_u64 id;

	if (number != SIGNAL_KILL || !(task->__state & KERNEL_TASK_NEW))
		return false;

	id = task_watched_id(task);
	return id && place_of_group(place, id);
}

/*
 * A group that is being killed ends its newborn by the hand of their own parent, which must not be
 * named for it: the sender is whoever killed the parent, if that has been told yet, else nobody.
 */
static __always_inline void sender_of_newborn(struct axe_sender *sender, struct task_struct *child)
{
	struct axe_process_key parent = key_of(BPF_CORE_READ(child, real_parent));
	struct axe_process *record;

	if (!key_is_same(&sender->process, &parent))
		return;

	record = bpf_map_lookup_elem(&processes, &parent);
	if (record && record->kill.signal) {
		*sender = record->kill;
		return;
	}
	__builtin_memset(sender, 0, sizeof(*sender));
	sender->signal = SIGNAL_KILL;
	sender->origin = AXE_SENDER_KERNEL;
}

static __always_inline void sender_record(
	struct axe_process *record, const struct axe_sender *sender)
{
	if (sender->signal != SIGNAL_KILL)
		record->signal = *sender;
	else if (!record->kill.signal)
		record->kill = *sender;
}

/*
 * What a test's processes do among themselves stays out of the ring, but for SIGKILL. One by the
 * kernel's own hand does, too: the record of the end has it, and the kill of a large group would
 * fill the ring with it while the supervisor is still in the call that kills.
 */
static __always_inline bool sender_is_news(
	const struct axe_sender *sender, const struct ring_place *target)
{
	struct ring_place place = {};

	if (sender->signal == SIGNAL_KILL)
		return sender->origin != AXE_SENDER_KERNEL;
	if (sender->origin == AXE_SENDER_SELF)
		return false;
	return !member_find(&sender->process, &place) || place.index != target->index;
}

static __always_inline void sender_tell(const struct ring_place *place,
	const struct axe_process_key *target, const struct axe_sender *sender)
{
	struct axe_event_signal *event;

	event = ring_reserve(place, AXE_EVENT_SIGNAL, sizeof(*event), target);
	if (!event)
		return;

	event->sender = *sender;
	ring_submit(event, false);
}

#endif
