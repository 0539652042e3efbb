/* The barrier at the end of an assessment: do the three truths agree? */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

/* The `integrity` block of a result: complete, or why not. */
struct integrity {
	bool complete;
	uint64_t forks; /* births and joins, by the kernel's counter */
	uint64_t exits; /* by the kernel's counter */
	uint64_t traced; /* exits whose record reached the supervisor */
	uint64_t lost_events; /* of which nothing else told */
	uint64_t recovered_events; /* ends that the ring dropped and a record told */
	uint64_t lost_records;
	uint64_t escaped;
	char reason[160]; /* the first disagreement in words; empty when complete */
};

/* What the supervisor knows by itself, to be held against the kernel's counters. */
struct reconcile_facts {
	bool group_empty; /* populated 0 was read after the last event */
	bool unseen; /* for a while nobody counted, or not all */
	bool root_waited; /* wait(2) gave a status of the root */
	int root_status; /* as wait(2) has it */
	bool root_recorded;
	uint32_t root_exit_code; /* of the root's record */
	uint64_t living; /* in the ledger */
	uint64_t traced;
	uint64_t recovered; /* of those, the ends that the ring lost and the records told */
	uint64_t gaps;
	uint64_t unwritten; /* heard by a predecessor, who died before they were in the trace */
};

/* Pure: hold the facts against the counters and say the first disagreement. */
void reconcile(const struct axe_slot *slot, const struct reconcile_facts *facts,
	struct integrity *ret_integrity);
