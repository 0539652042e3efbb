/* The supervisor's book of one watched group: who is alive, who was, and in what order it is told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct ledger;

/* A process as the book has it. Entries of the living stay until their exit is applied. */
struct ledger_process {
	struct axe_process_key key;
	struct axe_process_key parent;
	uint64_t fork_ns;
	uint64_t exec_ns; /* of its last exec, 0: none of its own */
	uint32_t uid;
	uint32_t flags; /* enum axe_process_flag */
	char comm[AXE_COMM_SIZE];
	uint32_t argv_size; /* of the whole block; more than argv_captured: cut */
	uint32_t argv_captured; /* 0: never seen (and never exec'ed: its parent's is used) */
	const char *argv; /* words end with NUL; shared with the children born before an exec */
	char parent_comm[AXE_COMM_SIZE];
};

/* `limit` bounds the living that are remembered; more are counted only (ledger_overflow). */
int ledger_create(uint32_t limit, struct ledger **ret_ledger);

/* NULL is fine. */
void ledger_destroy(struct ledger *ledger);

/*
 * Apply one event of this group, in order. Events that were applied before (same sequence number)
 * change nothing. Returns false when it was such a repetition. For an exit, the book's entry is
 * handed out through `ret_ended` (may be NULL) until the next call on this ledger.
 */
bool ledger_apply(struct ledger *ledger, const struct axe_event *event,
	const struct ledger_process **ret_ended);

/*
 * Take a record of the kernel's table into the book, for what the ring lost: a living process that
 * the book does not know is added, a dead one ends (handed out as above), whether the book had it
 * or not. So drain the ring first, and forget (probe_forget) each record whose end was taken: a
 * dead one that is still in the table is taken for one whose end was never told. Returns true when
 * the book changed.
 */
bool ledger_learn(struct ledger *ledger, const struct axe_process_key *key,
	const struct axe_process *record, const struct ledger_process **ret_ended);

/* The same for its last exec, which must be a living member's. */
void ledger_learn_exec(struct ledger *ledger, const struct axe_event_exec *exec);

/*
 * Nothing was applied yet, and another book had what came before this number, but for a few that
 * are late: they are applied, and not missed if they never come.
 */
void ledger_resume(struct ledger *ledger, uint64_t sequence);

/* Sequence numbers that were skipped so far: events that the ring lost. */
uint64_t ledger_gaps(const struct ledger *ledger);

/* The living that found no room in the book. */
uint64_t ledger_overflow(const struct ledger *ledger);

/* Processes that the book holds alive now; all births that were told; all ends. */
size_t ledger_living(const struct ledger *ledger);
uint64_t ledger_seen(const struct ledger *ledger);
uint64_t ledger_ended(const struct ledger *ledger);

/* Visit the living in the order of their birth; the visitor returns false to stop. */
typedef bool ledger_visitor(const struct ledger_process *process, void *data);
void ledger_each(const struct ledger *ledger, ledger_visitor *visitor, void *data);

/* A living process by its key; NULL when the book has none. */
const struct ledger_process *ledger_find(
	const struct ledger *ledger, const struct axe_process_key *key);
