/*
 * The evidence tier: who writes settings and opens devices, in the groups that the programs are
 * attached to. It sees and permits everything.
 */
#include "bpf/evidence.h"
#include "bpf/frozen_kernel.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

#define PERMIT 1

#define KERNEL_TOO_BIG 7 /* E2BIG */

#define MAJOR_MEMORY   1
#define MAJOR_MISC     10
#define MINOR_MEM      1
#define MINOR_KMEM     2
#define MINOR_PORT     4
#define MINOR_KMSG     11
#define MINOR_WATCHDOG 130
#define MINOR_MAPPER   236
#define MINOR_LOOP     237

/* Preallocated: an insertion allocates nothing. A row is written by whoever wrote last. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct axe_evidence_key);
	__type(value, struct axe_evidence);
} rows SEC(".maps");

/* Set before the load. */
const volatile axe_u32 watch_level; /* depth of assessment groups in the v2 tree */
const volatile axe_u32 watchdog_major; /* of those but the first; 0: there are none */
const struct axe_evidence blank; /* too long for the stack */

axe_u64 lost; /* rows that found no room */

static __always_inline axe_u64 group_of(struct task_struct *task)
{
	struct cgroup *group = BPF_CORE_READ(task, cgroups, dfl_cgrp), *ancestor = NULL;
	int level = watch_level;

	if (BPF_CORE_READ(group, level) < level)
		return BPF_CORE_READ(group, kn, id);
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
		(void *)group + bpf_core_field_offset(struct cgroup, ancestors) +
			level * sizeof(ancestor));
	return ancestor ? BPF_CORE_READ(ancestor, kn, id) : 0;
}

static __always_inline void fill_writer(
	struct axe_evidence_writer *writer, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	writer->process.tgid = BPF_CORE_READ(leader, tgid);
	writer->process.start_ns = BPF_CORE_READ(leader, start_boottime);
	writer->time_ns = bpf_ktime_get_ns();
	writer->uid = BPF_CORE_READ(task, cred, uid.val);
	writer->net_namespace = TASK_MORE(task, nsproxy, net_ns, ns.inum);
	writer->ipc_namespace = TASK_MORE(task, nsproxy, ipc_ns, ns.inum);
	writer->uts_namespace = TASK_MORE(task, nsproxy, uts_ns, ns.inum);
	bpf_probe_read_kernel(writer->comm, sizeof(writer->comm), task->comm);
}

/* The row of that key, with this writer as its last. NULL: no room, counted. */
static __always_inline struct axe_evidence *row_of(
	const struct axe_evidence_key *key, struct task_struct *task)
{
	struct axe_evidence *row = bpf_map_lookup_elem(&rows, key);

	if (!row) {
		bpf_map_update_elem(&rows, key, &blank, BPF_NOEXIST);
		row = bpf_map_lookup_elem(&rows, key);
	}
	if (!row) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	fill_writer(&row->last, task);
	return row;
}

/* True for the one that wrote first. */
static __always_inline bool claim_first(struct axe_evidence *row, struct task_struct *task)
{
	if (__sync_fetch_and_add(&row->writes, 1))
		return false;
	fill_writer(&row->first, task);
	return true;
}

static __always_inline void note_old_value(struct axe_evidence *row, struct bpf_sysctl *context)
{
	long length = bpf_sysctl_get_current_value(context, row->old_value, sizeof(row->old_value));

	if (length == -KERNEL_TOO_BIG)
		row->flags |= AXE_EVIDENCE_OLD_CUT;
	else if (length < 0)
		row->flags |= AXE_EVIDENCE_OLD_UNKNOWN;
}

SEC("cgroup/sysctl")
int evidence_sysctl(struct bpf_sysctl *context)
{
	struct axe_evidence_key key = { .kind = AXE_EVIDENCE_SYSCTL };
	struct task_struct *task;
	struct axe_evidence *row;
	bool cut;

	if (!context->write)
		return PERMIT;
	task = (struct task_struct *)bpf_get_current_task();
	key.cgroup_id = group_of(task);
	cut = bpf_sysctl_get_name(context, key.name, sizeof(key.name), 0) < 0;
	row = row_of(&key, task);
	if (!row)
		return PERMIT;
	if (cut)
		row->flags |= AXE_EVIDENCE_NAME_CUT;
	if (claim_first(row, task))
		note_old_value(row, context);
	if (bpf_sysctl_get_new_value(context, row->new_value, sizeof(row->new_value)) < 0)
		row->flags |= AXE_EVIDENCE_NEW_CUT;
	else
		row->flags &= ~AXE_EVIDENCE_NEW_CUT;
	return PERMIT;
}

/* Whether an access to that device may hurt others. */
static __always_inline bool device_matters(const struct axe_evidence_device *device, axe_u32 access)
{
	bool writes = access & BPF_DEVCG_ACC_WRITE;

	if (device->type == AXE_DEVICE_BLOCK)
		return writes;
	if (device->major == MAJOR_MEMORY)
		return writes &&
		       (device->minor == MINOR_MEM || device->minor == MINOR_KMEM ||
			       device->minor == MINOR_PORT || device->minor == MINOR_KMSG);
	if (device->major == MAJOR_MISC)
		return device->minor == MINOR_WATCHDOG || device->minor == MINOR_MAPPER ||
		       device->minor == MINOR_LOOP;
	return watchdog_major && device->major == watchdog_major;
}

SEC("cgroup/dev")
int evidence_device(struct bpf_cgroup_dev_ctx *context)
{
	struct axe_evidence_key key = { .kind = AXE_EVIDENCE_DEVICE };
	axe_u32 access = context->access_type >> 16;
	struct task_struct *task;
	struct axe_evidence *row;

	key.device.type = context->access_type & 0xffff;
	key.device.major = context->major;
	key.device.minor = context->minor;
	access &=
		BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE; /* a node that is only made is harmless */
	if (!access || !device_matters(&key.device, access))
		return PERMIT;
	task = (struct task_struct *)bpf_get_current_task();
	key.cgroup_id = group_of(task);
	row = row_of(&key, task);
	if (!row)
		return PERMIT;
	row->access |= access;
	claim_first(row, task);
	return PERMIT;
}
