/* RequeueJob and RequeueTask: what runs again after which end, and who must be dead before. */
#include "unit/queue/queue_looks.h"

static void requeue(struct queue_case *test, uint64_t job, struct answer *answer)
{
	struct queue_caller caller = root_calls(answer);

	queue_requeue(test->queue, &caller, job, false);
	case_dispatch(test);
}

static void cancel(struct queue_case *test, uint64_t job)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_cancel(test->queue, &caller, job, "m", 1, true);
	case_dispatch(test);
	/* One that runs says so. */
	if (!answer.count)
		job_tells(test->jobs[test->launched - 1], "job.terminate", NULL, -1);
	expect_done(&answer);
}

static void after_a_cancel_all_but_the_finished_are_queued_failed_ones_included(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *first = case_start(test), *second;

	task_begins(first, 0);
	task_ends(first, 0, STATE_FINISHED, NULL);
	task_begins(first, 1);
	task_ends(first, 1, STATE_FAILED, "failed");
	cancel(test, job);
	job_dies(first);
	expect_tasks(test, job, "Finished Failed/failed Canceled/job_canceled");
	requeue(test, job, &answer);
	expect_done(&answer);
	assert_int_equal(2, number_in(answer.parameters, "attempt"));
	assert_int_equal(2, json_array_size(json_object_get(answer.parameters, "tasks")));
	expect_tasks(test, job, "Finished Queued Queued");
	second = case_start(test);
	assert_int_equal(2, second->row.attempt);
	assert_int_equal(STATE_FINISHED, second->tasks[0]);
	assert_int_equal(STATE_QUEUED, second->tasks[1]);
}

static void after_a_termination_or_an_overrun_all_but_the_finished_are_queued(void **state)
{
	static const char *const reasons[] = { "terminated", "runtime" };

	for (unsigned at = 0; at < 2; at++) {
		struct queue_case *test = *state;
		auto_answer answer = { .count = 0 };
		uint64_t job = case_queue(test, MANIFEST_THREE);
		struct job *first = case_start(test);

		task_begins(first, 0);
		task_ends(first, 0, STATE_CANCELED, "task_canceled");
		task_begins(first, 1);
		task_ends(first, 1, STATE_FAILED, reasons[at]);
		job_ends(first, "terminated", STATE_CANCELED, reasons[at]);
		requeue(test, job, &answer);
		expect_done(&answer);
		expect_tasks(test, job, "Queued Queued Queued");
		job_finishes(case_start(test));
	}
}

static void after_a_plain_failure_canceled_tasks_stay_until_requeue_task(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, task = { .count = 0 };
	struct queue_caller caller = root_calls(&task);
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *first = case_start(test), *second, *third;

	task_begins(first, 0);
	task_ends(first, 0, STATE_CANCELED, "task_canceled");
	task_begins(first, 1);
	task_ends(first, 1, STATE_FAILED, "failed");
	job_ends(first, "failed", STATE_FAILED, NULL);
	expect_tasks(test, job, "Canceled/task_canceled Failed/failed Canceled/not_run");
	requeue(test, job, &answer);
	expect_done(&answer);
	expect_tasks(test, job, "Canceled/task_canceled Queued Queued");
	second = case_start(test);
	assert_int_equal(STATE_CANCELED, second->tasks[0]);
	store_task(second, 1, STATE_FINISHED, NULL);
	store_task(second, 2, STATE_FINISHED, NULL);
	job_ends(second, "canceled", STATE_CANCELED, NULL);
	queue_requeue_task(test->queue, &caller, job, 0);
	case_dispatch(test);
	expect_done(&task);
	assert_int_equal(3, number_in(task.parameters, "attempt"));
	expect_tasks(test, job, "Queued Finished Finished");
	third = case_start(test);
	assert_int_equal(STATE_QUEUED, third->tasks[0]);
	assert_int_equal(STATE_FINISHED, third->tasks[1]);
}

static void a_running_job_is_canceled_first_and_its_processes_waited_for(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *first = case_start(test), *second;

	task_begins(first, 0);
	requeue(test, job, &answer);
	assert_int_equal(0, answer.count);
	assert_string_equal("requeued", first->killed);
	assert_null(case_start(test));
	job_dies(first);
	expect_done(&answer);
	assert_int_equal(3, json_array_size(json_object_get(answer.parameters, "tasks")));
	second = case_start(test);
	assert_non_null(second);
	assert_int_equal(2, second->row.attempt);
}

static void a_late_end_of_one_attempt_does_not_end_the_next(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *first = case_start(test), *second;

	task_begins(first, 0);
	requeue(test, job, &answer);
	job_dies(first);
	second = case_start(test);
	task_begins(second, 0);
	expect_state(test, job, "Running");
	task_ends(second, 0, STATE_FINISHED, NULL);
	expect_state(test, job, "Running");
	job_finishes(second);
	expect_state(test, job, "Finished");
	assert_int_equal(2,
		number_in(json_object_get(answer.parameters, "attempt") ? answer.parameters : NULL,
			"attempt"));
}

static void a_finished_job_or_one_that_waits_is_not_queued_again(void **state)
{
	struct queue_case *test = *state;
	auto_answer finished = { .count = 0 }, queued = { .count = 0 }, added = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);

	job_finishes(case_start(test));
	requeue(test, job, &finished);
	expect_refused(&finished, "InvalidState", AXE_E_INVALID_STATE);
	requeue(test, case_queue(test, MANIFEST_ONE), &queued);
	expect_refused(&queued, "InvalidState", AXE_E_INVALID_STATE);
	requeue(test, case_add(test, MANIFEST_ONE), &added);
	expect_refused(&added, "InvalidState", AXE_E_INVALID_STATE);
}

static void one_task_that_must_not_run_again_keeps_all_from_it_and_is_named(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job =
		case_queue(test, "{'name': 'j', 'assessments': [{'name': 'a', 'command': 'true'},"
				 " {'name': 'once', 'command': 'true', 'rerunnable': false}]}");
	struct job *first = case_start(test);

	task_begins(first, 0);
	task_ends(first, 0, STATE_FAILED, "failed");
	job_ends(first, "failed", STATE_FAILED, NULL);
	requeue(test, job, &answer);
	expect_refused(&answer, "NotRerunnable", AXE_E_NOT_RERUNNABLE);
	assert_int_equal(1, number_in(answer.parameters, "task"));
	assert_string_equal("once", text_in(answer.parameters, "name"));
	expect_state(test, job, "Failed");
	expect_tasks(test, job, "Failed/failed Canceled/not_run");
}

static void a_job_is_queued_again_behind_those_that_wait(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t first = case_queue(test, MANIFEST_ONE), second;

	cancel(test, first);
	second = case_queue(test, MANIFEST_ONE);
	requeue(test, first, &answer);
	assert_int_equal(second, case_start(test)->row.id);
	assert_int_equal(first, case_start(test)->row.id);
}

static void a_job_of_a_dead_supervisor_is_queued_again_by_whoever_asks(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);

	cancel(test, job);
	case_restart(test);
	requeue(test, job, &answer);
	expect_done(&answer);
	expect_state(test, job, "Queued");
	case_restart(test);
	assert_int_equal(job, case_start(test)->row.id);
}

static void requeue_and_purge_at_once_have_one_outcome(void **state)
{
	struct queue_case *test = *state;
	auto_answer again = { .count = 0 }, purged = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&again), root_calls(&purged) };
	uint64_t job = case_queue(test, MANIFEST_ONE), other = case_queue(test, MANIFEST_ONE);

	cancel(test, job);
	cancel(test, other);
	queue_requeue(test->queue, &callers[0], job, false);
	queue_purge(test->queue, &callers[1], job);
	case_dispatch(test);
	expect_done(&again);
	expect_refused(&purged, "InvalidState", AXE_E_INVALID_STATE);
	expect_state(test, job, "Queued");

	answer_finish(&again);
	answer_finish(&purged);
	queue_purge(test->queue, &callers[1], other);
	queue_requeue(test->queue, &callers[0], other, false);
	case_dispatch(test);
	expect_done(&purged);
	expect_refused(&again, "NotFound", AXE_E_NOT_FOUND);
	expect_no_job(test, other);
}

static void requeues_of_several_stop_at_the_first_failure(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t jobs[] = { case_queue(test, MANIFEST_ONE), case_queue(test, MANIFEST_ONE) };

	cancel(test, jobs[0]);
	queue_requeue_all(test->queue, &caller, jobs, 2);
	case_dispatch(test);
	expect_refused(&answer, "BatchStopped", AXE_E_INVALID_STATE);
	assert_int_equal(1, number_in(answer.parameters, "done"));
	assert_int_equal(jobs[1], number_in(answer.parameters, "job"));
	expect_state(test, jobs[0], "Queued");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(after_a_cancel_all_but_the_finished_are_queued_failed_ones_included),
		QUEUE_TEST(after_a_termination_or_an_overrun_all_but_the_finished_are_queued),
		QUEUE_TEST(after_a_plain_failure_canceled_tasks_stay_until_requeue_task),
		QUEUE_TEST(a_running_job_is_canceled_first_and_its_processes_waited_for),
		QUEUE_TEST(a_late_end_of_one_attempt_does_not_end_the_next),
		QUEUE_TEST(a_finished_job_or_one_that_waits_is_not_queued_again),
		QUEUE_TEST(one_task_that_must_not_run_again_keeps_all_from_it_and_is_named),
		QUEUE_TEST(a_job_is_queued_again_behind_those_that_wait),
		QUEUE_TEST(a_job_of_a_dead_supervisor_is_queued_again_by_whoever_asks),
		QUEUE_TEST(requeue_and_purge_at_once_have_one_outcome),
		QUEUE_TEST(requeues_of_several_stop_at_the_first_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
