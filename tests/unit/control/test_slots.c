/* Several jobs at once: each is steered by its number, and none of them by chance. */
#include "unit/control/bench.h"

#define STATE_DIR "/tmp"

static struct numbers {
	unsigned running, pending, running_most;
} numbers;

static void changed(unsigned running, unsigned pending, void *data)
{
	numbers.running = running;
	numbers.pending = pending;
	if (running > numbers.running_most)
		numbers.running_most = running;
}

static int slots_setup(void **state)
{
	const struct supervisor_config config = {
		.slots = 2,
		.pending_max = 10,
		.state_dir = STATE_DIR,
		.state_dir_fixed = true,
		.changed = changed,
	};

	numbers = (struct numbers){ 0 };
	return bench_setup_with(state, &config);
}

static void start_two(struct bench *bench, struct client clients[2])
{
	for (unsigned index = 0; index < 2; index++) {
		client_connect(&clients[index], bench);
		client_start_job(&clients[index]);
	}
}

static void hang_up_two(struct client clients[2])
{
	client_hang_up(&clients[0]);
	client_hang_up(&clients[1]);
}

static void as_many_run_as_there_are_slots(void **state)
{
	struct client clients[2], third;
	auto_json parameters = NULL;

	start_two(*state, clients);
	client_connect(&third, *state);
	client_send(&third, EXECUTE_MORE);
	json_decref(client_expect(&third, true));
	assert_int_equal(2, fake.jobs_made);
	assert_int_equal(2, numbers.running);
	assert_int_equal(1, numbers.pending);

	/* Whichever slot is free first. */
	fake_end_job(fake_find(13), S_OK);
	parameters = client_expect(&third, true);
	assert_int_equal(14, number_of(parameters, "job"));
	assert_non_null(fake_find(12));
	assert_int_equal(2, numbers.running_most);
	assert_int_equal(0, numbers.pending);
	assert_int_equal(1, fake.engines_made);
	hang_up_two(clients);
	client_hang_up(&third);
}

static void each_caller_gets_the_end_of_its_own_job(void **state)
{
	struct client clients[2];

	start_two(*state, clients);
	for (unsigned index = 2; index-- > 0;) {
		auto_json parameters = NULL;

		fake_end_job(fake_find(12 + index), S_OK);
		parameters = client_expect(&clients[index], false);
		assert_int_equal(
			12 + index, number_of(json_object_get(parameters, "summary"), "job"));
	}
	hang_up_two(clients);
}

static void steering_without_a_number_is_refused_with_all_of_them(void **state)
{
	static const char *const calls[] = {
		CALL("CancelJob"),
		CALL("TerminateJob"),
		CALL("GetStatus"),
		CALL_WITH("CancelAssessment", "\"index\":0"),
	};
	struct client clients[2], other;

	start_two(*state, clients);
	client_connect(&other, *state);
	for (size_t index = 0; index < sizeof(calls) / sizeof(*calls); index++) {
		auto_json parameters = NULL;
		const json_t *jobs;

		client_send(&other, calls[index]);
		parameters = client_expect_error(&other, "io.axe.Engine.AmbiguousJob");
		jobs = json_object_get(parameters, "jobs");
		assert_int_equal(2, json_array_size(jobs));
		assert_int_equal(12, json_integer_value(json_array_get(jobs, 0)));
		assert_int_equal(13, json_integer_value(json_array_get(jobs, 1)));
	}
	assert_int_equal(0, fake.cancels + fake.terminations);
	client_hang_up(&other);
	hang_up_two(clients);
}

static void number_steers_its_job_alone(void **state)
{
	struct client clients[2], other;
	auto_json parameters = NULL;

	start_two(*state, clients);
	client_connect(&other, *state);
	client_send(&other, CALL_WITH("CancelJob", "\"job\":12"));
	client_expect_done(&other);
	assert_int_equal(12, fake.canceled_job);
	client_send(&other, CALL_WITH("CancelAssessment", "\"index\":1,\"job\":13"));
	client_expect_done(&other);
	assert_int_equal(13, fake.canceled_job);
	client_send(&other, CALL_WITH("TerminateJob", "\"job\":12"));
	while (!fake.terminations)
		bench_turn(*state);
	fake_end_job(fake_find(12), AXE_E_JOB_CANCELED);
	json_decref(client_expect(&other, false));
	parameters = client_call(&other, CALL_WITH("GetStatus", "\"job\":13"));
	assert_int_equal(13, number_of(json_object_get(parameters, "status"), "job"));
	client_hang_up(&other);
	hang_up_two(clients);
}

static void number_of_no_job_is_refused(void **state)
{
	struct client clients[2], other;

	start_two(*state, clients);
	client_connect(&other, *state);
	client_refused(
		&other, CALL_WITH("TerminateJob", "\"job\":99"), "io.axe.Engine.NoJobRunning");
	client_refused(&other, CALL_WITH("GetStatus", "\"job\":99"), "io.axe.Engine.NoJobRunning");
	client_refused(&other, CALL_WITH("GetJob", "\"job\":99"), "io.axe.Engine.NotFound");
	client_refused_for(&other, CALL_WITH("CancelJob", "\"job\":0"), "job");
	client_refused_for(&other, CALL_WITH("GetJob", "\"job\":-3"), "job");
	client_hang_up(&other);
	hang_up_two(clients);
}

static void one_left_needs_no_number(void **state)
{
	struct client clients[2], other;

	start_two(*state, clients);
	client_connect(&other, *state);
	fake_end_job(fake_find(12), S_OK);
	json_decref(client_expect(&clients[0], false));
	client_send(&other, CALL("CancelJob"));
	client_expect_done(&other);
	assert_int_equal(13, fake.canceled_job);
	client_hang_up(&other);
	hang_up_two(clients);
}

static void jobs_are_listed_and_looked_up(void **state)
{
	struct client clients[2], other;
	auto_json list = NULL;
	auto_json one = NULL;

	client_connect(&other, *state);
	list = client_call(&other, CALL("ListJobs"));
	assert_int_equal(0, json_array_size(json_object_get(list, "jobs")));
	json_decref(list);
	start_two(*state, clients);
	list = client_call(&other, CALL("ListJobs"));
	assert_int_equal(2, json_array_size(json_object_get(list, "jobs")));
	one = client_call(&other, CALL_WITH("GetJob", "\"job\":13"));
	assert_int_equal(13, number_of(json_object_get(one, "job"), "job"));
	client_hang_up(&other);
	hang_up_two(clients);
}

/* Numbers are unique within one state directory only. */
static void other_state_directories_are_refused(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused(&client,
		CALL_WITH("ExecuteJob", MANIFEST ",\"options\":{\"state_dir\":\"/usr\"}"),
		"io.axe.Engine.JobFailed");
	assert_null(fake.job);
	client_send(&client,
		CALL_WITH("ExecuteJob", MANIFEST ",\"options\":{\"state_dir\":\"/usr/../tmp\"}"));
	while (!fake.job)
		bench_turn(*state);
	client_hang_up(&client);
}

#define slots_test(name) cmocka_unit_test_setup_teardown(name, slots_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		slots_test(as_many_run_as_there_are_slots),
		slots_test(each_caller_gets_the_end_of_its_own_job),
		slots_test(steering_without_a_number_is_refused_with_all_of_them),
		slots_test(number_steers_its_job_alone),
		slots_test(number_of_no_job_is_refused),
		slots_test(one_left_needs_no_number),
		slots_test(jobs_are_listed_and_looked_up),
		slots_test(other_state_directories_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
