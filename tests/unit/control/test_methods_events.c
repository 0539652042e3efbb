/* io.axe.Events where there is a store: from any number on, filtered, page by page, at any pace. */
#include "support/require.h"
#include "unit/control/kept.h"

#include "base/clock.h"
#include "control/subscribers.h"

static void expect_seq(struct client *client, json_int_t seq)
{
	auto_json parameters = client_expect(client, true);

	assert_int_equal(seq, number_of(json_object_get(parameters, "event"), "seq"));
}

static void past_is_told_and_then_the_present(void **state)
{
	struct client watcher, runner;

	keep_events(1, "job.begin", 3);
	client_connect(&watcher, *state);
	client_connect(&runner, *state);
	client_send(&watcher, SUBSCRIBE_WITH("\"after\":1"));
	expect_seq(&watcher, 2);
	expect_seq(&watcher, 3);
	client_start_job(&runner);
	keep_events(2, "job.end", 1);
	fake_emit("job.end", 0);
	expect_seq(&watcher, 4);
	client_hang_up(&watcher);
	client_hang_up(&runner);
}

static void null_is_as_good_as_no_filter(void **state)
{
	struct client watcher;

	keep_events(1, "job.begin", 1);
	client_connect(&watcher, *state);
	client_send(&watcher, SUBSCRIBE_WITH("\"after\":0,\"job\":null,\"types\":null"));
	expect_seq(&watcher, 1);
	client_hang_up(&watcher);
}

static void jobs_and_types_are_left_out_if_not_asked_for(void **state)
{
	struct client one, ends;

	keep_events(1, "job.begin", 1);
	keep_events(2, "job.begin", 1);
	keep_events(2, "progress", 600); /* more than one page of them */
	keep_events(1, "job.end", 1);
	keep_events(2, "job.end", 1);
	client_connect(&one, *state);
	client_connect(&ends, *state);
	client_send(&one, SUBSCRIBE_WITH("\"after\":0,\"job\":1"));
	client_send(&ends, SUBSCRIBE_WITH("\"after\":0,\"types\":[\"job.end\",\"job.cancel\"]"));
	expect_seq(&one, 1);
	expect_seq(&one, 603);
	expect_seq(&ends, 603);
	expect_seq(&ends, 604);
	client_hang_up(&one);
	client_hang_up(&ends);
}

static void reader_at_its_own_pace_gets_all_while_others_are_served(void **state)
{
	struct client slow, other;

	keep_events(7, "assessment.begin", 5000);
	client_connect(&slow, *state);
	client_connect(&other, *state);
	client_send(&slow, SUBSCRIBE_WITH("\"after\":0"));
	json_decref(client_call(&other, CALL("ListJobs")));
	for (json_int_t seq = 1; seq <= 5000; seq++)
		expect_seq(&slow, seq);
	client_hang_up(&slow);
	client_hang_up(&other);
}

static void long_replay_is_given_up_when_its_reader_hangs_up(void **state)
{
	struct bench *bench = *state;
	struct client client;

	keep_events(7, "assessment.begin", 5000);
	client_connect(&client, bench);
	client_send(&client, SUBSCRIBE_WITH("\"after\":0"));
	bench_turn(bench);
	client_hang_up(&client);
	while (bench->sessions)
		bench_turn(bench);
}

static void pages_join_without_a_gap(void **state)
{
	json_int_t after = 0, seen = 0;
	struct client client;
	bool more = true;

	keep_events(3, "job.begin", 25);
	client_connect(&client, *state);
	while (more) {
		auto_json page = NULL;
		char call[160];
		const json_t *event;
		size_t index;

		snprintf(call, sizeof(call),
			EVENTS("GetEvents", "\"after\":%lld,\"limit\":10,\"job\":3"), after);
		page = client_call(&client, call);
		json_array_foreach (json_object_get(page, "events"), index, event)
			assert_int_equal(++seen, number_of(event, "seq"));
		after = number_of(page, "last");
		more = json_is_true(json_object_get(page, "more"));
		assert_int_equal(after < 25, more);
	}
	assert_int_equal(25, seen);
	client_hang_up(&client);
}

static void page_beyond_the_end_is_empty(void **state)
{
	auto_json page = NULL;
	struct client client;

	client_connect(&client, *state);
	page = client_call(&client, EVENTS("GetEvents", "\"after\":77"));
	assert_int_equal(0, json_array_size(json_object_get(page, "events")));
	assert_int_equal(77, number_of(page, "last"));
	assert_true(json_is_false(json_object_get(page, "more")));
	client_hang_up(&client);
}

static void last_number_is_told(void **state)
{
	struct client client;

	client_connect(&client, *state);
	for (unsigned round = 0; round < 2; round++) {
		auto_json last = client_call(&client, EVENTS("GetLast", ""));

		assert_int_equal(round * 4, number_of(last, "last"));
		keep_events(1, "job.begin", 4);
	}
	client_hang_up(&client);
}

static void each_listed_type_can_be_asked_for(void **state)
{
	struct client client;
	auto_json types = NULL;
	auto_free char *list = NULL;
	char call[2048];

	client_connect(&client, *state);
	types = client_call(&client, EVENTS("ListTypes", ""));
	list = json_dumps(json_object_get(types, "types"), JSON_COMPACT);
	assert_non_null(strstr(list, "\"job.pending\""));
	assert_null(strstr(list, "\"process.fork\""));
	snprintf(call, sizeof(call), EVENTS("GetEvents", "\"types\":%s"), list);
	json_decref(client_call(&client, call));
	client_hang_up(&client);
}

static void wrong_filters_are_refused_by_name(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused_for(&client, SUBSCRIBE_WITH("\"after\":-1"), "after");
	client_refused_for(&client, SUBSCRIBE_WITH("\"job\":0"), "job");
	client_refused_for(&client, SUBSCRIBE_WITH("\"types\":[7]"), "types");
	client_refused_for(&client, SUBSCRIBE_WITH("\"types\":[]"), "types");
	client_refused_for(&client, EVENTS("GetEvents", "\"limit\":0"), "limit");
	client_refused_for(&client, EVENTS("GetEvents", "\"limit\":1001"), "limit");
	client_hang_up(&client);
}

static void subscriptions_are_bounded_and_the_bound_is_named(void **state)
{
	struct client clients[SUBSCRIBERS_MAX], late;
	json_t *parameters;

	require_descriptors(3 * SUBSCRIBERS_MAX);
	keep_events(1, "job.begin", 1);
	for (unsigned index = 0; index < SUBSCRIBERS_MAX; index++) {
		client_connect(&clients[index], *state);
		client_send(&clients[index], SUBSCRIBE_WITH("\"after\":0"));
		expect_seq(&clients[index], 1);
	}
	client_connect(&late, *state);
	client_send(&late, SUBSCRIBE_WITH("\"after\":0"));
	parameters = client_expect_error(&late, "io.axe.Events.LimitReached");
	assert_int_equal(SUBSCRIBERS_MAX, number_of(parameters, "limit"));
	json_decref(parameters);
	/* One that ends makes place. */
	client_hang_up(&clients[0]);
	bench_turn(*state);
	bench_turn(*state);
	client_send(&late, SUBSCRIBE_WITH("\"after\":0"));
	expect_seq(&late, 1);
	client_hang_up(&late);
	for (unsigned index = 1; index < SUBSCRIBERS_MAX; index++)
		client_hang_up(&clients[index]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kept_test(past_is_told_and_then_the_present),
		kept_test(null_is_as_good_as_no_filter),
		kept_test(jobs_and_types_are_left_out_if_not_asked_for),
		kept_test(reader_at_its_own_pace_gets_all_while_others_are_served),
		kept_test(long_replay_is_given_up_when_its_reader_hangs_up),
		kept_test(pages_join_without_a_gap),
		kept_test(page_beyond_the_end_is_empty),
		kept_test(last_number_is_told),
		kept_test(each_listed_type_can_be_asked_for),
		kept_test(wrong_filters_are_refused_by_name),
		kept_test(subscriptions_are_bounded_and_the_bound_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
