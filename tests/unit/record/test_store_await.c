/* A start waits for its disk, but not for ever. */
#include "unit/record/store_case.h"

#include "base/clock.h"

#define LONG_NS  (60 * NS_PER_SEC)
#define SHORT_NS (20 * NS_PER_MS)

static void what_was_submitted_is_durable_and_told(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	unsigned order = 0;

	store_case_open(test);
	store_case_submit_steps(test, fates, STEPS, &order);
	assert_true(store_await(test->store, LONG_NS));
	store_case_expect_in_order(test, fates, STEPS);
	assert_true(store_await(test->store, 0));
}

static void disk_that_holds_it_is_not_waited_for_longer(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	unsigned order = 0;
	uint64_t begin_ns;

	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	store_case_submit_steps(test, fates, STEPS, &order);
	begin_ns = clock_monotonic_ns();
	assert_false(store_await(test->store, SHORT_NS));
	assert_true(clock_monotonic_ns() - begin_ns >= SHORT_NS);
	assert_int_equal(0, order);
	faulty_vfs_release_syncs(test->vfs);
	assert_true(store_await(test->store, LONG_NS));
	store_case_expect_in_order(test, fates, STEPS);
}

static void disk_that_is_full_for_a_while_is_waited_for(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	unsigned order = 0;

	store_case_open(test);
	faulty_vfs_fail_at(test->vfs, 1, 3, ENOSPC);
	store_case_submit_steps(test, fates, STEPS, &order);
	assert_true(store_await(test->store, LONG_NS));
	store_case_expect_in_order(test, fates, STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_was_submitted_is_durable_and_told),
		STORE_TEST(disk_that_holds_it_is_not_waited_for_longer),
		STORE_TEST(disk_that_is_full_for_a_while_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
