/* Closing writes what is queued, within its time, and says what it could not. */
#include "unit/record/store_case.h"

#include <sched.h>

static int close_fails(struct store_case *test, struct error *error)
{
	struct store *store = take_pointer(test->store);

	return store_close(store, error);
}

static void closing_on_a_full_disk_says_what_is_lost(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	struct error error = { 0 };
	unsigned order = 0;

	test->config.close_wait_ns = 50000000;
	store_case_open(test);
	faulty_vfs_fail_at(test->vfs, 1, FAULTY_ALWAYS, ENOSPC);
	store_case_submit_steps(test, fates, STEPS, &order);
	while (!fates[STEPS - 1].delayed)
		store_case_dispatch(test);
	assert_int_equal(-ENOSPC, close_fails(test, &error));
	assert_non_null(strstr(error.text, "24 rows are lost"));
	for (unsigned i = 0; i < STEPS; i++) {
		assert_true(fates[i].final);
		assert_int_equal(-ENOSPC, fates[i].code);
		assert_int_equal(i, fates[i].place);
	}
	/* The lock went with it. */
	faulty_vfs_heal(test->vfs);
	store_case_open(test);
	assert_int_equal(0, store_case_read_steps(test).events);
}

static void closing_writes_what_is_queued_once_there_is_space(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	unsigned order = 0;

	test->config.retry_ns = UINT64_C(1000000000);
	store_case_open(test);
	faulty_vfs_fail_at(test->vfs, 1, FAULTY_ALWAYS, ENOSPC);
	store_case_submit_steps(test, fates, STEPS, &order);
	while (!fates[STEPS - 1].delayed)
		store_case_dispatch(test);
	faulty_vfs_heal(test->vfs);
	store_case_close(test);
	store_case_open(test);
	store_case_expect_in_order(test, fates, STEPS);
}

static void submit_again(const struct store_commit *commit, void *data)
{
	struct store_case *test = data;
	struct store_change job = store_case_job(1, STATE_QUEUED, NULL);

	assert_true(commit->final);
	assert_int_equal(-ESHUTDOWN, store_submit(test->store, &job, 1, NULL, NULL, NULL));
	assert_int_equal(-ESHUTDOWN,
		store_count_jobs(test->store, STORE_ANY_OWNER, (uint64_t[STATE_COUNT]){ 0 }, NULL));
}

static void completion_of_the_closing_can_neither_submit_nor_read(void **state)
{
	struct store_case *test = *state;

	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	store_case_step(test, 1, submit_again, test);
	faulty_vfs_wait_held(test->vfs);
	faulty_vfs_release_syncs(test->vfs);
	assert_int_equal(0, store_close(test->store, NULL));
	test->store = NULL;
}

static void stuck_disk_does_not_hold_the_closing(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate = { 0 };
	struct store *second = NULL;
	struct error error = { 0 };

	test->config.close_wait_ns = 1000000;
	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	store_case_step(test, 1, store_fate_told, &fate);
	faulty_vfs_wait_held(test->vfs);
	assert_int_equal(-ETIMEDOUT, close_fails(test, &error));
	assert_non_null(strstr(error.text, "3 rows are perhaps lost"));
	assert_true(fate.final);
	assert_int_equal(-ETIMEDOUT, fate.code);
	/* It is still writing: nobody else may. */
	assert_int_equal(-EBUSY, store_open(&test->config, &second, NULL));
	faulty_vfs_release_syncs(test->vfs);
	while (store_open(&test->config, &test->store, NULL) == -EBUSY)
		sched_yield();
	assert_non_null(test->store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(closing_on_a_full_disk_says_what_is_lost),
		STORE_TEST(closing_writes_what_is_queued_once_there_is_space),
		STORE_TEST(completion_of_the_closing_can_neither_submit_nor_read),
		STORE_TEST(stuck_disk_does_not_hold_the_closing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
