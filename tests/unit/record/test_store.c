/* The store takes change sets whole and in order, and refuses by name. */
#include "unit/record/store_case.h"

static int submit(struct store_case *test, const struct store_change *changes, size_t count,
	struct store_fate *fate)
{
	return store_submit(test->store, changes, count, store_fate_told, fate, NULL);
}

static void numbers_go_on_after_a_restart(void **state)
{
	struct store_case *test = *state;
	struct store_fate first = { 0 }, second = { 0 };
	struct store_status status;

	store_case_open(test);
	store_case_step(test, 1, store_fate_told, &first);
	store_case_wait(test, &first);
	assert_int_equal(1, first.first_seq);
	assert_int_equal(2, first.event_count);
	store_case_close(test);
	store_case_open(test);
	store_status(test->store, &status);
	assert_int_equal(2, status.last_seq);
	store_case_step(test, 2, store_fate_told, &second);
	store_case_wait(test, &second);
	assert_int_equal(3, second.first_seq);
	assert_int_equal(4, store_case_read_steps(test).events);
}

static void contradiction_is_refused_alone_and_leaves_no_gap(void **state)
{
	struct store_case *test = *state;
	struct store_change stray[] = {
		store_case_event(1, "progress"),
		{ .kind = STORE_TRY, .try = { .job = 99, .attempt = 1, .number = 1 } },
	};
	struct store_fate fates[3] = { 0 };

	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	store_case_step(test, 1, store_fate_told, &fates[0]);
	assert_int_equal(0, submit(test, stray, 2, &fates[1]));
	store_case_step(test, 2, store_fate_told, &fates[2]);
	faulty_vfs_release_syncs(test->vfs);
	store_case_wait(test, &fates[2]);
	assert_int_equal(0, fates[0].code);
	assert_int_equal(-EINVAL, fates[1].code);
	assert_int_equal(0, fates[1].first_seq);
	assert_int_equal(0, fates[2].code);
	assert_int_equal(3, fates[2].first_seq);
	assert_int_equal(4, store_case_read_steps(test).events);
}

static void full_queue_names_its_size(void **state)
{
	struct store_case *test = *state;
	struct store_change event = store_case_event(0, "warning");
	struct store_fate fates[4] = { 0 };
	struct error error = { 0 };

	test->config.queue_changes = 4;
	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	for (int i = 0; i < 4; i++)
		assert_int_equal(0, submit(test, &event, 1, &fates[i]));
	assert_int_equal(-ENOBUFS, store_submit(test->store, &event, 1, NULL, NULL, &error));
	assert_non_null(strstr(error.text, "store queue full (4 rows)"));
	faulty_vfs_release_syncs(test->vfs);
	store_case_wait(test, &fates[3]);
	assert_int_equal(0, store_submit(test->store, &event, 1, NULL, NULL, &error));
}

static void queue_is_bounded_in_bytes_too(void **state)
{
	struct store_case *test = *state;
	struct store_change event = store_case_event(0, "warning");
	auto_free char *data = calloc(1, 5001);
	struct error error = { 0 };

	event.event.data = memset(data, ' ', 5000);
	test->config.queue_bytes = 10000;
	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	assert_int_equal(0, store_submit(test->store, &event, 1, NULL, NULL, &error));
	assert_int_equal(-ENOBUFS, store_submit(test->store, &event, 1, NULL, NULL, &error));
	assert_non_null(strstr(error.text, "store queue full (10000 bytes)"));
}

static void row_without_its_name_is_refused_at_once(void **state)
{
	struct store_case *test = *state;
	struct store_change job = store_case_job(1, STATE_QUEUED, NULL);
	struct store_change event = store_case_event(1, NULL);

	job.job.name = NULL;
	store_case_open(test);
	assert_int_equal(-EINVAL, store_submit(test->store, &job, 1, NULL, NULL, NULL));
	assert_int_equal(-EINVAL, store_submit(test->store, &event, 1, NULL, NULL, NULL));
}

static void forgotten_listener_is_not_called_and_its_change_is_stored(void **state)
{
	struct store_case *test = *state;
	struct store_fate gone = { 0 }, last = { 0 };

	store_case_open(test);
	faulty_vfs_hold_syncs(test->vfs);
	store_case_step(test, 1, store_fate_told, &gone);
	store_case_step(test, 2, store_fate_told, &last);
	store_forget(test->store, &gone);
	faulty_vfs_release_syncs(test->vfs);
	store_case_wait(test, &last);
	assert_int_equal(0, gone.calls);
	assert_int_equal(4, store_case_read_steps(test).events);
}

static void see_changes(const struct store_commit *commit, void *data)
{
	assert_int_equal(1, commit->change_count);
	assert_string_equal("job.begin", commit->changes[0].event.type);
	assert_string_equal("{\"n\":1}", commit->changes[0].event.data);
	assert_true(commit->changes[0].event.time.wall_ns > 0);
	*(bool *)data = true;
}

static void completion_shows_what_was_submitted_after_the_caller_forgot_it(void **state)
{
	struct store_case *test = *state;
	char type[] = "job.begin", json[] = "{\"n\":1}";
	struct store_change event = store_case_event(1, type);
	bool seen = false;

	event.event.data = json;
	store_case_open(test);
	assert_int_equal(0, store_submit(test->store, &event, 1, see_changes, &seen, NULL));
	memset(&event, 0xff, sizeof(event));
	memset(type, 'x', sizeof(type) - 1);
	memset(json, 'x', sizeof(json) - 1);
	while (!seen)
		store_case_dispatch(test);
}

static void file_is_for_its_owner_only(void **state)
{
	static const char *const names[] = { "axe.db", "axe.db-wal", "axe.db-shm" };
	struct store_case *test = *state;
	struct stat status;

	store_case_open(test);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(0, fstatat(test->folder->fd, names[i], &status, 0));
		assert_int_equal(0600, status.st_mode & 07777);
	}
}

static void closing_leaves_one_file_and_runs_the_last_completions(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate = { 0 };

	store_case_open(test);
	store_case_step(test, 1, store_fate_told, &fate);
	store_case_close(test);
	assert_true(fate.final);
	assert_int_equal(0, fate.code);
	assert_int_equal(-1, faccessat(test->folder->fd, "axe.db-wal", F_OK, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(numbers_go_on_after_a_restart),
		STORE_TEST(contradiction_is_refused_alone_and_leaves_no_gap),
		STORE_TEST(full_queue_names_its_size),
		STORE_TEST(queue_is_bounded_in_bytes_too),
		STORE_TEST(row_without_its_name_is_refused_at_once),
		STORE_TEST(forgotten_listener_is_not_called_and_its_change_is_stored),
		STORE_TEST(completion_shows_what_was_submitted_after_the_caller_forgot_it),
		STORE_TEST(file_is_for_its_owner_only),
		STORE_TEST(closing_leaves_one_file_and_runs_the_last_completions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
