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

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(endless_message_is_told_and_ends_the_connection),
		bench_test(depth_of_a_message_is_bounded_and_the_bound_is_named),
		bench_test(values_of_a_message_are_bounded_and_the_bound_is_named),
		bench_test(who_says_nothing_whole_is_idle_after_a_while),
		bench_test(who_waits_for_an_answer_is_never_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
