/* What is told of one task of the group that is looked at. */
#ifndef AXE_BPF_FROZEN_TASK_H
#define AXE_BPF_FROZEN_TASK_H

#include "bpf/frozen_files.bpf.h"

/* Macros of the kernel, so BTF cannot tell them. */
#define KERNEL_MAP_WRITE  0x2 /* VM_WRITE */
#define KERNEL_MAP_SHARED 0x8 /* VM_SHARED */

/* Set before each look. */
axe_u64 target_id; /* of the group */
axe_u32 target_level; /* its depth */
axe_u32 maps_left; /* processes whose memory may still be walked without a reason */

/* From 6.7 on; it only tries the lock of the memory, so nobody waits here. */
struct bpf_iter_task_vma {
	axe_u64 opaque;
};
extern int bpf_iter_task_vma_new(
	struct bpf_iter_task_vma *it, struct task_struct *task, axe_u64 address) __weak __ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __weak __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __weak __ksym;

static __always_inline bool is_member(struct task_struct *task)
{
	struct cgroup *group = BPF_CORE_READ(task, cgroups, dfl_cgrp), *ancestor = NULL;
	int level = target_level;

	if (BPF_CORE_READ(group, level) < level)
		return false;
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
		(void *)group + bpf_core_field_offset(struct cgroup, ancestors) +
			level * sizeof(ancestor));
	return ancestor && BPF_CORE_READ(ancestor, kn, id) == target_id;
}

static __always_inline void tell_map(struct vm_area_struct *map, axe_u32 tgid)
{
	axe_u64 flags = BPF_CORE_READ(map, vm_flags);
	struct axe_frozen_map record = { .head = { AXE_FROZEN_MAP, tgid } };
	struct inode *inode;

	if (!(flags & KERNEL_MAP_SHARED) || !(flags & KERNEL_MAP_WRITE))
		return;
	inode = BPF_CORE_READ(map, vm_file, f_inode);
	record.links = inode ? BPF_CORE_READ(inode, i_nlink) : 0;
	record.mode = inode ? BPF_CORE_READ(inode, i_mode) : 0;
	if (!record.links || (record.mode & KERNEL_MODE_TYPE) != KERNEL_MODE_PLAIN)
		return;
	record.start = BPF_CORE_READ(map, vm_start);
	record.end = BPF_CORE_READ(map, vm_end);
	record.inode = BPF_CORE_READ(inode, i_ino);
	record.size = BPF_CORE_READ(inode, i_size);
	record.device = BPF_CORE_READ(inode, i_sb, s_dev);
	record.magic = BPF_CORE_READ(inode, i_sb, s_magic);
	tell(&record, sizeof(record));
}

/* False: it could not be looked at now, or this kernel cannot do it. */
static __always_inline bool walk_maps(struct task_struct *task, axe_u32 tgid)
{
	struct bpf_iter_task_vma iterator = {};
	struct vm_area_struct *map;
	int code;

	if (!bpf_iter_task_vma_new)
		return false;
	if (!BPF_CORE_READ(task, mm)) /* it has given its memory back */
		return true;
	code = bpf_iter_task_vma_new(&iterator, task, 0);
	while ((map = bpf_iter_task_vma_next(&iterator)))
		tell_map(map, tgid);
	bpf_iter_task_vma_destroy(&iterator);
	return code == 0;
}

static __always_inline void tell_process(struct task_struct *task)
{
	struct axe_frozen_process record = {
		.head = { AXE_FROZEN_PROCESS, task->tgid },
		.start_ns = BPF_CORE_READ(task, start_boottime),
		.parent = BPF_CORE_READ(task, real_parent, tgid),
	};
	struct files_struct *files = TASK_MORE(task, files);
	bool mapped = false;

	if (TASK_MORE(task, ptrace))
		record.tracer = TASK_MORE(task, parent, tgid);
	bpf_probe_read_kernel(record.comm, sizeof(record.comm), task->comm);
	if (files)
		mapped = walk_files(files, 0, &record);
	if (maps_left)
		maps_left--;
	else if (!mapped)
		record.flags |= AXE_FROZEN_MAPS_UNSEEN;
	if (!(record.flags & AXE_FROZEN_MAPS_UNSEEN) && !walk_maps(task, record.head.tgid))
		record.flags |= AXE_FROZEN_MAPS_UNSEEN;
	tell(&record, sizeof(record));
}

/* A thread may have a table of its own, and outlive the first one's. */
static __always_inline void tell_thread(struct task_struct *task)
{
	struct files_struct *files = TASK_MORE(task, files);
	struct axe_frozen_process record = { .head.tgid = task->tgid };

	if (files && files != TASK_MORE(task, group_leader, files))
		walk_files(files, AXE_FROZEN_BY_THREAD, &record);
}

static __always_inline void tell_task(struct task_struct *task)
{
	if (task->pid == task->tgid)
		tell_process(task);
	else
		tell_thread(task);
}

#endif
