/* What is kept of jobs for good: their states and events, in one SQLite file with one writer. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/store_row.h"

/*
 * STATE_DIR/axe.db. The loop submits change sets and never waits: a writer thread takes all that is
 * queued into one transaction, commits it (WAL, synchronous=FULL: one fdatasync a transaction, so
 * what was reported durable survives the loss of power), and reports through an eventfd. Everything
 * here is called from the loop's thread only.
 */
struct store;

#define STORE_QUEUE_CHANGES_DEFAULT 32768
#define STORE_QUEUE_BYTES_DEFAULT   ((size_t)32 << 20)
#define STORE_TEXT_BYTES_MAX        ((size_t)16 << 20) /* of one text in a row */

struct store_config {
	const char *state_dir; /* made when absent */
	const char *vfs; /* the name of SQLite's file layer; NULL: its default */
	size_t queue_changes; /* rows that may wait for the disk; 0: the default, and so on */
	size_t queue_bytes;
	uint64_t retry_ns; /* after a failed write, doubled up to 32 times it; 100 ms */
	uint64_t gather_ns; /* see store_submit_patient; 5 ms */
	uint64_t rest_ns; /* who had none of that length between transactions is busy; 20 ms */
	uint64_t close_wait_ns; /* 5 s */
};

/*
 * Lock the directory (-EBUSY, with the pid of who holds it), open or make the file, bring an older
 * layout up to date. A newer layout is refused (-EPROTONOSUPPORT), a damaged file is put aside as
 * axe.db.damaged-TIME, never deleted, and told by store_notices. Waits for the disk: at start only.
 */
int store_open(const struct store_config *config, struct store **ret_store, struct error *error);

/*
 * Write what is queued, waiting at most close_wait_ns, run the last completions, checkpoint, close,
 * unlock. -errno when something could not be made durable: its completions had the reason; they can
 * neither submit nor read any more (-ESHUTDOWN). The store is gone in any case. NULL is fine.
 */
int store_close(struct store *store, struct error *error);

/* What a person should know about the opening: [{"type": "store.damaged", "text", "file"}]. A new
 * reference. */
json_t *store_notices(const struct store *store);

struct store_commit {
	int code; /* 0: durable; -errno: not, or not yet */
	bool final; /* the last call for this change set */
	uint64_t first_seq; /* of its first event, the others follow it; 0 unless durable */
	size_t event_count;
	const struct store_change *changes; /* as submitted, until the call returns */
	size_t change_count;
};

/*
 * Told by store_dispatch. When a write fails (ENOSPC, EROFS, EIO, ...) each waiting change set is
 * told so once with `final` false: it is kept in memory, in order, and tried again until it is
 * durable. The final call comes exactly once, in the order of submission: code 0; -EINVAL when the
 * rows contradict the store (a try of an unknown job); or what store_close gave up with. Both may
 * submit.
 */
typedef void store_done(const struct store_commit *commit, void *data);

/*
 * Queue changes that become durable together or not at all; copied. Numbers for their events are
 * given at the commit: global, without gaps, in the order of submission, continued by the next
 * process. -ENOBUFS: "store queue full (N)"; -EMSGSIZE, -EINVAL, -ENOMEM: nothing was queued.
 * `done` may be NULL.
 */
int store_submit(struct store *store, const struct store_change *changes, size_t count,
	store_done *done, void *data, struct error *error);

/*
 * The same where nobody's answer waits for it: while one transaction follows the other it may lie
 * for gather_ns, so that it shares the next one with what comes meanwhile; what is submitted
 * otherwise takes it along at once.
 */
int store_submit_patient(struct store *store, const struct store_change *changes, size_t count,
	store_done *done, void *data, struct error *error);

/* Becomes readable when store_dispatch has something to do. Borrowed. */
int store_descriptor(const struct store *store);

/* Run the completions that wait. Returns their number. */
size_t store_dispatch(struct store *store);

/*
 * Run completions until all that was submitted is durable, for most_ns at the longest; whether it
 * is. Holds up the loop: at a start only.
 */
bool store_await(struct store *store, uint64_t most_ns);

/* Whoever owned `data` is gone: its completions are not called. What it submitted is still stored.
 */
void store_forget(struct store *store, const void *data);

struct store_status {
	uint64_t last_seq; /* durable and dispatched; 0: none ever */
	size_t queued_changes; /* rows that are not durable yet */
	size_t queued_bytes;
	uint64_t transactions; /* committed since the opening */
	struct error error; /* why the last try failed; code 0 while all is well */
};

void store_status(const struct store *store, struct store_status *ret_status);
