/*
 * The frozen tier: what the members of a group have open, and which outsiders they trace. Needs no
 * trampolines. A pass over all tasks of the host tells it of any group; where the kernel can hand
 * out the tasks of one group, those of a small one that traces nobody are told without that pass.
 */
#include "bpf/frozen_few.bpf.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

static __always_inline void tell_outsider(struct task_struct *task)
{
	struct task_struct *tracer = (void *)TASK_MORE(task, parent);
	struct axe_frozen_traced record = {
		.head = { AXE_FROZEN_TRACED, task->tgid },
		.thread = task->pid,
	};

	if (!is_member(tracer))
		return;
	record.tracer = BPF_CORE_READ(tracer, tgid);
	bpf_probe_read_kernel(record.comm, sizeof(record.comm), task->comm);
	tell(&record, sizeof(record));
}

/*
 * It waits to be reaped, and has nothing open: the group does not count it either. A first thread
 * that went before the others is still the process; who is stuck on its way out may hold files.
 */
static __always_inline bool has_ended(struct task_struct *task)
{
	return TASK_MORE(task, exit_state) && BPF_CORE_READ(task, signal, live.counter) == 0;
}

SEC("iter/task")
int frozen_task(struct bpf_iter__task *context)
{
	struct seq_file *out = context->meta->seq;
	struct task_struct *task = context->task;
	axe_u8 mark = 0;

	if (!task)
		return 0;
	if (!is_member(task)) {
		if (TASK_MORE(task, ptrace))
			tell_outsider(task);
		return 0;
	}
	if (has_ended(task))
		return 0;
	tell_task(task);
	/* So that a read ends after a few members and the reader empties the ring. */
	bpf_seq_write(out, &mark, sizeof(mark));
	return 0;
}

SEC("syscall")
int frozen_members(void *context)
{
	return tell_few();
}
