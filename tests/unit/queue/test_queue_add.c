/* AddJob, SubmitJob, QueueJob, ModifyJob, HoldJob: batches, bounds, and what they change. */
#include "unit/queue/queue_looks.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_job_has_its_number_and_folder_from_add_on),
		QUEUE_TEST(a_submitted_job_is_started_and_not_submitted_twice),
		QUEUE_TEST(a_batch_is_submitted_whole_or_not_at_all),
		QUEUE_TEST(a_batch_is_queued_whole_or_not_at_all),
		QUEUE_TEST(a_hundred_jobs_are_one_durable_transaction),
		QUEUE_TEST(a_job_is_not_started_before_it_is_durable),
		QUEUE_TEST(a_job_is_modified_before_it_runs_and_not_after),
		QUEUE_TEST(a_wish_out_of_range_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
