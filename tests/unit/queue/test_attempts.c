/* Attempts of a job: their numbers, and whose end is whose. */
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
	expect_done(&answer);
}

struct ends {
	unsigned attempt, count;
};

static void see_end(const struct store_event *event, void *data)
{
	struct ends *ends = data;

	ends->count += strcmp(event->type, "job.end") == 0 && event->attempt == ends->attempt;
}

/* So many ends has an attempt by the events of a job; 0: of none. */
static unsigned count_ends(struct queue_case *test, uint64_t job, unsigned attempt)
{
	struct ends ends = { .attempt = attempt };

	assert_int_equal(0, store_read_events(test->store, &(struct store_event_page){ .job = job },
				    see_end, &ends, NULL, NULL));
	return ends.count;
}

static void what_is_canceled_before_it_began_is_not_the_end_of_the_attempt_before(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, again = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);

	job_ends(case_start(test), "failed", STATE_FAILED, NULL);
	requeue(test, job, &answer);
	expect_done(&answer);
	cancel(test, job);
	expect_state(test, job, "Canceled");
	assert_int_equal(1, count_ends(test, job, 1));
	assert_int_equal(1, count_ends(test, job, 0));
	requeue(test, job, &again);
	assert_int_equal(2, number_in(again.parameters, "attempt"));
	job_finishes(case_start(test));
	assert_int_equal(1, count_ends(test, job, 2));
}

static void an_asynchronous_requeue_names_the_next_attempt_before_the_first_began(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);

	/* Its job.begin was not told yet. */
	assert_true(queue_start_next(test->queue));
	queue_requeue(test->queue, &caller, job, true);
	expect_done(&answer);
	assert_int_equal(2, number_in(answer.parameters, "attempt"));
}

static void a_job_that_will_run_again_says_so(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);
	auto_json before = case_get(test, job);
	auto_json meanwhile = NULL;
	auto_json after = NULL;

	assert_null(json_object_get(before, "again"));
	queue_requeue(test->queue, &caller, job, true);
	meanwhile = case_get(test, job);
	assert_string_equal("Running", text_in(meanwhile, "state"));
	assert_true(json_is_true(json_object_get(meanwhile, "again")));
	job_ends(running, "canceled", STATE_CANCELED, "requeued");
	after = case_get(test, job);
	assert_string_equal("Queued", text_in(after, "state"));
	assert_null(json_object_get(after, "again"));
}

static void an_end_that_is_sealed_decides_of_an_asynchronous_requeue(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	running->sealed = true;
	queue_requeue(test->queue, &caller, job, true);
	assert_int_equal(0, answer.count);
	job_finishes(running);
	expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
	expect_state(test, job, "Finished");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(what_is_canceled_before_it_began_is_not_the_end_of_the_attempt_before),
		QUEUE_TEST(an_asynchronous_requeue_names_the_next_attempt_before_the_first_began),
		QUEUE_TEST(a_job_that_will_run_again_says_so),
		QUEUE_TEST(an_end_that_is_sealed_decides_of_an_asynchronous_requeue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
