/*
 * The members of a group, asked of the group: for as many as there is room to note. First noted and
 * then told, because a list of tasks that is walked costs the verifier each way through its body.
 */
#ifndef AXE_BPF_FROZEN_FEW_H
#define AXE_BPF_FROZEN_FEW_H

#include "bpf/frozen_task.bpf.h"

#define FEW_MOST 64 /* a power of two */

#define KERNEL_LEADERS 1 /* CSS_TASK_ITER_PROCS: also one that is dead, if a thread of it lives */
#define KERNEL_LIVING  0

/* From 6.7 on. */
struct bpf_iter_css_task {
	axe_u64 opaque;
};
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css,
	unsigned int flags) __weak __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __weak __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __weak __ksym;
extern struct cgroup *bpf_cgroup_from_id(axe_u64 id) __weak __ksym;
extern void bpf_cgroup_release(struct cgroup *group) __weak __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __weak __ksym;
extern void bpf_task_release(struct task_struct *task) __weak __ksym;

axe_u64 deadline_ns; /* CLOCK_MONOTONIC; set before each look */

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
	struct cgroup *group = bpf_cgroup_from_id(target_id);
	bool below;

	if (!group)
		return false;
	below = BPF_CORE_READ(group, nr_descendants) > 0;
	if (!below) {
		note_members(group, KERNEL_LEADERS);
		note_members(group, KERNEL_LIVING);
	}
	bpf_cgroup_release(group);
	return !below && !few_traced && few_count <= FEW_MOST;
}

/* enum axe_frozen_few */
static __always_inline int tell_few(void)
{
	few_count = 0;
	few_traced = few_late = false;
	if (!bpf_iter_css_task_new || !bpf_cgroup_from_id || !note_few())
		return AXE_FROZEN_FEW_NOT;
	bpf_loop(few_count, tell_noted, NULL, 0);
	if (few_late)
		return AXE_FROZEN_FEW_LATE;
	return lost ? AXE_FROZEN_FEW_NOT : AXE_FROZEN_FEW_TOLD;
}

#endif
