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

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_requeue_that_was_not_stored_is_made_good),
		QUEUE_TEST(what_a_stopped_supervisor_ended_runs_again),
		QUEUE_TEST(what_was_ended_for_another_reason_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
