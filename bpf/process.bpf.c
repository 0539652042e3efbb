/*
 * The core tier: every birth, exec, end, deadly signal and move of the processes of watched groups.
 * One hook, one short function. It must load on every kernel that we support: no trampolines.
 */
#include "bpf/birth.bpf.h"
#include "bpf/exec.bpf.h"
#include "bpf/exit.bpf.h"
#include "bpf/lock.bpf.h"
#include "bpf/move.bpf.h"
#include "bpf/sender.bpf.h"
#include "bpf/victim.bpf.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

/*
 * From 7.0 on a program at a tracepoint can be preempted, and the kernel skips it for every other
 * process that comes by on that processor until it goes on. So births and ends are also, or
 * instead, taken where interrupts are off, and a skipped exec is made good at the end of the
 * process. All other hooks hold a spinlock.
 */

/* Before 7.0: told before the child runs and after it entered its group. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *creator, struct task_struct *child)
{
	return child->pid == child->tgid ? birth_of(creator, child) : 0;
}

/* From 7.0 on: the same moment, with the run queue locked. */
SEC("?tp_btf/sched_wakeup_new")
int BPF_PROG(process_fork_locked, struct task_struct *child)
{
	if (child->pid != child->tgid)
		return 0;
	return birth_of((struct task_struct *)bpf_get_current_task_btf(), child);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task)
{
	struct axe_process_key key = key_of(task);
	struct ring_place place = {};
	struct axe_process *record = member_find(&key, &place);

	if (record)
		exec_record(&place, &key, record, task);
	return 0;
}

/* From 6.16 on. */
SEC("?tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task, bool group_dead)
{
	return group_dead ? exit_of(task) : 0;
}

/* Before: several threads may see the last of them gone. */
SEC("?tp_btf/sched_process_exit")
int BPF_PROG(process_exit_live, struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, live.counter) == 0 ? exit_of(task) : 0;
}

/* From 7.0 on: the dead leave their group after this. */
SEC("?tp_btf/sched_switch")
int BPF_PROG(process_dead, bool preempted, struct task_struct *task, struct task_struct *next,
	unsigned int state)
{
	if (!(state & KERNEL_TASK_DEAD) || BPF_CORE_READ(task, signal, live.counter) != 0)
		return 0;
	return exit_found_late(task);
}

/* The target's siglock is held: the signals of one process come one after another. */
SEC("tp_btf/signal_generate")
int BPF_PROG(
	process_signal, int number, void *info, struct task_struct *task, int group, int result)
{
	struct ring_place place = {};
	struct axe_sender sender = {};
	struct axe_process_key key;
	struct axe_process *record;

	if (!signal_ends_process(number) || !signal_is_delivered(result))
		return 0;

	key = key_of(task);
	record = member_find(&key, &place);
	if (record ? record->flags & AXE_PROCESS_EXITED : !is_newborn(&place, task, number))
		return 0;

	sender_fill(&sender, number, ctx, &key);
	if (!record) {
		sender_of_newborn(&sender, task);
		record = birth_prepare(&key, &place, &sender);
	}
	if (record)
		sender_record(record, &sender);
	if (sender_is_news(&sender, &place))
		sender_tell(&place, &key, &sender);
	return 0;
}

/* From 6.8 on. */
SEC("?tp_btf/mark_victim")
int BPF_PROG(process_victim, struct task_struct *task)
{
	struct axe_process_key key = key_of(task);

	victim_mark(&key);
	return 0;
}

/* Before: a bare pid, which the table of processes turns into a key. An OOM kill is rare. */
SEC("?tp_btf/mark_victim")
int BPF_PROG(process_victim_pid, int pid)
{
	struct victim_search search = { .tgid = pid };

	bpf_for_each_map_elem(&processes, victim_match, &search, 0);
	if (search.found)
		victim_mark(&search.key);
	return 0;
}

/* Told once for the leader when a whole process moves; the fork lock is held for writing. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(process_move, struct cgroup *cgroup, const char *path, struct task_struct *task)
{
	struct axe_process_key key;
	struct ring_place place = {};
	struct axe_process *record;

	if (task->pid != task->tgid)
		return 0;

	key = key_of(task);
	record = member_find(&key, &place);
	if (record)
		move_member(&place, &key, record, cgroup);
	else if (cgroup_is_v2(cgroup))
		move_in(cgroup, task);
	return 0;
}

SEC("tp_btf/cgroup_notify_populated")
int BPF_PROG(group_populated, struct cgroup *cgroup, const char *path, int value)
{
	group_tell(cgroup, AXE_EVENT_POPULATED, value);
	return 0;
}

SEC("tp_btf/cgroup_notify_frozen")
int BPF_PROG(group_frozen, struct cgroup *cgroup, const char *path, int value)
{
	group_tell(cgroup, AXE_EVENT_FROZEN, value);
	return 0;
}

/*
 * POSIX and OFD locks, flock(2) and leases: each is tried once before anybody waits for it. The
 * inode's lock list is locked.
 */
SEC("?tp_btf/posix_lock_inode")
int BPF_PROG(lock_posix, void *inode, void *lock, int result)
{
	return lock_is_given_up(lock) ? 0 : lock_count();
}

SEC("?tp_btf/flock_lock_inode")
int BPF_PROG(lock_flock, void *inode, void *lock, int result)
{
	return lock_is_given_up(lock) ? 0 : lock_count();
}

SEC("?tp_btf/generic_add_lease")
int BPF_PROG(lock_lease, void *inode, void *lease)
{
	return lock_count();
}
