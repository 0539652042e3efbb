/* CancelTask, and cancels of several jobs. */
#include "unit/queue/queue_looks.h"

static void a_canceled_task_ends_as_canceled_and_the_job_goes_on(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, other = { .count = 0 }, late = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&other),
		root_calls(&late) };
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *running = case_start(test);

	task_begins(running, 0);
	queue_cancel_task(test->queue, &callers[0], job, 0, "no", 2);
	case_dispatch(test);
	assert_int_equal(0, answer.count);
	task_ends(running, 0, STATE_CANCELED, "task_canceled");
	expect_done(&answer);
	queue_cancel_task(test->queue, &callers[1], job, 2, NULL, 0);
	case_dispatch(test);
	expect_done(&other);
	expect_tasks(test, job, "Canceled/task_canceled Queued Canceled/task_canceled");
	expect_state(test, job, "Running");
	queue_cancel_task(test->queue, &callers[2], job, 0, NULL, 0);
	expect_refused(&late, "InvalidState", AXE_E_INVALID_STATE);
	assert_string_equal("", running->killed);
}

static void a_task_of_a_waiting_job_is_canceled_and_not_started(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, wrong = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&wrong) };
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *running;

	queue_cancel_task(test->queue, &callers[0], job, 1, NULL, 0);
	case_dispatch(test);
	expect_done(&answer);
	queue_cancel_task(test->queue, &callers[1], job, 3, NULL, 0);
	expect_refused(&wrong, "InvalidTask", AXE_E_INVALID_INDEX);
	assert_int_equal(3, number_in(wrong.parameters, "tasks"));
	running = case_start(test);
	assert_int_equal(STATE_CANCELED, running->tasks[1]);
	assert_int_equal(STATE_QUEUED, running->tasks[2]);
}

static void who_cancels_a_task_that_waits_is_told(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, other = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&other) };
	uint64_t job = case_queue(test, MANIFEST_THREE);

	queue_cancel_task(test->queue, &callers[0], job, 1, NULL, 0);
	case_dispatch(test);
	assert_int_equal(1, case_count(test, job).task_cancels);
	/* It has been given to the engine, and has not begun. */
	case_start(test);
	queue_cancel_task(test->queue, &callers[1], job, 2, "no", 2);
	case_dispatch(test);
	expect_done(&other);
	assert_int_equal(2, case_count(test, job).task_cancels);
}

static void cancels_of_several_stop_at_the_first_failure(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, all = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&all) };
	uint64_t jobs[] = { case_queue(test, MANIFEST_ONE), case_queue(test, MANIFEST_ONE), 999,
		case_queue(test, MANIFEST_ONE) };
	uint64_t last[] = { jobs[3] };

	queue_cancel_all(test->queue, &callers[0], jobs, 4, "m", 1);
	case_dispatch(test);
	expect_refused(&answer, "BatchStopped", AXE_E_NOT_FOUND);
	assert_int_equal(2, number_in(answer.parameters, "done"));
	assert_int_equal(999, number_in(answer.parameters, "job"));
	assert_string_equal("NotFound", text_in(answer.parameters, "error"));
	expect_state(test, jobs[0], "Canceled");
	expect_state(test, jobs[1], "Canceled");
	expect_state(test, jobs[3], "Queued");
	queue_cancel_all(test->queue, &callers[1], last, 1, "m", 1);
	case_dispatch(test);
	expect_done(&all);
	assert_int_equal(1, number_in(all.parameters, "done"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_canceled_task_ends_as_canceled_and_the_job_goes_on),
		QUEUE_TEST(a_task_of_a_waiting_job_is_canceled_and_not_started),
		QUEUE_TEST(who_cancels_a_task_that_waits_is_told),
		QUEUE_TEST(cancels_of_several_stop_at_the_first_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
