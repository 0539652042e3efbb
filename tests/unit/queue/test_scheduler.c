/* Which job is started next, and what becomes of one that cannot be. */
#include "unit/queue/queue_looks.h"

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

static void the_runtime_is_the_jobs_else_the_manifests_else_the_parameters(void **state)
{
	struct queue_case *test = *state;
	auto_answer set = { .count = 0 }, wished = { .count = 0 };
	struct queue_caller root = root_calls(&set), caller = root_calls(&wished);
	struct job_wishes wishes = { .priority = -1, .has_runtime = true, .runtime_ns = 5 };

	queue_set_parameter(test->queue, &root, "JobRuntime", 7);
	case_dispatch(test);
	case_queue_with(test, &caller, MANIFEST_ONE, &wishes);
	case_queue(test, "{'name': 'j', 'runtime': '3s',"
			 " 'assessments': [{'name': 'a', 'command': 'true'}]}");
	case_queue(test, MANIFEST_ONE);
	assert_int_equal(5, case_start(test)->runtime_ns);
	assert_int_equal(3 * NS_PER_SEC, case_start(test)->runtime_ns);
	assert_int_equal(7, case_start(test)->runtime_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(priority_goes_first_then_the_order_of_submission),
		QUEUE_TEST(a_held_job_is_not_started_until_it_is_released),
		QUEUE_TEST(a_job_waits_for_the_processors_that_it_needs),
		QUEUE_TEST(a_user_has_so_many_jobs_and_no_more),
		QUEUE_TEST(a_user_at_the_limit_of_running_jobs_lets_others_pass),
		QUEUE_TEST(a_job_that_cannot_be_started_fails_and_says_why),
		QUEUE_TEST(a_fault_of_the_host_is_tried_again_so_many_times),
		QUEUE_TEST(the_runtime_is_the_jobs_else_the_manifests_else_the_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
