/* No disk makes the loop wait, and no trouble of a disk loses or reorders a change. */
#include "unit/record/store_case.h"

#include <sqlite3.h>

static void loop_never_writes_or_syncs(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	unsigned order = 0;

	store_case_open(test);
	faulty_vfs_watch_me(test->vfs);
	faulty_vfs_hold_syncs(test->vfs);
	store_case_submit_steps(test, fates, STEPS, &order);
	faulty_vfs_wait_held(test->vfs);
	/* The disk holds the writer, and this thread is here all the same, and can ask. */
	assert_int_equal(0, store_dispatch(test->store));
	assert_int_equal(0, store_case_read_steps(test).events);
	assert_int_equal(0, order);
	faulty_vfs_release_syncs(test->vfs);
	store_case_wait(test, &fates[STEPS - 1]);
	store_case_expect_in_order(test, fates, STEPS);
	assert_int_equal(0, faulty_vfs_my_steps(test->vfs));
	assert_true(faulty_vfs_steps(test->vfs) > 0);
	store_case_close(test);
	assert_int_equal(0, faulty_vfs_my_steps(test->vfs));
}

static void what_waits_for_the_disk_shares_one_transaction(void **state)
{
	struct store_case *test = *state;
	struct store_fate first = { 0 }, fates[100];
	struct store_status before, after;
	unsigned order = 0;

	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	store_submit(test->store, (struct store_change[]){ store_case_job(2, STATE_QUEUED, NULL) },
		1, store_fate_told, &first, NULL);
	faulty_vfs_wait_held(test->vfs);
	store_case_submit_steps(test, fates, 100, &order);
	store_status(test->store, &before);
	faulty_vfs_release_syncs(test->vfs);
	store_case_wait(test, &fates[99]);
	store_status(test->store, &after);
	assert_int_equal(2, after.transactions - before.transactions);
	store_case_expect_in_order(test, fates, 100);
	assert_int_equal(301, before.queued_changes);
	assert_int_equal(0, after.queued_changes);
	assert_int_equal(0, after.queued_bytes);
}

static void expect_synced(const struct store_commit *commit, void *data)
{
	struct store_case *test = data;

	assert_true(commit->final);
	assert_false(faulty_vfs_log_is_dirty(test->vfs));
}

static void durable_means_synced(void **state)
{
	struct store_case *test = *state;
	struct store_status status;

	store_case_open(test);
	/* One at a time, and past the size at which the log is moved into the file. */
	for (unsigned i = 1; i <= 600; i++) {
		store_case_step(test, i, expect_synced, test);
		store_case_wait_all(test);
	}
	store_status(test->store, &status);
	assert_int_equal(600, status.transactions);
}

/* The disk fails from the step-th step on, then recovers. False: it was never asked that often. */
static bool survive_trouble(struct store_case *test, uint64_t step, int code)
{
	struct store_fate fates[STEPS];
	unsigned order = 0, delayed = 0;
	struct store_status status;

	store_case_open(test);
	faulty_vfs_fail_at(test->vfs, step, FAULTY_ALWAYS, code);
	store_case_submit_steps(test, fates, STEPS, &order);
	while (!fates[STEPS - 1].final && !fates[STEPS - 1].delayed)
		store_case_dispatch(test);
	store_status(test->store, &status);
	faulty_vfs_heal(test->vfs);
	store_case_wait(test, &fates[STEPS - 1]);
	store_case_expect_in_order(test, fates, STEPS);
	for (unsigned i = 0; i < STEPS; i++) {
		assert_true(fates[i].delayed == 0 || fates[i].delayed == -code);
		delayed += fates[i].delayed != 0;
	}
	if (delayed) {
		assert_int_equal(code, status.error.code);
		assert_true(strlen(status.error.text) > 0);
	}
	store_status(test->store, &status);
	assert_int_equal(0, status.error.code);
	store_case_close(test);
	assert_int_equal(0, unlinkat(test->folder->fd, "axe.db", 0));
	return delayed > 0;
}

static void survive_everywhere(struct store_case *test, int code)
{
	uint64_t step = 1;

	while (survive_trouble(test, step, code))
		step++;
	/* Log, its header, its pages and its sync: it was hit in more than one place. */
	assert_true(step > 4);
}

static void full_disk_delays_and_loses_nothing(void **state)
{
	survive_everywhere(*state, ENOSPC);
}

static void broken_disk_delays_and_loses_nothing(void **state)
{
	survive_everywhere(*state, EIO);
}

static void disk_turned_read_only_delays_and_loses_nothing(void **state)
{
	survive_everywhere(*state, EROFS);
}

static void single_failure_of_any_step_is_survived(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	uint64_t total = 0;

	for (uint64_t step = 1; total == 0 || step <= total; step++) {
		unsigned order = 0;
		uint64_t before;

		store_case_open(test);
		before = faulty_vfs_steps(test->vfs);
		faulty_vfs_fail_at(test->vfs, step, 1, EIO);
		store_case_submit_steps(test, fates, STEPS, &order);
		store_case_wait(test, &fates[STEPS - 1]);
		store_case_expect_in_order(test, fates, STEPS);
		/* Also in the move of the log into the file. */
		store_case_close(test);
		total = faulty_vfs_steps(test->vfs) - before;
		faulty_vfs_heal(test->vfs);
		store_case_open(test);
		store_case_expect_no_notice(test);
		assert_int_equal(2 * STEPS, store_case_read_steps(test).events);
		store_case_close(test);
		assert_int_equal(0, unlinkat(test->folder->fd, "axe.db", 0));
	}
}

static void changes_during_trouble_queue_behind_it(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[STEPS];
	unsigned order = 0;

	store_case_open(test);
	faulty_vfs_fail_at(test->vfs, 1, FAULTY_ALWAYS, ENOSPC);
	for (unsigned i = 0; i < STEPS; i++) {
		fates[i] = (struct store_fate){ .order = &order };
		store_case_step(test, i + 1, store_fate_told, &fates[i]);
		while (!fates[i].delayed)
			store_case_dispatch(test);
	}
	faulty_vfs_heal(test->vfs);
	store_case_wait(test, &fates[STEPS - 1]);
	store_case_expect_in_order(test, fates, STEPS);
}

#define CHANGES    2000
#define TEXT_BYTES 1000
#define KEPT_BYTES (1024 * 1024)

static void see_event(const struct store_event *event, void *data)
{
	struct store_event_page *page = data;

	page->after_seq = event->seq;
}

/* All that SQLite has, of all connections, while twice that is written and read. */
static void memory_of_many_changes_is_bounded(void **state)
{
	struct store_case *test = *state;
	struct store_event_page page = { .after_seq = 0 };
	char text[TEXT_BYTES + 16];
	bool more = true;
	int64_t before;

	snprintf(text, sizeof(text), "{\"step\":\"%0*d\"}", TEXT_BYTES, 0);
	store_case_open(test);
	before = sqlite3_memory_used();
	sqlite3_memory_highwater(1);
	for (unsigned i = 0; i < CHANGES; i++) {
		struct store_change change = store_case_event(1, "progress");

		change.event.data = text;
		assert_int_equal(0, store_submit(test->store, &change, 1, NULL, NULL, NULL));
	}
	store_case_wait_all(test);
	while (more)
		assert_int_equal(
			0, store_read_events(test->store, &page, see_event, &page, &more, NULL));
	assert_true(page.after_seq >= CHANGES);
	assert_in_range(sqlite3_memory_highwater(0) - before, 1, KEPT_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(loop_never_writes_or_syncs),
		STORE_TEST(what_waits_for_the_disk_shares_one_transaction),
		STORE_TEST(durable_means_synced),
		STORE_TEST(full_disk_delays_and_loses_nothing),
		STORE_TEST(broken_disk_delays_and_loses_nothing),
		STORE_TEST(disk_turned_read_only_delays_and_loses_nothing),
		STORE_TEST(single_failure_of_any_step_is_survived),
		STORE_TEST(changes_during_trouble_queue_behind_it),
		STORE_TEST(memory_of_many_changes_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
