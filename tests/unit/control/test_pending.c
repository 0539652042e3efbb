/* Jobs that wait for a slot: in order, in time, and not too many of them. */
#include "unit/control/pending.h"

#include "base/clock.h"

static void waiting_jobs_start_in_the_order_of_their_calls(void **state)
{
	struct client runner, waiting[WAITING_MAX];
	char ticket[TICKET_SIZE];

	client_connect(&runner, *state);
	client_start_job(&runner);
	for (unsigned index = 0; index < WAITING_MAX; index++)
		client_wait(&waiting[index], *state, ticket);
	assert_int_equal(1, fake.jobs_made);
	for (unsigned index = 0; index < WAITING_MAX; index++) {
		fake_end(S_OK);
		assert_int_equal(13 + index, client_read_start(&waiting[index]));
		assert_int_equal(2 + index, fake.jobs_made);
	}
	client_hang_up(&runner);
	for (unsigned index = 0; index < WAITING_MAX; index++)
		client_hang_up(&waiting[index]);
}

/* What is looked at for it meanwhile would be old by then. */
static void only_a_job_that_finds_a_slot_is_prepared_as_one_that_starts(void **state)
{
	struct client runner, waiting;
	char ticket[TICKET_SIZE];

	client_connect(&runner, *state);
	client_start_job(&runner);
	assert_int_equal(1, fake.foreseen);
	client_wait(&waiting, *state, ticket);
	fake_end(S_OK);
	client_read_start(&waiting);
	assert_int_equal(2, fake.jobs_made);
	assert_int_equal(1, fake.foreseen);
	client_hang_up(&runner);
	client_hang_up(&waiting);
}

static void pending_event_says_what_it_waits_for(void **state)
{
	struct client runner, first, second;
	char ticket[TICKET_SIZE];
	auto_json parameters = NULL;
	const json_t *data;

	client_connect(&runner, *state);
	client_start_job(&runner);
	client_wait(&first, *state, ticket);
	client_connect(&second, *state);
	client_send(&second, EXECUTE_MORE);
	parameters = client_expect(&second, true);
	data = json_object_get(json_object_get(parameters, "event"), "data");
	assert_string_equal("nightly", text_of(data, "name"));
	assert_int_equal(1, number_of(data, "ahead"));
	assert_int_equal(
		12, json_integer_value(json_array_get(json_object_get(data, "running"), 0)));
	client_hang_up(&second);
	client_hang_up(&first);
	client_hang_up(&runner);
}

static void caller_hears_of_its_own_job_only(void **state)
{
	struct client runner, waiter;
	char ticket[TICKET_SIZE];
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_start_job(&runner);
	client_wait(&waiter, *state, ticket);
	fake_emit("assessment.end", 0);
	fake_end(S_OK);
	assert_int_equal(13, client_read_start(&waiter));
	fake_emit("job.begin", 0);
	parameters = client_expect(&waiter, true);
	assert_string_equal("job.begin", text_of(json_object_get(parameters, "event"), "type"));
	client_hang_up(&runner);
	client_hang_up(&waiter);
}

static void wait_of_zero_fails_at_once(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_send(&runner, EXECUTE_WITH("\"wait_ns\":0"));
	assert_int_equal(12, client_read_start(&runner));
	client_send(&client, EXECUTE_WITH("\"wait_ns\":0"));
	parameters = client_expect_error(&client, "io.axe.Engine.JobWaitTimeout");
	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT, number_of(parameters, "code"));
	assert_int_equal(
		12, json_integer_value(json_array_get(json_object_get(parameters, "jobs"), 0)));
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void wait_that_runs_out_frees_the_place(void **state)
{
	struct client runner, client, later;
	char ticket[TICKET_SIZE];
	auto_json last = NULL;
	uint64_t begin_ns;

	client_connect(&runner, *state);
	client_start_job(&runner);
	client_connect(&client, *state);
	begin_ns = clock_monotonic_ns();
	client_send(&client, EXECUTE_WITH("\"wait_ns\":20000000"));
	json_decref(client_expect(&client, true));
	last = client_expect(&client, true);
	assert_string_equal("job.end", text_of(json_object_get(last, "event"), "type"));
	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT,
		number_of(json_object_get(json_object_get(last, "event"), "data"), "code"));
	json_decref(client_expect_error(&client, "io.axe.Engine.JobWaitTimeout"));
	assert_true(clock_monotonic_ns() - begin_ns >= 20 * NS_PER_MS);

	client_wait(&later, *state, ticket);
	fake_end(S_OK);
	assert_int_equal(14, client_read_start(&later));
	client_hang_up(&client);
	client_hang_up(&later);
	client_hang_up(&runner);
}

static void deadline_ends_with_the_wait(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_start_job(&runner);
	client_connect(&client, *state);
	client_send(&client, EXECUTE_WITH("\"wait_ns\":9000000000000000000"));
	json_decref(client_expect(&client, true));
	fake_end(S_OK);
	assert_int_equal(13, client_read_start(&client));
	fake_end(S_OK);
	parameters = client_expect(&client, false);
	assert_string_equal("finished", text_of(parameters, "outcome"));
	client_hang_up(&client);
	client_hang_up(&runner);
}

static void queue_is_bounded_by_name(void **state)
{
	struct client runner, waiting[WAITING_MAX], late;
	char ticket[TICKET_SIZE];
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&late, *state);
	client_start_job(&runner);
	for (unsigned index = 0; index < WAITING_MAX; index++)
		client_wait(&waiting[index], *state, ticket);
	client_send(&late, EXECUTE_MORE);
	parameters = client_expect_error(&late, "io.axe.Engine.LimitReached");
	assert_int_equal(WAITING_MAX, number_of(parameters, "limit"));
	assert_string_equal("queue full (3)", text_of(parameters, "text"));
	for (unsigned index = 0; index < WAITING_MAX; index++)
		client_hang_up(&waiting[index]);
	client_hang_up(&late);
	client_hang_up(&runner);
}

static void job_that_cannot_start_does_not_hold_up_the_next(void **state)
{
	struct client runner, first, second;
	char ticket[TICKET_SIZE];
	auto_json answer = NULL;

	client_connect(&runner, *state);
	client_start_job(&runner);
	client_wait(&first, *state, ticket);
	fake.refuse_job = ENOSPC;
	fake_end(S_OK);
	json_decref(client_expect(&first, true));
	answer = client_expect(&first, false);
	assert_string_equal("error", text_of(answer, "outcome"));
	assert_int_equal(AXE_E_JOB_PREPARATION, number_of(answer, "code"));
	assert_int_equal(0, fake.discarded);
	fake.refuse_job = 0;
	client_connect(&second, *state);
	client_start_job(&second);
	client_hang_up(&runner);
	client_hang_up(&first);
	client_hang_up(&second);
}

static void oneway_job_waits_without_a_caller(void **state)
{
	struct client runner, client;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, "{\"method\":\"io.axe.Engine.ExecuteJob\",\"oneway\":true,"
			     "\"parameters\":{" MANIFEST "}}");
	json_decref(client_call(&client, CALL("ListJobs")));
	client_hang_up(&client);
	fake_end(S_OK);
	while (fake.jobs_made < 2)
		bench_turn(*state);
	client_hang_up(&runner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(waiting_jobs_start_in_the_order_of_their_calls),
		queue_test(only_a_job_that_finds_a_slot_is_prepared_as_one_that_starts),
		queue_test(pending_event_says_what_it_waits_for),
		queue_test(caller_hears_of_its_own_job_only),
		queue_test(wait_of_zero_fails_at_once),
		queue_test(wait_that_runs_out_frees_the_place),
		queue_test(deadline_ends_with_the_wait),
		queue_test(queue_is_bounded_by_name),
		queue_test(job_that_cannot_start_does_not_hold_up_the_next),
		queue_test(oneway_job_waits_without_a_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
