/*
 * The kernel fields that the frozen and the evidence tier read beside those of bpf/kernel.h. What
 * stands behind `___` is no part of a type's name for CO-RE.
 */
#ifndef AXE_BPF_FROZEN_KERNEL_H
#define AXE_BPF_FROZEN_KERNEL_H

#include "bpf/kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

struct file_lock_context {
	struct list_head flc_flock;
	struct list_head flc_posix;
};

struct super_block {
	unsigned int s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	unsigned int i_rdev;
	long long i_size;
	struct file_lock_context *i_flctx;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct address_space {
	atomic_t i_mmap_writable;
};

struct file {
	unsigned int f_mode;
	unsigned int f_flags;
	struct address_space *f_mapping;
	void *private_data;
	struct inode *f_inode;
	struct path f_path;
	long long f_pos;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	axe_u64 *open_fds;
};

struct files_struct {
	struct fdtable *fdt;
};

struct sock_common {
	unsigned char skc_state;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	struct file *vm_file;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct ipc_namespace {
	struct ns_common ns;
};

struct uts_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct net *net_ns;
};

struct task_struct___more {
	int exit_state;
	unsigned int ptrace;
	struct list_head ptraced;
	struct task_struct___more *parent;
	struct task_struct___more *group_leader;
	int tgid;
	struct files_struct *files;
	struct nsproxy *nsproxy;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/* A field of a task that bpf/kernel.h does not name. */
#define TASK_MORE(task, ...) BPF_CORE_READ((struct task_struct___more *)(task), __VA_ARGS__)

#endif
