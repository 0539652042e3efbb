/*
 * The few kernel fields that we read. CO-RE finds each by name in the running kernel's BTF, so this
 * stands in for a generated vmlinux.h and the build needs no BTF of its own.
 */
#ifndef AXE_BPF_KERNEL_H
#define AXE_BPF_KERNEL_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "bpf/event.h"

/* BPF_PROG always hands over the context, wanted or not. */
#pragma clang diagnostic ignored "-Wunused-parameter"

#define KERNEL_EXISTS 17 /* EEXIST */

/* task_struct::flags, task_struct::__state: macros in the kernel, so BTF cannot tell them. */
#define KERNEL_TASK_EXITING 0x00000004 /* PF_EXITING */
#define KERNEL_TASK_DEAD    0x00000080 /* TASK_DEAD: it will not run again */
#define KERNEL_TASK_NEW     0x00000800 /* TASK_NEW: copied, never ran */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	axe_u64 id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	int nr_descendants;
	struct kernfs_node *kn;
	struct cgroup_root *root;
	struct cgroup *ancestors[1];
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	unsigned int val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct signal_struct {
	atomic_t live;
	int group_exit_code;
	unsigned int flags;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
};

struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
};

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	unsigned int self_exec_id;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	axe_u64 start_boottime;
	const struct cred *cred;
	char comm[AXE_COMM_SIZE];
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct css_set *cgroups;
};

struct linux_binprm;

/* From 6.9 on. */
struct file_lock_core {
	unsigned char flc_type;
};

struct file_lock {
	struct file_lock_core c;
};

/* Before. */
struct file_lock___flat {
	unsigned char fl_type;
};

#pragma clang attribute pop

#endif
