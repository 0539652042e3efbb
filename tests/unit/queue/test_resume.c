/* Jobs that were ended to be queued again by a supervisor that died in between. */
#include "unit/queue/queue_looks.h"

/* The engine stores the end of it, and nobody is left to queue it again. */
static void store_end(struct job *job, enum state state, const char *reason)
{
	struct store_change changes[] = { job_change(job, state), attempt_change(job, state) };

	changes[0].job.outcome = "canceled";
	changes[0].job.reason = reason;
	changes[0].job.ended = (struct store_time){ clock_wall_ns(), case_clock(job->test) };
	assert_int_equal(0, store_submit(job->test->store, changes, 2, NULL, NULL, NULL));
	case_dispatch(job->test);
}

static void a_requeue_that_was_not_stored_is_made_good(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *running = case_start(test);

	store_task(running, 0, STATE_FINISHED, NULL);
	store_task(running, 1, STATE_FAILED, REASON_REQUEUED);
	store_task(running, 2, STATE_CANCELED, REASON_REQUEUED);
	store_end(running, STATE_CANCELED, REASON_REQUEUED);
	case_restart(test);
	expect_state(test, job, "Queued");
	expect_tasks(test, job, "Finished Queued Queued");
	assert_int_equal(2, case_start(test)->row.attempt);
}

static void what_a_stopped_supervisor_ended_runs_again(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	store_task(running, 0, STATE_FAILED, REASON_HOST);
	store_end(running, STATE_CANCELED, REASON_HOST);
	case_restart(test);
	expect_state(test, job, "Queued");
	expect_tasks(test, job, "Queued");
}

static void what_was_ended_for_another_reason_stays(void **state)
{
	struct queue_case *test = *state;
	uint64_t canceled = case_queue(test, MANIFEST_ONE);
	uint64_t failed = case_queue(test, MANIFEST_ONE);

	store_end(case_start(test), STATE_CANCELED, REASON_JOB_CANCELED);
	/* As often as JobRetryCount allows. */
	store_end(case_start(test), STATE_FAILED, REASON_HOST);
	case_restart(test);
	expect_state(test, canceled, "Canceled");
	expect_state(test, failed, "Failed");
}

/* A cancel is under way; then somebody wants it queued again. */
static uint64_t ask_while_it_ends(struct queue_case *test, struct answer *ret_answer)
{
	/* Who does not wait for the answer. */
	struct queue_caller canceler = { .actor = { .admin = true } };
	struct queue_caller asker = root_calls(ret_answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);

	task_begins(case_start(test), 0);
	queue_cancel(test->queue, &canceler, job, "m", 1, true);
	queue_requeue(test->queue, &asker, job, true);
	assert_int_equal(0, ret_answer->count);
	case_dispatch(test);
	return job;
}

static void a_requeue_asked_while_it_ends_outlives_the_supervisor(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = ask_while_it_ends(test, &answer);
	struct job *running = test->jobs[0];

	/* Not before it is on the disk. */
	expect_done(&answer);
	test->adopted = running;
	case_restart(test);
	expect_state(test, job, "Running");
	job_dies(running);
	expect_state(test, job, "Queued");
	assert_int_equal(2, case_start(test)->row.attempt);
	/* It has been done: the next end is one. */
	test->adopted = NULL;
	job_finishes(test->jobs[1]);
	case_restart(test);
	expect_state(test, job, "Finished");
}

static void a_requeue_asked_while_it_ended_is_made_good_behind_its_end(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = ask_while_it_ends(test, &answer);

	store_task(test->jobs[0], 0, STATE_FAILED, REASON_JOB_CANCELED);
	store_end(test->jobs[0], STATE_CANCELED, REASON_JOB_CANCELED);
	case_restart(test);
	expect_state(test, job, "Queued");
	expect_tasks(test, job, "Queued");
	assert_int_equal(2, case_start(test)->row.attempt);
}

static void a_job_says_what_a_stop_of_its_supervisor_does_to_it(void **state)
{
	static const char *const manifests[] = {
		"{'name': 'j', 'on_supervisor_stop': 'keep', 'assessments': [{'command': 'x'}]}",
		("{'name': 'j', 'on_supervisor_stop': 'terminate', 'assessments': [{'command': "
		 "'x'}]}"),
		MANIFEST_ONE,
	};
	struct queue_case *test = *state;
	struct job *running[3];

	for (unsigned at = 0; at < 3; at++) {
		case_queue(test, manifests[at]);
		running[at] = case_start(test);
	}
	queue_leave(test->queue, true);
	assert_string_equal("", running[0]->killed);
	assert_string_equal(REASON_HOST, running[1]->killed);
	assert_string_equal("", running[2]->killed);
	queue_leave(test->queue, false);
	assert_string_equal("", running[0]->killed);
	assert_string_equal(REASON_HOST, running[2]->killed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_requeue_that_was_not_stored_is_made_good),
		QUEUE_TEST(what_a_stopped_supervisor_ended_runs_again),
		QUEUE_TEST(what_was_ended_for_another_reason_stays),
		QUEUE_TEST(a_requeue_asked_while_it_ends_outlives_the_supervisor),
		QUEUE_TEST(a_requeue_asked_while_it_ended_is_made_good_behind_its_end),
		QUEUE_TEST(a_job_says_what_a_stop_of_its_supervisor_does_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
