/* The kernel half's pure logic: what each fact adds to the counters of a slot. */
#include "bpf/ledger.bpf.h"

#include "bpf/ring.bpf.h"
#include "support/unit.h"

static void code_of_the_group_wins_where_there_is_one(void **state)
{
	assert_int_equal(status_of_group(STATUS_GROUP_EXIT, 3 << 8, 9 << 8), 3 << 8);
	assert_int_equal(status_of_group(STATUS_GROUP_EXIT, 0, 9 << 8), 0);
	assert_int_equal(status_of_group(0, 3 << 8, 9 << 8), 9 << 8);
	assert_int_equal(status_of_group(~STATUS_GROUP_EXIT, 3 << 8, 9 << 8), 9 << 8);
}

static void codes_are_read_as_wait_reads_them(void **state)
{
	assert_true(status_is_signaled(9));
	assert_true(status_is_signaled(0x8b)); /* SIGSEGV with a core */
	assert_false(status_is_signaled(1 << 8));
	assert_true(status_is_failed(1 << 8));
	assert_false(status_is_failed(0));
	assert_false(status_is_failed(9));
}

static void exits_are_counted_by_kind(void **state)
{
	struct axe_slot slot = { 0 };

	ledger_count_exit(&slot, 0);
	ledger_count_exit(&slot, 1 << 8);
	ledger_count_exit(&slot, 9);
	ledger_count_exit(&slot, 0x8b);
	assert_int_equal(slot.exits, 4);
	assert_int_equal(slot.exits_failed, 1);
	assert_int_equal(slot.exits_signaled, 2);
}

static void only_the_first_failure_is_the_first(void **state)
{
	struct axe_slot failed = { 0 }, killed = { 0 };

	assert_false(ledger_count_exit(&failed, 0));
	assert_true(ledger_count_exit(&failed, 1 << 8));
	assert_false(ledger_count_exit(&failed, 1 << 8));
	assert_false(ledger_count_exit(&failed, 9));
	assert_true(ledger_count_exit(&killed, 9));
	assert_false(ledger_count_exit(&killed, 1 << 8));
}

static void earlier_tenant_is_not_current(void **state)
{
	struct axe_slot slot = { .generation = 4, .kind = AXE_SLOT_ASSESSMENT };

	assert_true(ledger_is_current(&slot, 4));
	assert_false(ledger_is_current(&slot, 3));
	slot.kind = AXE_SLOT_FREE;
	assert_false(ledger_is_current(&slot, 4));
	slot.kind = AXE_SLOT_JOB;
	assert_false(ledger_is_current(&slot, 4));
}

static void one_root_and_numbers_from_zero(void **state)
{
	struct axe_slot slot = { 0 };

	assert_true(ledger_claim_root(&slot));
	assert_false(ledger_claim_root(&slot));
	assert_int_equal(ledger_next_sequence(&slot), 0);
	assert_int_equal(ledger_next_sequence(&slot), 1);
}

static void never_more_lost_exits_than_lost_births(void **state)
{
	struct axe_slot slot = { .lost_records = 2 };

	assert_true(ledger_claim_lost_exit(&slot));
	assert_true(ledger_claim_lost_exit(&slot));
	assert_false(ledger_claim_lost_exit(&slot));
	assert_int_equal(slot.lost_exits, 2);
	slot.lost_records = 3;
	assert_true(ledger_claim_lost_exit(&slot));
}

static void bell_is_silent_below_the_mark_and_steady_from_twice_of_it(void **state)
{
	for (uint64_t number = 0; number < 64; number++) {
		assert_false(ring_must_wake(511, 512, number));
		assert_int_equal(ring_must_wake(512, 512, number), number % 16 == 0);
		assert_int_equal(ring_must_wake(1023, 512, number), number % 16 == 0);
		assert_true(ring_must_wake(1024, 512, number));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_of_the_group_wins_where_there_is_one),
		cmocka_unit_test(codes_are_read_as_wait_reads_them),
		cmocka_unit_test(exits_are_counted_by_kind),
		cmocka_unit_test(only_the_first_failure_is_the_first),
		cmocka_unit_test(earlier_tenant_is_not_current),
		cmocka_unit_test(one_root_and_numbers_from_zero),
		cmocka_unit_test(never_more_lost_exits_than_lost_births),
		cmocka_unit_test(bell_is_silent_below_the_mark_and_steady_from_twice_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
