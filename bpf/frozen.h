/*
 * What the processes of a group have in hand: the records of one look at them, each with its own
 * size. Written by the iterator of the frozen tier, or by a reader of /proc in its place.
 */
#ifndef AXE_BPF_FROZEN_H
#define AXE_BPF_FROZEN_H

#include "bpf/event.h"

/* What came of asking the group itself for its members. */
enum axe_frozen_few {
	AXE_FROZEN_FEW_TOLD, /* all of them */
	AXE_FROZEN_FEW_NOT, /* too many, with groups below, tracing somebody; or this kernel cannot
			     */
	AXE_FROZEN_FEW_LATE, /* some; then the time was over */
};

enum axe_frozen_type {
	AXE_FROZEN_PROCESS = 1, /* struct axe_frozen_process: behind what it holds */
	AXE_FROZEN_FILE, /* struct axe_frozen_file: one that may matter; most are not told */
	AXE_FROZEN_MAP, /* struct axe_frozen_map: shared and writable, of a file */
	AXE_FROZEN_TRACED, /* struct axe_frozen_traced: an outsider that a member traces */
	AXE_FROZEN_AGAIN, /* struct axe_frozen_again: files that were told of another process */
};

struct axe_frozen_head {
	axe_u32 type; /* enum axe_frozen_type */
	axe_u32 tgid;
};

struct axe_frozen_process {
	struct axe_frozen_head head;
	axe_u64 start_ns; /* 0: unknown */
	axe_u32 parent;
	axe_u32 tracer; /* 0: none */
	axe_u32 files; /* open, whether told or not */
	axe_u32 flags; /* enum axe_frozen_process_flag */
	char comm[AXE_COMM_SIZE];
};
static_assert(sizeof(struct axe_frozen_process) == 48, "frozen process");

enum axe_frozen_process_flag {
	AXE_FROZEN_FILES_CUT = 1 << 0, /* more descriptors than are looked at */
	AXE_FROZEN_MAPS_UNSEEN = 1 << 1, /* its memory was not looked at */
};

enum axe_frozen_mark {
	AXE_FROZEN_WRITES = 1 << 0, /* opened for writing */
	AXE_FROZEN_LOCKED = 1 << 1, /* somebody holds a lock on it: its fdinfo says whether we do */
	AXE_FROZEN_LISTENS = 1 << 2, /* a socket that listens */
	AXE_FROZEN_URING = 1 << 3, /* an io_uring */
	AXE_FROZEN_DEVICE =
		1 << 4, /* a block device opened for writing, or a rarer character device */
	AXE_FROZEN_BY_THREAD = 1 << 5, /* a thread's; another may have told the same table */
};

/* Devices as makedev's major << 20 | minor: the kernel's own form. */
struct axe_frozen_file {
	struct axe_frozen_head head;
	axe_u32 descriptor;
	axe_u32 flags; /* O_* as fcntl has them */
	axe_u64 position;
	axe_u64 size;
	axe_u64 inode;
	axe_u32 device; /* of the file system */
	axe_u32 special; /* which device it is, when it is one */
	axe_u32 magic; /* of the file system: statfs(2) */
	axe_u32 links; /* 0: it has no name any more */
	axe_u32 mode; /* S_IFMT and permissions */
	axe_u32 marks; /* enum axe_frozen_mark */
};
static_assert(sizeof(struct axe_frozen_file) == 64, "frozen file");

/*
 * Open files that were told of another process and are shared with this one, as by a fork: not what
 * it opened itself. The records of files are numbered from 0 as they come.
 */
#define AXE_FROZEN_AGAIN_MOST 32
#define AXE_FROZEN_TOLD_MOST  1024 /* none behind these is told again */

struct axe_frozen_again {
	struct axe_frozen_head head;
	axe_u32 count;
	axe_u32 padding;
	struct {
		axe_u32 descriptor;
		axe_u32 number;
	} files[AXE_FROZEN_AGAIN_MOST]; /* the record ends after `count` of them */
};
static_assert(sizeof(struct axe_frozen_again) == 272, "frozen again");

struct axe_frozen_map {
	struct axe_frozen_head head;
	axe_u64 start;
	axe_u64 end;
	axe_u64 inode;
	axe_u64 size; /* of the file */
	axe_u32 device;
	axe_u32 magic;
	axe_u32 links;
	axe_u32 mode;
};
static_assert(sizeof(struct axe_frozen_map) == 56, "frozen map");

struct axe_frozen_traced {
	struct axe_frozen_head head; /* the outsider */
	axe_u32 tracer; /* the member */
	axe_u32 thread; /* the outsider's thread */
	char comm[AXE_COMM_SIZE]; /* of the outsider */
};
static_assert(sizeof(struct axe_frozen_traced) == 32, "frozen traced");

#endif
