/* The three truths at the end: each disagreement is found and said. */
#include "observe/reconcile.h"

#include <string.h>

#include "support/unit.h"

/* A run in which all agree. */
static const struct axe_slot whole_slot = { .forks = 5, .joins = 1, .exits = 6, .escapes = 2 };
static const struct reconcile_facts whole_facts = {
	.group_empty = true,
	.root_waited = true,
	.root_status = 3 << 8,
	.root_recorded = true,
	.root_exit_code = 3 << 8,
	.traced = 6,
};

static void assert_disagrees(struct axe_slot slot, struct reconcile_facts facts, const char *reason)
{
	struct integrity integrity;

	reconcile(&slot, &facts, &integrity);
	assert_false(integrity.complete);
	if (!strstr(integrity.reason, reason))
		fail_msg("`%s` does not say `%s`", integrity.reason, reason);
}

static void agreement_is_complete(void **state)
{
	struct integrity integrity;

	reconcile(&whole_slot, &whole_facts, &integrity);
	assert_true(integrity.complete);
	assert_string_equal(integrity.reason, "");
	assert_int_equal(integrity.forks, 6);
	assert_int_equal(integrity.exits, 6);
	assert_int_equal(integrity.traced, 6);
	assert_int_equal(integrity.escaped, 2);
}

static void populated_group_is_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;

	facts.group_empty = false;
	assert_disagrees(whole_slot, facts, "still in the group");
}

static void exchanged_programs_are_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;

	facts.unseen = true;
	assert_disagrees(whole_slot, facts, "were exchanged");
}

static void missing_exit_is_incomplete(void **state)
{
	struct axe_slot slot = whole_slot;

	slot.forks++;
	assert_disagrees(slot, whole_facts, "7 processes began and 6 ended");
}

static void unrecorded_process_is_incomplete(void **state)
{
	struct axe_slot slot = whole_slot;

	slot.lost_records = 2;
	assert_disagrees(slot, whole_facts, "2 processes found no room");
}

static void untold_end_is_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;

	facts.traced = 4;
	assert_disagrees(whole_slot, facts, "6 processes ended and the ends of 4 were told");
}

static void living_in_the_book_is_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;

	facts.living = 1;
	assert_disagrees(whole_slot, facts, "1 processes are not known to have ended");
}

static void unrecorded_root_is_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;

	facts.root_recorded = false;
	assert_disagrees(whole_slot, facts, "first process was not recorded");
}

static void two_statuses_of_the_root_are_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;

	facts.root_status = 9;
	assert_disagrees(whole_slot, facts, "0x9 by wait and 0x300 by its record");
}

static void record_stands_alone_where_nobody_waited(void **state)
{
	struct reconcile_facts facts = whole_facts;
	struct integrity integrity;

	facts.root_waited = false;
	facts.root_status = 0;
	reconcile(&whole_slot, &facts, &integrity);
	assert_true(integrity.complete);
}

static void gap_is_incomplete(void **state)
{
	struct reconcile_facts facts = whole_facts;
	struct integrity integrity;

	facts.gaps = 3;
	assert_disagrees(whole_slot, facts, "3 events were lost");
	reconcile(&whole_slot, &facts, &integrity);
	assert_int_equal(integrity.lost_events, 3);
}

static void loss_at_the_very_end_is_incomplete(void **state)
{
	struct axe_slot slot = whole_slot;
	struct integrity integrity;

	slot.lost_events = 1;
	assert_disagrees(slot, whole_facts, "1 events were lost");
	reconcile(&slot, &whole_facts, &integrity);
	assert_int_equal(integrity.lost_events, 1);
}

static void end_that_the_record_told_is_not_missing(void **state)
{
	struct reconcile_facts facts = whole_facts;
	struct axe_slot slot = whole_slot;
	struct integrity integrity;

	facts.gaps = 2;
	facts.recovered = 2;
	slot.lost_events = 2;
	reconcile(&slot, &facts, &integrity);
	assert_true(integrity.complete);
	assert_int_equal(integrity.lost_events, 0);
	assert_int_equal(integrity.recovered_events, 2);

	slot.lost_events = 3;
	assert_disagrees(slot, facts, "1 events were lost");
}

/* No end is found for them: an end keeps its record until it is written. */
static void words_that_a_predecessor_did_not_write_are_lost(void **state)
{
	struct reconcile_facts facts = whole_facts;
	struct integrity integrity;

	facts.unwritten = 2;
	facts.recovered = 2;
	assert_disagrees(whole_slot, facts, "2 events were lost");
	reconcile(&whole_slot, &facts, &integrity);
	assert_int_equal(integrity.lost_events, 2);
}

static void first_disagreement_is_said(void **state)
{
	struct axe_slot slot = whole_slot;
	struct reconcile_facts facts = { 0 };

	slot.exits = 0;
	assert_disagrees(slot, facts, "still in the group");
	facts.group_empty = true;
	assert_disagrees(slot, facts, "6 processes began and 0 ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreement_is_complete),
		cmocka_unit_test(populated_group_is_incomplete),
		cmocka_unit_test(exchanged_programs_are_incomplete),
		cmocka_unit_test(missing_exit_is_incomplete),
		cmocka_unit_test(unrecorded_process_is_incomplete),
		cmocka_unit_test(untold_end_is_incomplete),
		cmocka_unit_test(living_in_the_book_is_incomplete),
		cmocka_unit_test(unrecorded_root_is_incomplete),
		cmocka_unit_test(two_statuses_of_the_root_are_incomplete),
		cmocka_unit_test(record_stands_alone_where_nobody_waited),
		cmocka_unit_test(gap_is_incomplete),
		cmocka_unit_test(loss_at_the_very_end_is_incomplete),
		cmocka_unit_test(end_that_the_record_told_is_not_missing),
		cmocka_unit_test(words_that_a_predecessor_did_not_write_are_lost),
		cmocka_unit_test(first_disagreement_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
