/* One engine, one job: made late, given back, and left in order. */
#include "unit/control/bench.h"

struct stage {
	unsigned announced, withdrawn;
	bool engine_at_withdrawal;
};

static const char *announce(uint64_t job, void *data)
{
	struct stage *stage = data;

	assert_int_equal(12 + stage->announced, job);
	stage->announced++;
	return "/run/axe/run/12.sock";
}

static void withdraw(void *data)
{
	struct stage *stage = data;

	stage->withdrawn++;
	stage->engine_at_withdrawal = fake.engine;
}

static struct stage stage;

static int private_setup(void **state)
{
	const struct supervisor_config config = {
		.state_dir = "/default",
		.engine_per_job = true,
		.announce = announce,
		.withdraw = withdraw,
		.data = &stage,
	};

	stage = (struct stage){ 0 };
	return bench_setup_with(state, &config);
}

static void engine_lives_from_the_first_job_on(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	assert_int_equal(0, fake.engines_made);
	for (unsigned round = 0; round < 2; round++) {
		client_start_job(&client);
		fake_end(S_OK);
		json_decref(client_expect(&client, false));
		assert_non_null(fake.engine);
	}
	assert_int_equal(1, fake.engines_made);
	client_hang_up(&client);
}

static void prepared_engine_is_there_before_the_first_job(void **state)
{
	struct bench *bench = *state;
	struct client client;
	struct error error;

	fake.refuse_engine = EPERM;
	assert_int_equal(-EPERM, supervisor_prepare(bench->supervisor, &error));
	fake.refuse_engine = 0;
	assert_int_equal(0, supervisor_prepare(bench->supervisor, NULL));
	assert_non_null(fake.engine);
	client_connect(&client, bench);
	client_start_job(&client);
	assert_int_equal(1, fake.engines_made);
	client_hang_up(&client);
}

static void private_engine_lives_as_long_as_its_job(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	for (unsigned round = 1; round <= 2; round++) {
		client_start_job(&client);
		assert_int_equal(round, fake.engines_made);
		fake_end(S_OK);
		json_decref(client_expect(&client, false));
		assert_null(fake.engine);
	}
	client_hang_up(&client);
}

static void private_engine_of_a_job_that_failed_to_start_is_given_back(void **state)
{
	struct client client;

	client_connect(&client, *state);
	fake.refuse_job = ENOSPC;
	client_refused(&client, EXECUTE_MORE, "io.axe.Engine.JobFailed");
	assert_int_equal(1, fake.engines_made);
	assert_null(fake.engine);
	assert_int_equal(0, stage.announced);
	client_hang_up(&client);
}

static void running_job_is_announced_and_withdrawn(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	client_send(&client, EXECUTE_MORE);
	parameters = client_expect(&client, true);
	assert_string_equal("/run/axe/run/12.sock", text_of(parameters, "socket"));
	assert_string_equal("/default", fake.state_dir);
	assert_int_equal(1, stage.announced);
	assert_int_equal(0, stage.withdrawn);
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	assert_int_equal(1, stage.withdrawn);
	client_hang_up(&client);
}

static void ended_job_stays_until_its_terminations_are_answered(void **state)
{
	struct bench *bench = *state;
	struct client runner, client;

	client_connect(&runner, bench);
	client_connect(&client, bench);
	client_start_job(&runner);
	client_send(&client, CALL("TerminateJob"));
	while (!fake.terminations)
		bench_turn(bench);
	fake.job->ended = true;
	fake.job->observer.ended(fake.job, AXE_E_JOB_CANCELED, NULL, fake.job->observer.data);
	bench_turn(bench);
	assert_non_null(fake.job);
	fake_answer(S_OK);
	json_decref(client_expect(&client, false));
	json_decref(client_expect(&runner, false));
	assert_null(fake.job);
	client_hang_up(&runner);
	client_hang_up(&client);
}

/* Its groups, files and watches take their time to go. */
static void caller_is_answered_before_its_job_goes(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_start_job(&client);
	fake.answered_at = client.fd;
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	assert_null(fake.job);
	assert_true(fake.answered);
	client_hang_up(&client);
}

#define private_test(name) cmocka_unit_test_setup_teardown(name, private_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(engine_lives_from_the_first_job_on),
		bench_test(prepared_engine_is_there_before_the_first_job),
		private_test(private_engine_lives_as_long_as_its_job),
		private_test(private_engine_of_a_job_that_failed_to_start_is_given_back),
		private_test(running_job_is_announced_and_withdrawn),
		bench_test(ended_job_stays_until_its_terminations_are_answered),
		bench_test(caller_is_answered_before_its_job_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
