/* Jobs that wait for a slot are seen by all, and withdrawn by nobody but their callers. */
#include "unit/control/pending.h"

static void ticket_withdraws_what_waits(void **state)
{
	static const char *const methods[] = { "CancelJob", "TerminateJob" };
	struct client runner, other;

	client_connect(&runner, *state);
	client_connect(&other, *state);
	client_start_job(&runner);
	for (unsigned index = 0; index < 2; index++) {
		char ticket[TICKET_SIZE], call[200];
		struct client waiter;

		client_wait(&waiter, *state, ticket);
		snprintf(call, sizeof(call), CALL_WITH("%s", "\"ticket\":\"%s\""), methods[index],
			ticket);
		json_decref(client_call(&other, call));
		client_read_withdrawal(&waiter);
		client_refused(&other, call, "io.axe.Engine.NoJobRunning");
		client_hang_up(&waiter);
	}
	assert_int_equal(0, fake.cancels);
	assert_int_equal(0, fake.terminations);
	fake_end(S_OK);
	json_decref(client_expect(&runner, false));
	assert_int_equal(1, fake.jobs_made);
	client_hang_up(&runner);
	client_hang_up(&other);
}

static void nobody_else_reaches_what_waits(void **state)
{
	struct client runner, waiter, other;
	char ticket[TICKET_SIZE];

	client_connect(&runner, *state);
	client_connect(&other, *state);
	client_start_job(&runner);
	client_wait(&waiter, *state, ticket);
	client_send(&other, CALL("CancelJob"));
	client_expect_done(&other);
	assert_int_equal(12, fake.canceled_job);
	client_refused(
		&other, CALL_WITH("CancelJob", "\"ticket\":\"\""), "io.axe.Engine.NoJobRunning");
	client_refused(&other, CALL_WITH("CancelJob", "\"job\":13"), "io.axe.Engine.NoJobRunning");
	fake_end(S_OK);
	assert_int_equal(13, client_read_start(&waiter));
	client_hang_up(&runner);
	client_hang_up(&waiter);
	client_hang_up(&other);
}

/* What was meant for the wait may arrive after it: then it is meant for the job. */
static void ticket_goes_on_to_steer_the_job(void **state)
{
	struct client runner, waiter, other;
	char ticket[TICKET_SIZE], call[200];

	client_connect(&runner, *state);
	client_connect(&other, *state);
	client_start_job(&runner);
	client_wait(&waiter, *state, ticket);
	snprintf(call, sizeof(call), CALL_WITH("CancelAssessment", "\"index\":0,\"ticket\":\"%s\""),
		ticket);
	client_refused(&other, call, "io.axe.Engine.NoJobRunning");
	fake_end(S_OK);
	assert_int_equal(13, client_read_start(&waiter));
	json_decref(client_call(&other, call));
	assert_int_equal(13, fake.canceled_job);
	client_hang_up(&runner);
	client_hang_up(&waiter);
	client_hang_up(&other);
}

static void hanging_up_withdraws_what_waits_and_leaves_what_runs(void **state)
{
	struct bench *bench = *state;
	struct client runner, waiter, watcher;
	char ticket[TICKET_SIZE];
	auto_json parameters = NULL;

	client_connect(&runner, bench);
	client_connect(&watcher, bench);
	client_start_job(&runner);
	client_hang_up(&runner);
	client_wait(&waiter, bench, ticket);
	client_send(&watcher, SUBSCRIBE);
	bench_turn(bench);
	client_hang_up(&waiter);
	parameters = client_expect(&watcher, true);
	assert_string_equal("job.end", text_of(json_object_get(parameters, "event"), "type"));
	while (bench->sessions > 1)
		bench_turn(bench);
	assert_non_null(fake.job);
	assert_int_equal(0, fake.cancels + fake.terminations);
	fake_end(S_OK);
	while (fake.job)
		bench_turn(bench);
	assert_int_equal(1, fake.jobs_made);
	client_hang_up(&watcher);
}

static void what_waits_is_listed_behind_what_runs(void **state)
{
	struct client runner, waiter, client;
	char ticket[TICKET_SIZE];
	auto_json parameters = NULL;
	const json_t *jobs, *waiting;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_wait(&waiter, *state, ticket);
	parameters = client_call(&client, CALL("ListJobs"));
	jobs = json_object_get(parameters, "jobs");
	assert_int_equal(2, json_array_size(jobs));
	assert_int_equal(12, number_of(json_array_get(jobs, 0), "job"));
	waiting = json_array_get(jobs, 1);
	assert_int_equal(13, number_of(waiting, "job"));
	assert_string_equal("pending", text_of(waiting, "state"));
	assert_string_equal("nightly", text_of(waiting, "name"));
	assert_int_equal(0, number_of(waiting, "ahead"));
	assert_true(json_is_number(json_object_get(waiting, "waiting_ms")));
	/* Who sees the list must not be able to withdraw it. */
	assert_null(json_object_get(waiting, "ticket"));
	client_hang_up(&runner);
	client_hang_up(&waiter);
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(ticket_withdraws_what_waits),
		queue_test(nobody_else_reaches_what_waits),
		queue_test(ticket_goes_on_to_steer_the_job),
		queue_test(hanging_up_withdraws_what_waits_and_leaves_what_runs),
		queue_test(what_waits_is_listed_behind_what_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
