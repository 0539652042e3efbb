/* The barrier at the end of an assessment: do the three truths agree? */
#include "observe/reconcile.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct claim {
	const struct axe_slot *slot;
	const struct reconcile_facts *facts;
	struct integrity *integrity;
};

/* A check writes the disagreement that it finds, and says whether it found one. */
typedef bool check(const struct claim *claim);

static bool disagree(const struct claim *claim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool disagree(const struct claim *claim, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(claim->integrity->reason, sizeof(claim->integrity->reason), format, arguments);
	va_end(arguments);
	return true;
}

static bool check_empty(const struct claim *claim)
{
	return !claim->facts->group_empty && disagree(claim, "processes are still in the group");
}

static bool check_seen(const struct claim *claim)
{
	return claim->facts->unseen &&
	       disagree(claim, "the programs that observe it were exchanged, and births and ends "
			       "before that may be missing");
}

static bool check_counts(const struct claim *claim)
{
	uint64_t births = claim->integrity->forks, exits = claim->integrity->exits;

	return births != exits &&
	       disagree(claim, "%" PRIu64 " processes began and %" PRIu64 " ended", births, exits);
}

static bool check_records(const struct claim *claim)
{
	uint64_t lost = claim->slot->lost_records;

	return lost && disagree(claim,
			       "%" PRIu64 " processes found no room in the kernel's table "
			       "and were only counted",
			       lost);
}

static bool check_traced(const struct claim *claim)
{
	uint64_t exits = claim->integrity->exits, traced = claim->facts->traced;

	return traced != exits &&
	       disagree(claim, "%" PRIu64 " processes ended and the ends of %" PRIu64 " were told",
		       exits, traced);
}

static bool check_living(const struct claim *claim)
{
	uint64_t living = claim->facts->living;

	return living &&
	       disagree(claim, "%" PRIu64 " processes are not known to have ended", living);
}

static bool check_root(const struct claim *claim)
{
	const struct reconcile_facts *facts = claim->facts;

	if (!facts->root_recorded)
		return disagree(claim, "the end of the first process was not recorded");
	/* Without wait (a supervisor started anew is no parent) the record stands alone. */
	if (!facts->root_waited || (uint32_t)facts->root_status == facts->root_exit_code)
		return false;
	return disagree(claim, "the first process ended with 0x%x by wait and 0x%x by its record",
		(unsigned)facts->root_status, facts->root_exit_code);
}

static bool check_events(const struct claim *claim)
{
	uint64_t lost = claim->integrity->lost_events;

	return lost && disagree(claim,
			       "%" PRIu64 " events were lost: commands or signals "
			       "of some processes are unknown",
			       lost);
}

static check *const checks[] = {
	check_empty,
	check_seen,
	check_counts,
	check_records,
	check_traced,
	check_living,
	check_root,
	check_events,
};

/* Of what the ring dropped, the ends that were found in the kernel's table are no loss. */
static void count_missing(const struct axe_slot *slot, const struct reconcile_facts *facts,
	struct integrity *integrity)
{
	uint64_t gaps = facts->gaps, dropped = slot->lost_events;
	/* A loss at the very end leaves no gap; one that another reader took leaves no count. */
	uint64_t missing = gaps > dropped ? gaps : dropped;

	integrity->recovered_events = facts->recovered < missing ? facts->recovered : missing;
	integrity->lost_events = missing - integrity->recovered_events + facts->unwritten;
}

void reconcile(const struct axe_slot *slot, const struct reconcile_facts *facts,
	struct integrity *ret_integrity)
{
	struct integrity integrity = {
		.complete = true,
		.forks = slot->forks + slot->joins,
		.exits = slot->exits,
		.traced = facts->traced,
		.lost_records = slot->lost_records,
		.escaped = slot->escapes,
	};
	struct claim claim = { .slot = slot, .facts = facts, .integrity = &integrity };

	count_missing(slot, facts, &integrity);
	for (size_t i = 0; integrity.complete && i < sizeof(checks) / sizeof(*checks); i++)
		integrity.complete = !checks[i](&claim);
	*ret_integrity = integrity;
}
