/* What one connection may ask of the supervisor's memory and patience. */
#include "unit/control/bench.h"

#include "base/clock.h"

static void endless_message_is_told_and_ends_the_connection(void **state)
{
	struct client client;
	char block[4096];
	json_t *message;

	client_connect(&client, *state);
	memset(block, ' ', sizeof(block));
	for (size_t sent = 0; sent <= SESSION_RECEIVE_MAX; sent += sizeof(block))
		client_send_bytes(&client, block, sizeof(block));
	message = client_expect_error(&client, "io.axe.Engine.LimitReached");
	assert_int_equal(SESSION_RECEIVE_MAX, number_of(message, "limit"));
	json_decref(message);
	client_expect_end(&client);
	client_hang_up(&client);
}

/* The limit that the refusal of a message names; the connection ends after it. */
static json_int_t limit_of_refused(struct bench *bench, const char *bytes, size_t size)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, bench);
	client_send_bytes(&client, bytes, size);
	parameters = client_expect_error(&client, "io.axe.Engine.LimitReached");
	client_expect_end(&client);
	client_hang_up(&client);
	return number_of(parameters, "limit");
}

/* Far beyond what the decoder's recursion could bear. */
static void depth_of_a_message_is_bounded_and_the_bound_is_named(void **state)
{
	static char text[1u << 20] = "{\"method\":\"io.axe.Engine.PlanJob\",\"parameters\":";

	memset(text + strlen(text), '[', sizeof(text) - 1 - strlen(text));
	assert_int_equal(FRAME_DEPTH_MAX, limit_of_refused(*state, text, sizeof(text)));
}

/* Few bytes, but each value costs memory of its own. */
static void values_of_a_message_are_bounded_and_the_bound_is_named(void **state)
{
	size_t size = 3 * (size_t)SESSION_VALUES_MAX + 8;
	char *text = calloc(1, size + 1);
	char *at = stpcpy(text, "{\"a\":[");

	while (at < text + size - 3)
		at = stpcpy(at, "{},");
	assert_int_equal(SESSION_VALUES_MAX, limit_of_refused(*state, text, size + 1));
	free(text);
}

/* Looked at only when somebody else needs the place. */
static void who_says_nothing_whole_is_idle_after_a_while(void **state)
{
	struct client client;
	const struct session *session = client_connect(&client, *state);
	uint64_t then_ns = clock_monotonic_ns() + SESSION_QUIET_NS;

	assert_false(session_is_idle(session, session->since_ns));
	assert_true(session_is_idle(session, then_ns));
	json_decref(client_call(&client, SERVICE("GetInfo")));
	assert_false(session_is_idle(session, then_ns + SESSION_QUIET_NS));

	/* Half of a message, however often a byte of it comes. */
	client_send_bytes(&client, "{", 1);
	bench_turn(*state);
	then_ns = session->since_ns + SESSION_QUIET_NS;
	client_send_bytes(&client, "\"", 1);
	bench_turn(*state);
	assert_false(session_is_idle(session, then_ns - 1));
	assert_true(session_is_idle(session, then_ns));
	client_hang_up(&client);
}

static void who_waits_for_an_answer_is_never_idle(void **state)
{
	struct client client;
	const struct session *session = client_connect(&client, *state);

	client_start_job(&client);
	assert_false(session_is_idle(session, UINT64_MAX));
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	client_hang_up(&client);
}

/* What it did not read it cannot pile up. */
static void who_calls_and_does_not_read_is_kept_waiting(void **state)
{
	struct bench *bench = *state;
	static const char call[] = "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
				   "\"parameters\":{\"interface\":\"io.axe.Engine\"}}";
	const unsigned calls = 4000;
	struct client client;
	const struct session *session = client_connect(&client, bench);
	unsigned sent = 0;

	/* As many as the socket takes; the loop has nothing more to do then. */
	do {
		while (sent < calls && send(client.fd, call, sizeof(call), MSG_DONTWAIT) > 0)
			sent++;
	} while (sent < calls && sd_event_run(bench->loop, 0) > 0);
	while (sd_event_run(bench->loop, 0) > 0)
		assert_true(frame_pending(&session->outbox) < 2 * SESSION_UNREAD_MAX);
	assert_true(frame_pending(&session->outbox) >= SESSION_UNREAD_MAX);
	assert_false(session->cut);
	for (unsigned answer = 0; answer < sent; answer++)
		json_decref(client_expect(&client, false));
	client_hang_up(&client);
}

static void messages_of_all_clients_share_a_budget(void **state)
{
	struct bench *bench = *state;
	static struct session_budget budget = { .limit = 1u << 20 };
	struct client large, larger, small;
	static char block[800u << 10];
	auto_json parameters = NULL;

	memset(block, ' ', sizeof(block));
	bench->session_config.budget = &budget;
	client_connect(&large, bench);
	client_connect(&larger, bench);
	client_connect(&small, bench);
	client_send_bytes(&large, block, sizeof(block));
	client_send_bytes(&larger, block, 100u << 10);
	parameters = client_expect_error(&larger, "io.axe.Engine.LimitReached");
	assert_int_equal(budget.limit, number_of(parameters, "limit"));
	client_expect_end(&larger);
	json_decref(client_call(&small, SERVICE("GetInfo")));

	/* The one that was there first is heard, and what it took is given back. */
	client_send(&large, SERVICE("GetInfo"));
	json_decref(client_expect(&large, false));
	client_hang_up(&large);
	client_hang_up(&larger);
	client_hang_up(&small);
	while (bench->sessions)
		bench_turn(bench);
	assert_int_equal(0, budget.used);
}

/* Who reads loses nothing by those who do not. */
static void unread_messages_of_all_clients_share_a_budget(void **state)
{
	struct bench *bench = *state;
	static struct session_budget budget = { .limit = 1u << 20 };
	struct client runner, slow, quick;

	client_connect(&runner, bench);
	client_start_job(&runner);
	bench->session_config.unread = &budget;
	client_connect(&slow, bench);
	client_connect(&quick, bench);
	client_send(&slow, SUBSCRIBE);
	bench_turn(bench);
	client_send(&quick, SUBSCRIBE);
	bench_turn(bench);
	for (unsigned sent = 0; sent < 6; sent++) {
		fake_emit("assessment.begin", 300u << 10);
		json_decref(client_expect(&quick, true));
		json_decref(client_expect(&runner, true));
		assert_true(budget.used < budget.limit + (400u << 10));
	}
	json_decref(client_expect(&slow, true));
	for (;;) {
		auto_json message = client_read(&slow);

		if (json_object_get(message, "error"))
			break;
	}
	client_expect_end(&slow);
	fake_end(S_OK);
	json_decref(client_expect(&runner, false));
	client_hang_up(&slow);
	client_hang_up(&quick);
	client_hang_up(&runner);
	while (bench->sessions)
		bench_turn(bench);
	assert_int_equal(0, budget.used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(endless_message_is_told_and_ends_the_connection),
		bench_test(depth_of_a_message_is_bounded_and_the_bound_is_named),
		bench_test(values_of_a_message_are_bounded_and_the_bound_is_named),
		bench_test(who_says_nothing_whole_is_idle_after_a_while),
		bench_test(who_waits_for_an_answer_is_never_idle),
		bench_test(who_calls_and_does_not_read_is_kept_waiting),
		bench_test(messages_of_all_clients_share_a_budget),
		bench_test(unread_messages_of_all_clients_share_a_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
