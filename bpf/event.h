/*
 * The contract of both halves: what the kernel half writes and the supervisor reads.
 * Fixed-width types, explicit padding, sizes asserted on both sides; a change of any of them is a
 * change of AXE_ABI_VERSION. A supervisor takes over what an older one left by the names of the
 * fields of slots, intents, groups and processes: a name keeps its meaning for ever, and so do the
 * values of its enum. An event of another meaning has another number or another size.
 */
#ifndef AXE_BPF_EVENT_H
#define AXE_BPF_EVENT_H

#ifndef __bpf__
#include <assert.h>
#include <stdint.h>
typedef uint8_t axe_u8;
typedef uint16_t axe_u16;
typedef uint32_t axe_u32;
typedef uint64_t axe_u64;
#else
typedef unsigned char axe_u8;
typedef unsigned short axe_u16;
typedef unsigned int axe_u32;
typedef unsigned long long axe_u64;
#define static_assert _Static_assert
#endif

#define AXE_ABI_VERSION 4
#define AXE_COMM_SIZE   16
#define AXE_ARGV_SIZE   480

/*
 * A process through all its life, exec and pid reuse included. `start_ns` is the group leader's
 * start_boottime (CLOCK_BOOTTIME): an identity, not a time to compare with the times below, which
 * are all CLOCK_MONOTONIC.
 */
struct axe_process_key {
	axe_u32 tgid; /* in the initial pid namespace */
	axe_u32 padding;
	axe_u64 start_ns;
};

/* What a watched cgroup is to the supervisor. */
enum axe_slot_kind {
	AXE_SLOT_FREE = 0,
	AXE_SLOT_ASSESSMENT, /* its processes are recorded */
	AXE_SLOT_JOB, /* the parent group: only `populated` and `frozen` are told */
};

/*
 * One watched cgroup: an entry of the mmap'able array `slots`, written by the kernel half with
 * atomic additions (which cannot fail), read by the supervisor. The truth of the counts.
 * At rest forks + joins == exits.
 */
struct axe_slot {
	axe_u64 cgroup_id;
	axe_u32 generation; /* of this slot: records of an earlier tenant never count for a later */
	axe_u32 kind; /* enum axe_slot_kind */
	axe_u64 sequence; /* of the slot's next event, from 0: a gap in the ring is a loss */
	axe_u64 forks; /* processes born in the group (or to a member, wherever it was) */
	axe_u64 joins; /* processes moved in from outside */
	axe_u64 exits;
	axe_u64 execs;
	axe_u64 exits_signaled; /* ended by a signal */
	axe_u64 exits_failed; /* ended with a status other than 0 */
	axe_u64 oom_kills;
	axe_u64 escapes; /* a member was moved out of the group */
	axe_u64 lost_events; /* did not fit into the ring; the record still has the facts */
	axe_u64 lost_records; /* births that found no room in `processes`; still counted */
	axe_u64 root_exited; /* 1 once the root process is dead */
	axe_u64 roots; /* born into the group by a process outside it; the first is the root */
	axe_u64 lost_exits; /* of those in lost_records; counted in exits */
	axe_u64 lock_calls; /* a member asked for a file lock or a lease */
};
static_assert(sizeof(struct axe_slot) == 136, "slot");

/* What was decided about the tenant of a slot, as far as the next supervisor must go on with it. */
enum axe_intent_flag {
	AXE_INTENT_TERMINATE = 1 << 0, /* TerminateJob, or a cluster's CancelJob */
	AXE_INTENT_CANCEL = 1 << 1, /* the cancel event was raised for somebody */
	AXE_INTENT_CANCEL_JOB = 1 << 2, /* and for the whole job: nothing further is started */
	AXE_INTENT_CANCEL_GRACE = 1 << 3, /* cancel_until_ns ran out */
	AXE_INTENT_TIMEOUT = 1 << 4, /* the time of the assessment ran out */
	AXE_INTENT_OVERRUN = 1 << 5, /* the time of the whole job ran out */
	AXE_INTENT_LEAK = 1 << 6, /* the root ended, others did not */
	AXE_INTENT_KILL = 1 << 7, /* struck_ns: the first SIGKILL of ours may have gone out */
	AXE_INTENT_ABANDONED = 1 << 8,
	AXE_INTENT_ENDED = 1 << 9, /* its end was told: nothing is to be done but to clean up */
	AXE_INTENT_POST = 1 << 10, /* the tenant is the job's `post:` action */
	AXE_INTENT_UNSEEN = 1 << 11, /* births or ends of it may not have been counted */
};

/*
 * One entry of the mmap'able array `intents`, beside the slot of the same index: memory that
 * outlives the supervisor, written by it alone, before it acts. Valid only while `generation` is
 * that of its slot (slots begin with 1): write it last, with release. All times are
 * CLOCK_MONOTONIC; 0 is none.
 */
struct axe_intent {
	axe_u32 generation;
	axe_u32 flags; /* enum axe_intent_flag */
	axe_u64 job;
	axe_u32 attempt;
	axe_u32 index; /* of the assessment; 0 for a job's own slot */
	axe_u32 try_number;
	axe_u32 cause; /* the engine's own word for why it kills */
	struct axe_process_key root; /* tgid 0: not born yet */
	axe_u64 begun_ns;
	axe_u64 begun_wall_ns; /* CLOCK_REALTIME */
	axe_u64 timed_out_ns; /* when the timeout fired */
	axe_u64 timeout_until_ns; /* the timeout, then its grace */
	axe_u64 cancel_ns; /* when the cancel event was raised */
	axe_u64 cancel_signal_ns;
	axe_u64 cancel_until_ns; /* end of the grace that a cancel granted */
	axe_u64 leak_until_ns;
	axe_u64 struck_ns; /* just before the first SIGKILL */
	axe_u64 terminate_ns; /* when the job was told to end */
	axe_u64 runtime_until_ns; /* end of the whole job's time */
	axe_u64 freeze_until_ns;
	axe_u64 kill_until_ns;
	axe_u64 abandon_until_ns;
	axe_u64 ended_ns;
	axe_u64 perturbed_ns; /* frozen by the supervisor for its own sake, so far */
	axe_u64 uid; /* of whoever asked for the end */
	axe_u64 heard; /* the sequence behind the highest event that was taken to be told */
	axe_u64 heard_last; /* the one behind the last such event: numbers may come out of order */
	axe_u64 words; /* lines of the trace that tell what no record keeps: see told.h */
	axe_u64 spare[6];
};
static_assert(sizeof(struct axe_intent) == 256, "intent");

/* `groups`: cgroup id -> this. */
struct axe_group {
	axe_u32 slot;
	axe_u32 generation;
};

/* Who sent a signal. */
enum axe_sender_origin {
	AXE_SENDER_NONE = 0, /* no such signal seen */
	AXE_SENDER_USER, /* kill, tgkill, sigqueue of the process named */
	AXE_SENDER_KERNEL, /* the kernel, for the process named: cgroup.kill's writer, the dying
			    * parent of a PDEATHSIG, the process whose page fault met the limit */
	AXE_SENDER_SELF, /* a fault of its own (SIGSEGV, ...) or a signal to itself */
};

struct axe_sender {
	struct axe_process_key process;
	axe_u32 uid; /* real uid, initial user namespace */
	axe_u8 signal;
	axe_u8 origin; /* enum axe_sender_origin */
	axe_u16 padding;
	char comm[AXE_COMM_SIZE];
};
static_assert(sizeof(struct axe_sender) == 40, "sender");

enum axe_process_flag {
	AXE_PROCESS_ROOT = 1 << 0, /* the first process of its group */
	AXE_PROCESS_JOINED = 1 << 1, /* moved in, not born in the group */
	AXE_PROCESS_ESCAPED = 1 << 2,
	AXE_PROCESS_EXITED = 1 << 3, /* exit_ns and exit_code are valid */
	AXE_PROCESS_OOM = 1 << 4, /* chosen by the OOM killer */
	AXE_PROCESS_EXECED = 1 << 5,
};

/*
 * One process: an entry of the preallocated hash `processes`, inserted at its birth, completed in
 * place at its death, deleted by the supervisor when it has stored the record.
 */
struct axe_process {
	axe_u32 slot;
	axe_u32 generation;
	struct axe_process_key parent; /* at birth */
	axe_u64 fork_ns;
	axe_u64 exit_ns;
	axe_u32 flags; /* enum axe_process_flag */
	axe_u32 exit_code; /* as wait(2) has it: & 0x7f signal, & 0x80 core, >> 8 status */
	axe_u32 uid;
	axe_u32 exec_id; /* the kernel's count of its execs, as far as they were told */
	struct axe_sender kill; /* the first SIGKILL */
	struct axe_sender signal; /* the last other signal whose default action ends a process */
	char comm[AXE_COMM_SIZE];
};
static_assert(sizeof(struct axe_process) == 152, "process");

enum axe_event_type {
	AXE_EVENT_FORK = 1, /* struct axe_event_fork; JOIN is a fork with AXE_PROCESS_JOINED */
	AXE_EVENT_EXEC, /* struct axe_event_exec */
	AXE_EVENT_EXIT, /* struct axe_event_exit */
	AXE_EVENT_SIGNAL, /* struct axe_event_signal: a signal that may end its target */
	AXE_EVENT_OOM, /* struct axe_event: the victim */
	AXE_EVENT_POPULATED, /* struct axe_event_group */
	AXE_EVENT_FROZEN, /* struct axe_event_group */
	AXE_EVENT_MOVE, /* struct axe_event_move: a member changed its cgroup */
};

struct axe_event {
	axe_u16 type; /* enum axe_event_type */
	axe_u16 size; /* of the whole event */
	axe_u32 slot;
	axe_u32 generation;
	axe_u32 padding;
	axe_u64 sequence; /* of this slot and generation, without gaps unless lost */
	axe_u64 time_ns;
	struct axe_process_key process; /* zero for POPULATED and FROZEN */
};
static_assert(sizeof(struct axe_event) == 48, "event");

struct axe_event_fork {
	struct axe_event head;
	struct axe_process_key parent;
	axe_u32 flags;
	axe_u32 uid;
	char comm[AXE_COMM_SIZE];
};

struct axe_event_exec {
	struct axe_event head;
	axe_u32 argv_size; /* of the whole block in the process */
	axe_u32 argv_captured; /* bytes of it below; words end with NUL */
	axe_u32 uid;
	axe_u32 padding;
	char comm[AXE_COMM_SIZE];
	char argv[AXE_ARGV_SIZE]; /* the event ends after argv_captured bytes */
};

struct axe_event_exit {
	struct axe_event head;
	struct axe_process record;
};

struct axe_event_signal {
	struct axe_event head;
	struct axe_sender sender;
};

struct axe_event_group {
	struct axe_event head;
	axe_u64 cgroup_id;
	axe_u64 value; /* 0 or 1 */
};

struct axe_event_move {
	struct axe_event head;
	axe_u64 cgroup_id; /* the new group */
	axe_u32 escaped; /* 1: out of the watched group (v2) */
	axe_u32 hierarchy; /* 0: the v2 hierarchy; else the v1 hierarchy's id */
};

#endif
