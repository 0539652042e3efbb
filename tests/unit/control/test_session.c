/* One connection: order, ends, and clients that misbehave. */
#include "unit/control/bench.h"

#include "control/answer.h"

static void pipelined_calls_are_answered_in_order(void **state)
{
	struct client client;
	auto_json status = NULL;

	client_connect(&client, *state);
	client_send_bytes(&client, SERVICE("GetInfo") "\0" CALL("GetStatus") "\0" CALL("Diagnose"),
		sizeof(SERVICE("GetInfo") "\0" CALL("GetStatus") "\0" CALL("Diagnose")));
	json_decref(client_expect(&client, false));
	json_decref(client_expect_error(&client, "io.axe.Engine.NoJobRunning"));
	status = client_expect(&client, false);
	assert_non_null(json_object_get(status, "report"));
	client_hang_up(&client);
}

static void call_behind_an_open_one_waits_for_its_end(void **state)
{
	struct client client;
	auto_json end = NULL;
	auto_json info = NULL;

	client_connect(&client, *state);
	client_start_job(&client);
	client_send(&client, SERVICE("GetInfo"));
	/* It is not even read: what a client can pile up in the supervisor is bounded. */
	assert_int_equal(0, sd_event_run(client.bench->loop, 0));
	fake_emit("job.end", 0);
	json_decref(client_expect(&client, true));
	fake_end(S_OK);
	end = client_expect(&client, false);
	assert_string_equal("finished", text_of(end, "outcome"));
	info = client_expect(&client, false);
	assert_string_equal("axed", text_of(info, "product"));
	client_hang_up(&client);
}

static void oneway_call_gives_no_reply(void **state)
{
	struct client runner, client;
	auto_json first_reply = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, "{\"method\":\"io.axe.Engine.CancelJob\",\"oneway\":true}");
	client_send(&client, "{\"method\":\"io.axe.Engine.Explode\",\"oneway\":true}");
	first_reply = client_call(&client, CALL("Diagnose"));
	assert_non_null(json_object_get(first_reply, "report"));
	assert_int_equal(1, fake.cancels);
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void calls_of_a_client_that_left_are_carried_out(void **state)
{
	struct bench *bench = *state;
	struct client runner, client;

	client_connect(&runner, bench);
	client_connect(&client, bench);
	client_start_job(&runner);
	client_send(&client, CALL("CancelJob"));
	client_send(&client, CALL("CancelJob"));
	client_hang_up(&client);
	while (bench->sessions > 1)
		bench_turn(bench);
	assert_int_equal(2, fake.cancels);
	client_hang_up(&runner);
}

static void client_that_only_stopped_sending_is_answered(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_send(&client, EXECUTE_MORE);
	assert_int_equal(0, shutdown(client.fd, SHUT_WR));
	json_decref(client_expect(&client, true));
	while (!fake.job)
		bench_turn(*state);
	fake_emit("job.begin", 0);
	json_decref(client_expect(&client, true));
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	client_expect_end(&client);
	client_hang_up(&client);
}

static void what_is_no_call_is_told_and_ends_the_connection(void **state)
{
	static const char *const bad[] = { "garbage", "[]", "{}", "{\"method\":\"a.B\",\"more\":7}",
		"{\"method\":\"a\",\"method\":\"b\"}" };

	for (size_t index = 0; index < sizeof(bad) / sizeof(*bad); index++) {
		struct client client;

		client_connect(&client, *state);
		client_send(&client, bad[index]);
		client_send(&client, SERVICE("GetInfo"));
		json_decref(client_expect_error(&client, "io.axe.Engine.BadMessage"));
		client_expect_end(&client);
		client_hang_up(&client);
	}
}

static void upgrade_is_refused_and_the_connection_goes_on(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused_for(&client, "{\"method\":\"org.varlink.service.GetInfo\",\"upgrade\":true}",
		"upgrade");
	json_decref(client_call(&client, SERVICE("GetInfo")));
	client_hang_up(&client);
}

/* In one write, with errors among them. */
static void only_calls_that_want_a_reply_are_answered(void **state)
{
	static const char calls[] = "{\"method\":\"io.axe.Engine.Explode\",\"oneway\":true}\0"
				    "{\"method\":\"io.axe.Engine.GetJob\",\"oneway\":true}\0"
				    "{\"method\":\"io.axe.Events.Subscribe\",\"oneway\":true}\0"
				    "{\"method\":\"org.varlink.service.GetInfo\",\"oneway\":true,"
				    "\"upgrade\":true}\0"
				    "{\"method\":\"io.axe.Engine.ListJobs\"}";
	struct client client;
	auto_json reply = NULL;

	client_connect(&client, *state);
	client_send_bytes(&client, calls, sizeof(calls));
	reply = client_expect(&client, false);
	assert_true(json_is_array(json_object_get(reply, "jobs")));
	client_hang_up(&client);
}

static void half_message_at_the_end_ends_quietly(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	client_send_bytes(&client, CALL("Diagnose"), 10);
	client_hang_up(&client);
	while (bench->sessions)
		bench_turn(bench);
}

static void runner_who_left_does_not_end_the_job(void **state)
{
	struct bench *bench = *state;
	struct client client;

	client_connect(&client, bench);
	client_start_job(&client);
	client_hang_up(&client);
	while (bench->sessions)
		bench_turn(bench);
	fake_emit("assessment.begin", 0);
	assert_non_null(fake.job);
	assert_int_equal(0, fake.terminations);
}

/* Events until the client's last word: all in order, then why there are no more. */
static unsigned read_until_lost(struct client *client, const char *error_name)
{
	for (unsigned events = 0;; events++) {
		auto_json message = client_read(client);

		assert_non_null(message);
		if (!json_object_get(message, "error"))
			continue;
		assert_string_equal(error_name, text_of(message, "error"));
		return events;
	}
}

static void slow_reader_is_cut_off_and_told_why(void **state)
{
	struct bench *bench = *state;
	struct client runner, watcher;
	struct session *session;

	client_connect(&runner, bench);
	bench->session_config.send_max = 65536;
	session = client_connect(&watcher, bench);
	client_start_job(&runner);
	client_send(&watcher, SUBSCRIBE);
	bench_turn(bench);
	while (!session->cut) {
		fake_emit("event", 0);
		assert_true(frame_pending(&session->outbox) <= 65536 + 1024);
		json_decref(client_expect(&runner, true));
	}

	/* The others go on without it. */
	fake_emit("job.end", 0);
	json_decref(client_expect(&runner, true));
	assert_true(read_until_lost(&watcher, "io.axe.Events.EventsLost") > 0);
	client_expect_end(&watcher);
	client_hang_up(&runner);
	client_hang_up(&watcher);
}

static void slow_runner_is_cut_off_and_the_job_goes_on(void **state)
{
	struct bench *bench = *state;
	struct client runner;
	struct session *session;

	bench->session_config.send_max = 65536;
	bench->session_config.private = true;
	session = client_connect(&runner, bench);
	client_start_job(&runner);
	while (!session->cut)
		fake_emit("assessment.begin", 1000);
	fake_end(S_OK);
	read_until_lost(&runner, "io.axe.Engine.EventsLost");
	client_expect_end(&runner);
	assert_int_equal(0, fake.terminations);
	client_hang_up(&runner);
}

static void session_that_is_destroyed_gives_its_call_up(void **state)
{
	struct bench *bench = *state;
	struct client runner, client;
	struct session *session;

	client_connect(&runner, bench);
	session = client_connect(&client, bench);
	client_start_job(&runner);
	client_send(&client, CALL("TerminateJob"));
	while (!fake.terminations)
		bench_turn(bench);
	bench->sessions--;
	session_destroy(session);
	assert_int_equal(0, fake.waiters_count);
	client_expect_end(&client);
	client_hang_up(&runner);
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(pipelined_calls_are_answered_in_order),
		bench_test(call_behind_an_open_one_waits_for_its_end),
		bench_test(oneway_call_gives_no_reply),
		bench_test(calls_of_a_client_that_left_are_carried_out),
		bench_test(client_that_only_stopped_sending_is_answered),
		bench_test(what_is_no_call_is_told_and_ends_the_connection),
		bench_test(upgrade_is_refused_and_the_connection_goes_on),
		bench_test(only_calls_that_want_a_reply_are_answered),
		bench_test(half_message_at_the_end_ends_quietly),
		bench_test(runner_who_left_does_not_end_the_job),
		bench_test(slow_reader_is_cut_off_and_told_why),
		bench_test(slow_runner_is_cut_off_and_the_job_goes_on),
		bench_test(session_that_is_destroyed_gives_its_call_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
