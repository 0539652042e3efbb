/* A job that has lost its supervisor has one end, however often whoever ends it dies over that. */
#include "unit/recovery/orphan_case.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MOST 24

static void what_only_the_trace_knows_is_believed(void **state)
{
	struct store_case *test = *state;
	auto_free char *text = NULL;
	auto_json summary = NULL;

	lose_supervisor(test);
	store_case_open(test);
	end_orphans(test);
	expect_one_end(test);
	text = folder_read(test->folder, "jobs/1/results.json", NULL);
	summary = json_loads(text, 0, NULL);
	assert_int_equal(1,
		json_integer_value(json_object_get(json_object_get(summary, "counts"), "passed")));
	assert_int_equal(1,
		json_integer_value(json_object_get(json_object_get(summary, "counts"), "error")));
	assert_int_equal(1,
		json_integer_value(json_object_get(json_object_get(summary, "counts"), "not_run")));
}

/* With the words of a CancelJob that was accepted in that attempt. */
static json_t *end_canceled(struct store_case *test, unsigned attempt)
{
	const struct store_change asked = { .kind = STORE_EVENT,
		.event = { .job = 1,
			.attempt = attempt,
			.type = "job.terminate",
			.data = "{\"reason\":\"job_canceled\",\"message\":\"enough\"}" } };
	auto_free char *text = NULL;

	lose_supervisor(test);
	store_case_open(test);
	assert_int_equal(0, store_submit(test->store, &asked, 1, NULL, NULL, NULL));
	assert_true(store_await(test->store, AWAIT_NS));
	/* Asked to run it again, too: a person's word goes before that. */
	end_orphans_of(test, true);
	expect_one_end(test);
	text = folder_read(test->folder, "jobs/1/results.json", NULL);
	return json_loads(text, 0, NULL);
}

static void see_state(const struct store_job *row, void *data)
{
	*(enum state *)data = row->state;
}

static void what_was_being_canceled_is_canceled_with_its_words(void **state)
{
	struct store_case *test = *state;
	auto_json summary = end_canceled(test, 1);
	enum state ended = STATE_RUNNING;

	assert_string_equal("canceled", text_at(summary, "outcome"));
	assert_string_equal("job_canceled", text_at(summary, "reason"));
	assert_string_equal("enough", text_at(summary, "message"));
	assert_int_equal(0, store_read_job(test->store, 1, see_state, &ended, NULL));
	assert_int_equal(STATE_CANCELED, ended);
	assert_int_equal(0, count_requeues(test));
}

static void cancel_of_another_attempt_is_not_its_own(void **state)
{
	auto_json summary = end_canceled(*state, 2);

	assert_string_equal("error", text_at(summary, "outcome"));
	assert_string_equal("the supervisor ended before the job did", text_at(summary, "message"));
}

/* What had not reached the disk is told again, what had is not. */
static void whoever_dies_over_it_makes_no_second_end(void **state)
{
	struct store_case *test = *state;
	int status;

	for (uint64_t step = 1; step <= STEPS_MOST; step++) {
		pid_t pid;

		lose_supervisor(test);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			store_case_open(test);
			faulty_vfs_kill_at(test->vfs, step);
			end_orphans(test);
			_exit(0);
		}
		assert_int_equal(pid, waitpid(pid, &status, 0));
		store_case_open(test);
		end_orphans(test);
		expect_one_end(test);
		store_case_teardown(state);
		store_case_setup(state);
		test = *state;
	}
}

/* The disk kept the ends for longer than a start waits for it. */
static void a_disk_that_keeps_them_makes_no_second_end(void **state)
{
	struct store_case *test = *state;
	int status;
	pid_t pid;

	lose_supervisor(test);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct store_job_page page = { .state = STATE_RUNNING,
			.owner = STORE_ANY_OWNER };
		struct orphan_set orphans = { .count = 0 };

		store_case_open(test);
		faulty_vfs_hold_syncs(test->vfs);
		store_read_jobs(test->store, &page, see_row, &orphans, NULL);
		orphan_end(test->store, test->folder->fd, &orphans.all[0], NULL);
		faulty_vfs_wait_held(test->vfs);
		raise(SIGKILL);
	}
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFSIGNALED(status));
	store_case_open(test);
	end_orphans(test);
	expect_one_end(test);
}

/* The files of the third one, as they are made while the second one runs. */
static void lay_next(struct store_case *test, const char *written)
{
	static const char *const names[] = { "stdout", "stderr" };
	int folder;

	assert_return_code(mkdirat(test->folder->fd, "jobs/1/1", 0750), errno);
	assert_return_code(mkdirat(test->folder->fd, "jobs/1/1/2.1", 0750), errno);
	folder = openat(test->folder->fd, "jobs/1/1/2.1", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(folder, errno);
	for (unsigned at = 0; at < 2; at++) {
		auto_fd file = openat(folder, names[at], O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

		assert_return_code(file, errno);
		assert_int_equal(strlen(written), write(file, written, strlen(written)));
	}
	close(folder);
}

static void what_was_laid_for_one_that_never_began_goes(void **state)
{
	struct store_case *test = *state;

	lose_supervisor(test);
	lay_next(test, "");
	store_case_open(test);
	end_orphans(test);
	expect_one_end(test);
	assert_int_not_equal(faccessat(test->folder->fd, "jobs/1/1/2.1", F_OK, 0), 0);
}

/* Its begin may have died with its supervisor: nobody throws away what it said. */
static void what_somebody_wrote_into_stays(void **state)
{
	struct store_case *test = *state;

	lose_supervisor(test);
	lay_next(test, "words");
	store_case_open(test);
	end_orphans(test);
	expect_one_end(test);
	assert_return_code(faccessat(test->folder->fd, "jobs/1/1/2.1/stdout", F_OK, 0), errno);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_only_the_trace_knows_is_believed),
		STORE_TEST(what_was_being_canceled_is_canceled_with_its_words),
		STORE_TEST(cancel_of_another_attempt_is_not_its_own),
		STORE_TEST(whoever_dies_over_it_makes_no_second_end),
		STORE_TEST(a_disk_that_keeps_them_makes_no_second_end),
		STORE_TEST(what_was_laid_for_one_that_never_began_goes),
		STORE_TEST(what_somebody_wrote_into_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
