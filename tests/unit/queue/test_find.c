/* Jobs that came with a connection: what the queue tells of them, and what it leaves alone. */
#include "unit/queue/queue_looks.h"

#define BESIDE 7

/* As the engine stores one of ExecuteJob. */
static void store_beside(struct queue_case *test, enum state state)
{
	struct store_change changes[] = {
		{ .kind = STORE_JOB,
			.job = { .id = BESIDE,
				.name = "beside",
				.state = state,
				.priority = 2,
				.attempt = 1,
				.created = { 1, 1 },
				.manifest = "{\"name\": \"beside\", \"assessments\": [{\"name\":"
					    " \"a\", \"command\": \"true\"}]}" } },
		{ .kind = STORE_ASSESSMENT,
			.assessment = { .job = BESIDE,
				.name = "a",
				.state = state == STATE_RUNNING ? STATE_RUNNING : STATE_FAILED } },
	};

	assert_int_equal(0, store_submit(test->store, changes, 2, NULL, NULL, NULL));
	case_dispatch(test);
}

static void expect_untouchable(const struct answer *answer)
{
	expect_refused(answer, "InvalidState", AXE_E_INVALID_STATE);
	assert_string_equal("Running", text_in(answer->parameters, "state"));
	assert_int_equal(0, json_array_size(json_object_get(answer->parameters, "allowed")));
}

static void what_runs_with_a_connection_is_told_and_left_alone(void **state)
{
	struct queue_case *test = *state;
	const struct queue_listing running = { .states = 1u << STATE_RUNNING };
	struct answer answers[7] = { { .count = 0 } };
	auto_answer listed = { .count = 0 };
	struct queue_caller callers[7], lister = root_calls(&listed);

	for (unsigned at = 0; at < 7; at++)
		callers[at] = root_calls(&answers[at]);
	store_beside(test, STATE_RUNNING);
	expect_state(test, BESIDE, "Running");
	queue_list(test->queue, &lister, &running);
	assert_int_equal(BESIDE,
		number_in(json_array_get(json_object_get(listed.parameters, "jobs"), 0), "job"));
	queue_cancel(test->queue, &callers[0], BESIDE, "m", 1, false);
	queue_cancel_task(test->queue, &callers[1], BESIDE, 0, "", 0);
	queue_requeue(test->queue, &callers[2], BESIDE, false);
	queue_requeue_task(test->queue, &callers[3], BESIDE, 0);
	queue_hold(test->queue, &callers[4], BESIDE, true);
	queue_modify(test->queue, &callers[5], BESIDE, &JOB_WISHES_NONE);
	queue_purge(test->queue, &callers[6], BESIDE);
	case_dispatch(test);
	for (unsigned at = 0; at < 7; at++) {
		expect_untouchable(&answers[at]);
		answer_finish(&answers[at]);
	}
	expect_state(test, BESIDE, "Running");
}

static void what_ran_with_a_connection_may_be_queued_again(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	store_beside(test, STATE_FAILED);
	queue_requeue(test->queue, &caller, BESIDE, false);
	case_dispatch(test);
	expect_done(&answer);
	assert_int_equal(2, number_in(answer.parameters, "attempt"));
	job_finishes(case_start(test));
	expect_state(test, BESIDE, "Finished");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(what_runs_with_a_connection_is_told_and_left_alone),
		QUEUE_TEST(what_ran_with_a_connection_may_be_queued_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
