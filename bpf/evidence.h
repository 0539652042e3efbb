/*
 * Who wrote what: the contract of the evidence tier, as bpf/event.h is of the core. One row for
 * each setting or device that a watched group touched, however often.
 */
#ifndef AXE_BPF_EVIDENCE_H
#define AXE_BPF_EVIDENCE_H

#include "bpf/event.h"

#define AXE_EVIDENCE_NAME_SIZE  96
#define AXE_EVIDENCE_VALUE_SIZE 128

enum axe_evidence_kind {
	AXE_EVIDENCE_SYSCTL = 1, /* written below /proc/sys */
	AXE_EVIDENCE_DEVICE, /* opened for writing, or a watchdog at all */
};

/* BPF_DEVCG_DEV_BLOCK and _CHAR of linux/bpf.h. */
enum axe_device_type { AXE_DEVICE_BLOCK = 1, AXE_DEVICE_CHARACTER = 2 };

struct axe_evidence_device {
	axe_u32 type; /* enum axe_device_type */
	axe_u32 major;
	axe_u32 minor;
};

/* All bytes count in a hash: what is not used is zero. */
struct axe_evidence_key {
	axe_u64 cgroup_id; /* the group at the watched level; above it, the writer's own */
	axe_u32 kind; /* enum axe_evidence_kind */
	axe_u32 padding;
	union {
		char name[AXE_EVIDENCE_NAME_SIZE]; /* "kernel/threads-max" */
		struct axe_evidence_device device;
	};
};
static_assert(sizeof(struct axe_evidence_key) == 112, "evidence key");

enum axe_evidence_flag {
	AXE_EVIDENCE_OLD_UNKNOWN = 1 << 0, /* it cannot be read */
	AXE_EVIDENCE_OLD_CUT = 1 << 1,
	AXE_EVIDENCE_NEW_CUT = 1 << 2,
	AXE_EVIDENCE_NAME_CUT = 1 << 3,
};

struct axe_evidence_writer {
	struct axe_process_key process;
	axe_u64 time_ns; /* CLOCK_MONOTONIC */
	axe_u32 uid;
	/* Inode numbers of its namespaces: some settings are not the host's. */
	axe_u32 net_namespace;
	axe_u32 ipc_namespace;
	axe_u32 uts_namespace;
	char comm[AXE_COMM_SIZE];
};
static_assert(sizeof(struct axe_evidence_writer) == 56, "evidence writer");

struct axe_evidence {
	axe_u64 writes; /* asked for; the kernel may have refused some */
	axe_u32 flags; /* enum axe_evidence_flag */
	axe_u32 access; /* of a device: BPF_DEVCG_ACC_* together */
	struct axe_evidence_writer first;
	struct axe_evidence_writer last;
	char old_value[AXE_EVIDENCE_VALUE_SIZE]; /* before the first write */
	char new_value[AXE_EVIDENCE_VALUE_SIZE]; /* as the last write gave it */
};
static_assert(sizeof(struct axe_evidence) == 384, "evidence");

#endif
