/* The three ways to end: each answer that a caller can get. */
#include "unit/control/bench.h"

static void nothing_ends_where_nothing_runs(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused(&client, CALL("CancelJob"), "io.axe.Engine.NoJobRunning");
	client_refused(&client, CALL_WITH("CancelAssessment", "\"index\":0"),
		"io.axe.Engine.NoJobRunning");
	client_refused(&client, CALL("TerminateJob"), "io.axe.Engine.NoJobRunning");
	client_hang_up(&client);
}

static void cancel_is_passed_on_with_its_grace(void **state)
{
	struct client runner, client;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);

	client_send(&client, CALL("CancelJob"));
	client_expect_done(&client);
	assert_int_equal(1, fake.cancels);
	assert_int_equal(0, fake.grace_ns);

	client_send(&client, CALL_WITH("CancelJob", "\"grace_ns\":5000000000"));
	client_expect_done(&client);
	assert_int_equal(5000000000, fake.grace_ns);

	client_send(&client, CALL_WITH("CancelAssessment", "\"index\":3,\"grace_ns\":7"));
	client_expect_done(&client);
	assert_int_equal(3, fake.canceled_index);
	assert_int_equal(7, fake.grace_ns);
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void numbers_below_zero_are_refused(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused_for(&client, CALL_WITH("CancelJob", "\"grace_ns\":-1"), "grace_ns");
	client_refused_for(&client, CALL_WITH("CancelAssessment", "\"index\":-1"), "index");
	client_hang_up(&client);
}

static void wrong_index_answers_with_the_running_ones(void **state)
{
	struct client runner, client;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	fake.cancel_code = AXE_E_INVALID_INDEX;
	for (int far = 0; far < 2; far++) {
		auto_json parameters = NULL;

		client_send(&client, far ? CALL_WITH("CancelAssessment", "\"index\":99999999999")
					 : CALL_WITH("CancelAssessment", "\"index\":9"));
		parameters = client_expect_error(&client, "io.axe.Engine.InvalidIndex");
		assert_int_equal(2, json_array_size(json_object_get(parameters, "running")));
	}
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void sealed_job_is_not_running(void **state)
{
	struct client runner, client;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	fake.cancel_code = AXE_E_NO_JOB_RUNNING;
	fake.begun = false;
	client_refused(&client, CALL("CancelJob"), "io.axe.Engine.NoJobRunning");
	client_refused(&client, CALL_WITH("CancelAssessment", "\"index\":0"),
		"io.axe.Engine.NoJobRunning");
	client_refused(&client, CALL("TerminateJob"), "io.axe.Engine.NoJobRunning");
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void cancel_that_could_not_be_signalled_says_so(void **state)
{
	struct client runner, client;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	fake.cancel_code = AXE_E_INTERNAL_ERROR;
	client_refused(&client, CALL("CancelJob"), "io.axe.Engine.InternalError");
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void terminate_answers_with_the_receipt_only_when_all_are_dead(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, CALL("TerminateJob"));
	while (!fake.terminations)
		bench_turn(*state);
	assert_int_equal(-EAGAIN, frame_receive(&client.inbox, client.fd));

	fake_end(AXE_E_JOB_CANCELED);
	parameters = client_expect(&client, false);
	assert_int_equal(2, number_of(json_object_get(parameters, "receipt"), "killed"));
	assert_true(json_is_true(json_object_get(parameters, "durable")));
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void survivors_are_named_and_the_call_may_be_repeated(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;
	json_t *survivors;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, CALL("TerminateJob"));
	while (!fake.terminations)
		bench_turn(*state);
	fake_answer(AXE_E_TERMINATE_FAILED);
	parameters = client_expect_error(&client, "io.axe.Engine.TerminateFailed");
	survivors = json_object_get(parameters, "survivors");
	assert_int_equal(77, number_of(json_array_get(survivors, 0), "pid"));
	assert_int_equal(2, number_of(json_object_get(parameters, "receipt"), "killed"));

	client_send(&client, CALL("TerminateJob"));
	while (fake.terminations < 2)
		bench_turn(*state);
	fake_end(AXE_E_JOB_CANCELED);
	json_decref(client_expect(&client, false));
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void termination_outlives_the_caller_who_hangs_up(void **state)
{
	struct bench *bench = *state;
	struct client runner, client, other;

	client_connect(&runner, bench);
	client_connect(&client, bench);
	client_connect(&other, bench);
	client_start_job(&runner);
	client_send(&client, CALL("TerminateJob"));
	client_send(&other, CALL("TerminateJob"));
	while (fake.terminations < 2)
		bench_turn(bench);
	client_hang_up(&client);
	while (bench->sessions > 2)
		bench_turn(bench);
	assert_int_equal(1, fake.waiters_count);

	fake_end(AXE_E_JOB_CANCELED);
	json_decref(client_expect(&other, false));
	client_hang_up(&runner);
	client_hang_up(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(nothing_ends_where_nothing_runs),
		bench_test(cancel_is_passed_on_with_its_grace),
		bench_test(numbers_below_zero_are_refused),
		bench_test(wrong_index_answers_with_the_running_ones),
		bench_test(sealed_job_is_not_running),
		bench_test(cancel_that_could_not_be_signalled_says_so),
		bench_test(terminate_answers_with_the_receipt_only_when_all_are_dead),
		bench_test(survivors_are_named_and_the_call_may_be_repeated),
		bench_test(termination_outlives_the_caller_who_hangs_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
