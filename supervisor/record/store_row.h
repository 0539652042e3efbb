/* The rows of the store: jobs, their attempts, assessments and tries, and events. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/state.h"
#include "model/verdict.h"

/*
 * The same structs go in and come out. Texts are borrowed: store_submit copies them, a reader's
 * callback has them until it returns. A NULL text is "none". `boot_id` comes out only: the store
 * writes the boot that it runs in, to which the row's monotonic times belong.
 */

struct store_time {
	uint64_t wall_ns; /* both 0: not yet */
	uint64_t mono_ns;
};

/* Submitted whole: every field but `manifest` replaces what the row had. */
struct store_job {
	uint64_t id; /* the number of the job's folder; never reused */
	const char *name;
	uid_t owner;
	enum state state;
	const char *outcome; /* as results.json has it; NULL while open */
	uint32_t code; /* axe_result */
	const char *reason; /* what decided the state: "job_canceled", ... */
	const char *message; /* of the CancelJob; "" is a message */
	unsigned priority; /* 0 to 4 */
	bool held;
	unsigned processors; /* that it needs; 0: as 1 */
	bool has_runtime; /* of its own, in place of the manifest's: */
	uint64_t runtime_ns; /* 0: without bound */
	unsigned retries; /* attempts since its last requeue that the host spoiled */
	uint64_t submit_order; /* 0: not submitted */
	unsigned attempt; /* the last one; 0: none yet */
	struct store_time created, submitted, started, ended;
	const char *boot_id; /* of the last change of the row */
	const char *manifest_digest;
	const char *manifest; /* JSON; NULL keeps the row's; see store_read_manifest */
	const char *asked; /* JSON, with the manifest: who asked, with which environment */
};

struct store_attempt {
	uint64_t job;
	unsigned number; /* from 1 */
	enum state state;
	const char *outcome;
	uint32_t code;
	const char *reason;
	struct store_time started, ended;
	const char *boot_id; /* of its first row: processes do not outlive a boot */
};

/* A task of the cluster face: its state over all attempts. */
struct store_assessment {
	uint64_t job;
	unsigned index; /* from 0 */
	const char *name;
	enum state state;
	const char *reason;
	const char *message; /* of the CancelTask */
	unsigned retries; /* as the job's */
};

/* The tasks of a job that is new, all at once and in one state; those that are there stay. */
struct store_tasks {
	uint64_t job;
	enum state state;
	const char *names; /* a JSON array of strings, in the order of their index */
};

/* Another state for every task of a job that is in one of some states. */
struct store_task_move {
	uint64_t job;
	uint32_t from; /* 1u << enum state */
	enum state state;
	const char *reason; /* that they get; NULL: none */
	const char *but; /* those with this reason stay; NULL: no such */
	const char *only; /* only those with this reason; NULL: all */
};

/* Asked for while the job is being ended: what is to be queued again when it has. */
struct store_requeue {
	uint64_t job; /* must have its row */
	bool asked; /* false: no longer */
};

/*
 * The files of an attempt's end are written, but not synced: what they say is in the store, but for
 * this. See engine/syncer.h.
 */
struct store_unsynced {
	uint64_t job; /* must have its row, unless `synced` */
	unsigned attempt;
	bool synced; /* by now: the row goes */
	const char *environment; /* the text of environment.json */
	const char *not_run; /* a JSON array: the indexes of those that never ran */
};

struct store_parameter {
	const char *name;
	int64_t value;
};

struct store_try {
	uint64_t job;
	unsigned attempt;
	unsigned assessment; /* index */
	unsigned number; /* from 1 */
	enum verdict verdict; /* VERDICT_COUNT: still open */
	uint32_t code; /* axe_result */
	int wait_status; /* -1: none */
	struct store_time started, ended;
	const char *boot_id; /* of its first row */
	const char *result; /* JSON, as in results.json */
};

struct store_event {
	uint64_t seq; /* comes out only; see struct store_commit */
	uint64_t job; /* 0: the supervisor's own */
	uid_t owner; /* of that job; comes out only; (uid_t)-1: of none that there still is */
	unsigned attempt;
	bool has_assessment;
	unsigned assessment; /* index */
	unsigned try_number;
	const char *type; /* "job.begin", ... */
	struct store_time time; /* both 0: now */
	const char *boot_id;
	const char *actor; /* JSON object */
	const char *data; /* JSON object; NULL: {} */
};

enum store_change_kind {
	STORE_JOB,
	STORE_ATTEMPT,
	STORE_ASSESSMENT,
	STORE_TRY,
	STORE_EVENT,
	STORE_TASKS,
	STORE_TASK_MOVE,
	STORE_REQUEUE,
	STORE_PARAMETER,
	STORE_UNSYNCED,
	STORE_PURGE, /* the job with its manifest, attempts, tasks and tries; its events stay */
};

struct store_change {
	enum store_change_kind kind;
	union {
		struct store_job job;
		struct store_attempt attempt;
		struct store_assessment assessment;
		struct store_try try;
		struct store_event event;
		struct store_tasks tasks;
		struct store_task_move move;
		struct store_requeue requeue;
		struct store_parameter parameter;
		struct store_unsynced unsynced;
		uint64_t purge; /* the job */
	};
};
