/* AddJob, SubmitJob, QueueJob, ModifyJob, HoldJob: batches, bounds, and what they change. */
#include "unit/queue/queue_case.h"

static void a_job_has_its_number_and_folder_from_add_on(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_add(test, MANIFEST_ONE);
	char folder[96];

	snprintf(folder, sizeof(folder), "%s/jobs/%" PRIu64, test->folder->path, job);
	assert_int_equal(0, access(folder, F_OK));
	expect_state(test, job, "NotSubmitted");
	assert_null(case_start(test));
	case_restart(test);
	expect_state(test, job, "NotSubmitted");
	assert_null(case_start(test));
}

static void a_submitted_job_is_started_and_not_submitted_twice(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, again = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&again) };
	uint64_t job = case_add(test, MANIFEST_ONE);

	queue_submit(test->queue, &callers[0], &job, 1);
	case_dispatch(test);
	expect_done(&answer);
	expect_state(test, job, "Queued");
	queue_submit(test->queue, &callers[1], &job, 1);
	expect_refused(&again, "InvalidState", AXE_E_INVALID_STATE);
	assert_int_equal(job, case_start(test)->row.id);
}

static void a_batch_is_submitted_whole_or_not_at_all(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, strange = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&strange) };
	uint64_t jobs[] = { case_add(test, MANIFEST_ONE), case_add(test, MANIFEST_ONE),
		case_queue(test, MANIFEST_ONE) };
	uint64_t unknown[] = { jobs[0], 999 };

	queue_submit(test->queue, &callers[0], jobs, 3);
	case_dispatch(test);
	expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
	expect_state(test, jobs[0], "NotSubmitted");
	queue_submit(test->queue, &callers[1], unknown, 2);
	expect_refused(&strange, "NotFound", AXE_E_NOT_FOUND);
	expect_state(test, jobs[0], "NotSubmitted");
}

static void a_batch_is_queued_whole_or_not_at_all(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	struct queue_new jobs[] = { { case_manifest(MANIFEST_ONE), JOB_WISHES_NONE },
		{ case_manifest(MANIFEST_ONE), JOB_WISHES_NONE } };
	auto_answer count = { .count = 0 };
	struct queue_caller counter = root_calls(&count);

	jobs[1].wishes.priority = 5;
	queue_queue(test->queue, &caller, jobs, 2);
	case_dispatch(test);
	expect_refused(&answer, "OutOfRange", AXE_E_INVALID_ARGUMENT);
	queue_count(test->queue, &counter, false, 0);
	expect_done(&count);
	assert_int_equal(0, number_in(json_object_get(count.parameters, "counts"), "Queued"));
}

static void a_hundred_jobs_are_one_durable_transaction(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	struct queue_new jobs[100];
	struct store_status before, after;

	for (unsigned at = 0; at < 100; at++)
		jobs[at] = (struct queue_new){ case_manifest(MANIFEST_ONE), JOB_WISHES_NONE };
	store_status(test->store, &before);
	queue_queue(test->queue, &caller, jobs, 100);
	assert_int_equal(0, answer.count);
	case_dispatch(test);
	expect_done(&answer);
	store_status(test->store, &after);
	assert_int_equal(before.transactions + 1, after.transactions);
	assert_int_equal(100, json_array_size(json_object_get(answer.parameters, "jobs")));
	case_restart(test);
	for (unsigned at = 0; at < 100; at++)
		assert_non_null(case_start(test));
	assert_null(case_start(test));
}

static void a_job_is_not_started_before_it_is_durable(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	struct queue_new job = { case_manifest(MANIFEST_ONE), JOB_WISHES_NONE };

	queue_queue(test->queue, &caller, &job, 1);
	assert_false(queue_start_next(test->queue));
	case_dispatch(test);
	assert_non_null(case_start(test));
}

static void priority_goes_first_then_the_order_of_submission(void **state)
{
	struct queue_case *test = *state;
	static const int64_t priorities[] = { 2, 4, 0, 4, -1 };
	static const unsigned expected[] = { 1, 3, 0, 4, 2 };
	uint64_t jobs[5];

	for (unsigned at = 0; at < 5; at++) {
		auto_answer answer = { .count = 0 };
		struct queue_caller caller = root_calls(&answer);
		struct job_wishes wishes = JOB_WISHES_NONE;

		wishes.priority = priorities[at];
		jobs[at] = case_queue_with(test, &caller, MANIFEST_ONE, &wishes);
	}
	for (unsigned at = 0; at < 5; at++) {
		auto_json job = case_get(test, jobs[expected[at]]);

		assert_int_equal(at, number_in(job, "rank"));
	}
	case_restart(test);
	for (unsigned at = 0; at < 5; at++)
		assert_int_equal(jobs[expected[at]], case_start(test)->row.id);
}

static void a_held_job_is_not_started_until_it_is_released(void **state)
{
	struct queue_case *test = *state;
	auto_answer held = { .count = 0 }, released = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&held), root_calls(&released) };
	uint64_t job = case_queue(test, MANIFEST_ONE);

	queue_hold(test->queue, &callers[0], job, true);
	case_dispatch(test);
	expect_done(&held);
	assert_null(case_start(test));
	case_restart(test);
	assert_null(case_start(test));
	queue_hold(test->queue, &callers[1], job, false);
	case_dispatch(test);
	expect_done(&released);
	assert_int_equal(job, case_start(test)->row.id);
}

static void a_job_is_modified_before_it_runs_and_not_after(void **state)
{
	struct queue_case *test = *state;
	auto_answer first = { .count = 0 }, late = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&first), root_calls(&late) };
	uint64_t other = case_queue(test, MANIFEST_ONE), job = case_queue(test, MANIFEST_ONE);
	struct job_wishes wishes = { .name = "a rather longer name than the one before",
		.priority = 4,
		.has_runtime = true,
		.runtime_ns = 7 };
	struct job *started;

	queue_modify(test->queue, &callers[0], job, &wishes);
	case_dispatch(test);
	expect_done(&first);
	case_restart(test);
	started = case_start(test);
	assert_int_equal(job, started->row.id);
	assert_string_equal(wishes.name, started->name);
	assert_int_equal(7, started->runtime_ns);
	queue_modify(test->queue, &callers[1], job, &wishes);
	expect_refused(&late, "InvalidState", AXE_E_INVALID_STATE);
	assert_int_equal(other, case_start(test)->row.id);
}

static void a_wish_out_of_range_is_refused(void **state)
{
	struct queue_case *test = *state;
	const struct job_wishes bad[] = {
		{ .priority = 5 },
		{ .priority = -2 },
		{ .priority = -1, .processors = 100000 },
		{ .priority = -1, .processors = -1 },
		{ .priority = -1, .has_runtime = true, .runtime_ns = -1 },
		{ .priority = -1, .name = "" },
	};
	uint64_t job = case_add(test, MANIFEST_ONE);

	for (size_t at = 0; at < sizeof(bad) / sizeof(*bad); at++) {
		auto_answer answer = { .count = 0 };
		struct queue_caller caller = root_calls(&answer);

		queue_modify(test->queue, &caller, job, &bad[at]);
		expect_refused(&answer, "OutOfRange", AXE_E_INVALID_ARGUMENT);
	}
}

static void a_job_waits_for_the_processors_that_it_needs(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	struct job_wishes wishes = JOB_WISHES_NONE;
	struct job *first;

	wishes.processors = sysconf(_SC_NPROCESSORS_ONLN);
	case_queue(test, MANIFEST_ONE);
	first = case_start(test);
	case_queue_with(test, &caller, MANIFEST_ONE, &wishes);
	case_queue(test, MANIFEST_ONE);
	assert_null(case_start(test));
	job_finishes(first);
	assert_int_equal(wishes.processors, case_start(test)->row.processors);
}

static void a_user_has_so_many_jobs_and_no_more(void **state)
{
	struct queue_case *test = *state;
	auto_answer set = { .count = 0 }, one = { .count = 0 }, two = { .count = 0 },
		    three = { .count = 0 };
	struct queue_caller root = root_calls(&set), first = user_calls(1000, &one),
			    second = user_calls(1000, &two), other = user_calls(1001, &three);
	struct queue_new more = { case_manifest(MANIFEST_ONE), JOB_WISHES_NONE };

	queue_set_parameter(test->queue, &root, "UserQueuedJobs", 1);
	case_dispatch(test);
	expect_done(&set);
	case_queue_with(test, &first, MANIFEST_ONE, &JOB_WISHES_NONE);
	queue_queue(test->queue, &second, &more, 1);
	expect_refused(&two, "LimitReached", AXE_E_LIMIT_REACHED);
	assert_string_equal("UserQueuedJobs", text_in(two.parameters, "name"));
	case_queue_with(test, &other, MANIFEST_ONE, &JOB_WISHES_NONE);
}

static void a_user_at_the_limit_of_running_jobs_lets_others_pass(void **state)
{
	struct queue_case *test = *state;
	auto_answer set = { .count = 0 }, one = { .count = 0 }, two = { .count = 0 },
		    three = { .count = 0 };
	struct queue_caller root = root_calls(&set), first = user_calls(1000, &one),
			    second = user_calls(1000, &two), other = user_calls(1001, &three);
	uint64_t passed, waits;
	struct job *running;

	queue_set_parameter(test->queue, &root, "userrunningjobs", 1);
	case_dispatch(test);
	case_queue_with(test, &first, MANIFEST_ONE, &JOB_WISHES_NONE);
	waits = case_queue_with(test, &second, MANIFEST_ONE, &JOB_WISHES_NONE);
	passed = case_queue_with(test, &other, MANIFEST_ONE, &JOB_WISHES_NONE);
	running = case_start(test);
	assert_int_equal(passed, case_start(test)->row.id);
	assert_null(case_start(test));
	job_finishes(running);
	assert_int_equal(waits, case_start(test)->row.id);
}

static void a_job_that_cannot_be_started_fails_and_says_why(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);
	auto_json about = NULL;

	test->refuse_launch = -EINVAL;
	assert_true(queue_start_next(test->queue));
	case_dispatch(test);
	about = case_get(test, job);
	assert_string_equal("Failed", text_in(about, "state"));
	assert_string_equal("not_started", text_in(about, "reason"));
	assert_int_equal(1, case_count(test, job).ends);
}

static void a_fault_of_the_host_is_tried_again_so_many_times(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);

	test->refuse_launch = -ENOSPC;
	for (unsigned at = 0; at < 3; at++) {
		assert_true(queue_start_next(test->queue));
		expect_state(test, job, "Queued");
	}
	assert_true(queue_start_next(test->queue));
	case_dispatch(test);
	expect_state(test, job, "Failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_job_has_its_number_and_folder_from_add_on),
		QUEUE_TEST(a_submitted_job_is_started_and_not_submitted_twice),
		QUEUE_TEST(a_batch_is_submitted_whole_or_not_at_all),
		QUEUE_TEST(a_batch_is_queued_whole_or_not_at_all),
		QUEUE_TEST(a_hundred_jobs_are_one_durable_transaction),
		QUEUE_TEST(a_job_is_not_started_before_it_is_durable),
		QUEUE_TEST(priority_goes_first_then_the_order_of_submission),
		QUEUE_TEST(a_held_job_is_not_started_until_it_is_released),
		QUEUE_TEST(a_job_is_modified_before_it_runs_and_not_after),
		QUEUE_TEST(a_wish_out_of_range_is_refused),
		QUEUE_TEST(a_job_waits_for_the_processors_that_it_needs),
		QUEUE_TEST(a_user_has_so_many_jobs_and_no_more),
		QUEUE_TEST(a_user_at_the_limit_of_running_jobs_lets_others_pass),
		QUEUE_TEST(a_job_that_cannot_be_started_fails_and_says_why),
		QUEUE_TEST(a_fault_of_the_host_is_tried_again_so_many_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
