/*
 * The members of a group and of those below it, asked of the groups: for as many as there is room
 * to note. First noted and then told, because a list of tasks that is walked costs the verifier
 * each way through its body; and groups, because one that a walk hands out may not be walked
 * itself.
 */
#ifndef AXE_BPF_FROZEN_FEW_H
#define AXE_BPF_FROZEN_FEW_H

#include "bpf/frozen_task.bpf.h"

/* Powers of two. */
#define FEW_MOST    64
#define GROUPS_MOST 16

#define KERNEL_DESCENDANTS 2 /* BPF_CGROUP_ITER_DESCENDANTS_PRE: the group itself first */

#define KERNEL_LEADERS 1 /* CSS_TASK_ITER_PROCS: also one that is dead, if a thread of it lives */
#define KERNEL_LIVING  0

/* From 6.7 on. */
struct bpf_iter_css_task {
	axe_u64 opaque;
};
struct bpf_iter_css {
	axe_u64 opaque[3];
};
extern int bpf_iter_css_new(struct bpf_iter_css *it, struct cgroup_subsys_state *start,
	unsigned int flags) __weak __ksym;
extern struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it) __weak __ksym;
extern void bpf_iter_css_destroy(struct bpf_iter_css *it) __weak __ksym;
extern void bpf_rcu_read_lock(void) __weak __ksym;
extern void bpf_rcu_read_unlock(void) __weak __ksym;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css,
	unsigned int flags) __weak __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __weak __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __weak __ksym;
extern struct cgroup *bpf_cgroup_from_id(axe_u64 id) __weak __ksym;
extern void bpf_cgroup_release(struct cgroup *group) __weak __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __weak __ksym;
extern void bpf_task_release(struct task_struct *task) __weak __ksym;

axe_u64 deadline_ns; /* CLOCK_MONOTONIC; set before each look */

axe_u32 few_groups_count;
axe_u64 few_groups[GROUPS_MOST]; /* ids */
axe_u32 few_count;
int few_pids[FEW_MOST];
bool few_traced; /* one of them traces somebody */
bool few_late;

static __always_inline bool traces(struct task_struct *task)
{
	struct list_head *traced =
		(void *)task + bpf_core_field_offset(struct task_struct___more, ptraced);

	return is_held(traced);
}

static __always_inline void note_members(struct cgroup *group, unsigned int flags)
{
	struct bpf_iter_css_task iterator = {};
	struct task_struct *task;

	bpf_iter_css_task_new(&iterator, &group->self, flags);
	while ((task = bpf_iter_css_task_next(&iterator))) {
		if ((task->pid == task->tgid) != (flags == KERNEL_LEADERS))
			continue;
		few_traced |= traces(task);
		few_pids[few_count & (FEW_MOST - 1)] = task->pid;
		few_count++;
	}
	bpf_iter_css_task_destroy(&iterator);
}

static __always_inline void note_groups(struct cgroup *top)
{
	struct bpf_iter_css iterator = {};
	struct cgroup_subsys_state *each;

	bpf_rcu_read_lock();
	bpf_iter_css_new(&iterator, &top->self, KERNEL_DESCENDANTS);
	while ((each = bpf_iter_css_next(&iterator))) {
		few_groups[few_groups_count & (GROUPS_MOST - 1)] =
			BPF_CORE_READ(each, cgroup, kn, id);
		few_groups_count++;
	}
	bpf_iter_css_destroy(&iterator);
	bpf_rcu_read_unlock();
}

/* Whoever was in one that went meanwhile was moved or had ended: that group was not frozen. */
static long note_members_of(axe_u32 number, void *data)
{
	struct cgroup *group = bpf_cgroup_from_id(few_groups[number & (GROUPS_MOST - 1)]);

	if (!group)
		return 0;
	note_members(group, KERNEL_LEADERS);
	note_members(group, KERNEL_LIVING);
	bpf_cgroup_release(group);
	return few_count > FEW_MOST;
}

/* A number may have been given to another since, when the group was not frozen after all. */
static long tell_noted(axe_u32 number, void *data)
{
	struct task_struct *task = bpf_task_from_pid(few_pids[number & (FEW_MOST - 1)]);

	if (!task)
		return 0;
	if (is_member(task))
		tell_task(task);
	bpf_task_release(task);
	few_late = bpf_ktime_get_ns() >= deadline_ns;
	return few_late || lost;
}

static __always_inline bool note_few(void)
{
	struct cgroup *top = bpf_cgroup_from_id(target_id);
	bool small;

	if (!top)
		return false;
	small = BPF_CORE_READ(top, nr_descendants) < GROUPS_MOST;
	if (small)
		note_groups(top);
	bpf_cgroup_release(top);
	if (!small || few_groups_count > GROUPS_MOST)
		return false;
	bpf_loop(few_groups_count, note_members_of, NULL, 0);
	return !few_traced && few_count <= FEW_MOST;
}

/* enum axe_frozen_few */
static __always_inline int tell_few(void)
{
	few_groups_count = few_count = 0;
	few_traced = few_late = false;
	if (!bpf_iter_css_task_new || !bpf_iter_css_new || !bpf_cgroup_from_id || !note_few())
		return AXE_FROZEN_FEW_NOT;
	bpf_loop(few_count, tell_noted, NULL, 0);
	if (few_late)
		return AXE_FROZEN_FEW_LATE;
	return lost ? AXE_FROZEN_FEW_NOT : AXE_FROZEN_FEW_TOLD;
}

#endif
