/* A supervisor told to go: nothing starts any more, all callers are answered, all jobs end. */
#include "unit/control/bench.h"

static void leave_loop(struct bench *bench)
{
	while (sd_event_get_state(bench->loop) != SD_EVENT_FINISHED)
		assert_true(sd_event_run(bench->loop, BENCH_PATIENCE_US) >= 0);
}

static void idle_supervisor_leaves_at_once(void **state)
{
	struct bench *bench = *state;

	supervisor_leave(bench->supervisor);
	leave_loop(bench);
}

static void leaving_terminates_the_job_and_waits_for_its_end(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	client_start_job(&client);
	supervisor_leave(bench->supervisor);
	supervisor_leave(bench->supervisor);
	while (!fake.terminations)
		bench_turn(bench);
	assert_int_equal(SD_EVENT_INITIAL, sd_event_get_state(bench->loop));
	fake_end(AXE_E_JOB_CANCELED);
	leave_loop(bench);
	assert_int_equal(1, fake.terminations);
	assert_null(fake.job);
	client_hang_up(&client);
}

static void job_that_has_not_begun_is_terminated_when_it_has(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	client_start_job(&client);
	fake.begun = false;
	supervisor_leave(bench->supervisor);
	bench_turn(bench);
	assert_int_equal(0, fake.terminations);
	fake.begun = true;
	fake_emit("job.begin", 0);
	while (!fake.terminations)
		bench_turn(bench);
	fake_end(AXE_E_JOB_CANCELED);
	leave_loop(bench);
	client_hang_up(&client);
}

static void survivor_does_not_hold_the_leaving_supervisor_for_ever(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	client_start_job(&client);
	supervisor_leave(bench->supervisor);
	while (!fake.terminations)
		bench_turn(bench);
	fake_answer(AXE_E_TERMINATE_FAILED);
	fake_emit("assessment.end", 0);
	bench_turn(bench);
	fake_end(AXE_E_TERMINATE_FAILED);
	leave_loop(bench);
	assert_int_equal(1, fake.terminations);
	client_hang_up(&client);
}

static void leaving_supervisor_starts_nothing(void **state)
{
	struct bench *bench = *state;
	struct client runner, client;

	client_connect(&runner, bench);
	client_connect(&client, bench);
	client_start_job(&runner);
	supervisor_leave(bench->supervisor);
	while (!fake.terminations)
		bench_turn(bench);
	client_refused(&client, EXECUTE_MORE, "io.axe.Engine.JobFailed");
	/* The job has ended, and its supervisor with it: nobody answers any more. */
	client_send(&client, EXECUTE_MORE);
	fake_end(AXE_E_JOB_CANCELED);
	leave_loop(bench);
	assert_null(fake.job);
	client_hang_up(&runner);
	client_hang_up(&client);
}

static int daemon_setup(void **state)
{
	const struct supervisor_config config = { .slots = 2, .pending_max = 2 };

	return bench_setup_with(state, &config);
}

static void leaving_daemon_answers_all_its_callers(void **state)
{
	struct bench *bench = *state;
	struct client clients[3];

	for (unsigned index = 0; index < 3; index++) {
		client_connect(&clients[index], bench);
		client_send(&clients[index], EXECUTE_MORE);
		json_decref(client_expect(&clients[index], true));
	}
	supervisor_leave(bench->supervisor);
	while (fake.terminations < 2)
		bench_turn(bench);
	fake_end_job(fake_find(12), AXE_E_JOB_CANCELED);
	fake_end_job(fake_find(13), AXE_E_JOB_CANCELED);
	leave_loop(bench);
	/* The one that waited: job.end, and then the answer as the others have. */
	json_decref(client_expect(&clients[2], true));
	for (unsigned index = 0; index < 3; index++) {
		auto_json parameters = client_expect(&clients[index], false);

		assert_int_equal(AXE_E_JOB_CANCELED, number_of(parameters, "code"));
		client_hang_up(&clients[index]);
	}
	assert_int_equal(2, fake.jobs_made);
	assert_int_equal(2, fake.terminations);
}

/* The loop has ended: what is left of sessions is not turned any more. */
static int left_teardown(void **state)
{
	struct bench *bench = *state;
	struct session *session, *following;

	list_for_each_safe (session, following, &bench->list, link)
		session_destroy(session);
	supervisor_destroy(bench->supervisor);
	sd_event_unref(bench->loop);
	free(bench);
	return 0;
}

#define leaving_test(name) cmocka_unit_test_setup_teardown(name, bench_setup, left_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		leaving_test(idle_supervisor_leaves_at_once),
		leaving_test(leaving_terminates_the_job_and_waits_for_its_end),
		leaving_test(job_that_has_not_begun_is_terminated_when_it_has),
		leaving_test(survivor_does_not_hold_the_leaving_supervisor_for_ever),
		leaving_test(leaving_supervisor_starts_nothing),
		cmocka_unit_test_setup_teardown(
			leaving_daemon_answers_all_its_callers, daemon_setup, left_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
