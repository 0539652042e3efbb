/* What goes on, told to who asks. */
#include "unit/control/bench.h"

static void status_is_the_jobs_or_that_there_is_none(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_refused(&client, CALL("GetStatus"), "io.axe.Engine.NoJobRunning");
	client_start_job(&runner);
	parameters = client_call(&client, CALL("GetStatus"));
	assert_string_equal("running", text_of(json_object_get(parameters, "status"), "state"));
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void subscriber_hears_from_now_on_and_across_jobs(void **state)
{
	struct client runner, watcher;

	client_connect(&runner, *state);
	client_connect(&watcher, *state);
	client_start_job(&runner);
	fake_emit("before", 0);
	client_send(&watcher, SUBSCRIBE);
	bench_turn(*state);
	for (unsigned round = 0; round < 2; round++) {
		auto_json parameters = NULL;

		fake_emit("during", 0);
		parameters = client_expect(&watcher, true);
		assert_string_equal(
			"during", text_of(json_object_get(parameters, "event"), "type"));
		fake_end(S_OK);
		while (fake.job)
			bench_turn(*state);
		client_hang_up(&runner);
		client_connect(&runner, *state);
		client_start_job(&runner);
	}
	client_hang_up(&runner);
	client_hang_up(&watcher);
}

static void subscriber_hears_what_belongs_to_no_job(void **state)
{
	struct client runner, watcher;
	auto_json notice = json_pack("{s:s}", "type", "residue.cleared");
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&watcher, *state);
	client_send(&watcher, SUBSCRIBE);
	client_start_job(&runner);
	fake.engine->config.notice(notice, fake.engine->config.notice_data);
	parameters = client_expect(&watcher, true);
	assert_string_equal(
		"residue.cleared", text_of(json_object_get(parameters, "event"), "type"));

	/* The one who runs a job gets its own events alone. */
	fake_emit("job.end", 0);
	json_decref(parameters);
	parameters = client_expect(&runner, true);
	assert_string_equal("job.end", text_of(json_object_get(parameters, "event"), "type"));
	client_hang_up(&runner);
	client_hang_up(&watcher);
}

static void subscriber_who_hung_up_is_forgotten(void **state)
{
	struct bench *bench = *state;
	struct client runner, watcher;
	auto_json parameters = NULL;

	client_connect(&runner, bench);
	client_connect(&watcher, bench);
	client_start_job(&runner);
	client_send(&watcher, SUBSCRIBE);
	bench_turn(bench);
	client_hang_up(&watcher);
	while (bench->sessions > 1)
		bench_turn(bench);
	fake_emit("job.begin", 0);
	parameters = client_expect(&runner, true);
	client_hang_up(&runner);
}

static void diagnosis_needs_no_engine(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	fake.refuse_engine = ENOSYS;
	parameters = client_call(&client, CALL("Diagnose"));
	assert_string_equal("6.18", text_of(json_object_get(parameters, "report"), "kernel"));
	client_hang_up(&client);
}

static void diagnosis_tells_what_past_jobs_left(void **state)
{
	struct client client;
	json_t *parameters, *residue;

	client_connect(&client, *state);
	for (unsigned engines = 0; engines < 2; engines++) {
		parameters = client_call(&client, CALL("Diagnose"));
		residue = json_object_get(json_object_get(parameters, "report"), "residue");
		assert_int_equal(engines, json_array_size(residue));
		json_decref(parameters);
		client_start_job(&client);
		fake_end(S_OK);
		json_decref(client_expect(&client, false));
	}
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(status_is_the_jobs_or_that_there_is_none),
		bench_test(subscriber_hears_from_now_on_and_across_jobs),
		bench_test(subscriber_hears_what_belongs_to_no_job),
		bench_test(subscriber_who_hung_up_is_forgotten),
		bench_test(diagnosis_needs_no_engine),
		bench_test(diagnosis_tells_what_past_jobs_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
