/* Calls go out and replies come in whole, and a peer that dies or lies is noticed. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/json.h"
#include "libaxe/connection.h"

#define PATIENCE_NS (10 * NS_PER_SEC)

struct line {
	struct connection *connection;
	int peer;
};

static int line_setup(void **state)
{
	struct line *line = calloc(1, sizeof(*line));
	int pair[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	assert_int_equal(0, connection_adopt(pair[0], &line->connection, NULL));
	line->peer = pair[1];
	*state = line;
	return 0;
}

static int line_teardown(void **state)
{
	struct line *line = *state;

	connection_destroy(line->connection);
	cleanup_fd(&line->peer);
	free(line);
	return 0;
}

/* A message with its NUL, as the supervisor sends it. */
static void say(struct line *line, const char *text)
{
	assert_int_equal(strlen(text) + 1, send(line->peer, text, strlen(text) + 1, 0));
}

/* What the supervisor got: one message. */
static json_t *hear(struct line *line)
{
	char text[1000];
	ssize_t size = recv(line->peer, text, sizeof(text), 0);

	assert_true(size > 1 && text[size - 1] == '\0');
	return json_loads(text, 0, NULL);
}

static void call_names_the_interface(void **state)
{
	struct line *line = *state;
	auto_json call = NULL;

	assert_int_equal(0, connection_send(line->connection, "CancelJob",
				    json_pack("{s:i}", "grace_ns", 5), false, NULL));
	call = hear(line);
	assert_string_equal(
		"io.axe.Engine.CancelJob", json_string_value(json_object_get(call, "method")));
	assert_int_equal(5, json_integer_value(json_object_get(
				    json_object_get(call, "parameters"), "grace_ns")));
	assert_null(json_object_get(call, "more"));
}

static void streaming_call_asks_for_more(void **state)
{
	struct line *line = *state;
	auto_json call = NULL;

	assert_int_equal(0, connection_send(line->connection, "ExecuteJob", NULL, true, NULL));
	call = hear(line);
	assert_true(json_is_true(json_object_get(call, "more")));
	assert_true(json_is_object(json_object_get(call, "parameters")));
}

static void replies_come_one_by_one(void **state)
{
	struct line *line = *state;

	say(line, "{\"parameters\":{\"n\":1},\"continues\":true}");
	say(line, "{\"parameters\":{\"n\":2}}");
	for (int number = 1; number <= 2; number++) {
		auto_reply reply = { 0 };

		assert_int_equal(1, connection_take(line->connection, &reply, NULL));
		assert_int_equal(
			number, json_integer_value(json_object_get(reply.parameters, "n")));
		assert_int_equal(number == 1, reply.continues);
		assert_int_equal(0, reply_check(&reply, NULL));
	}
	auto_reply none = { 0 };
	assert_int_equal(0, connection_take(line->connection, &none, NULL));
}

static void last_words_of_a_dead_peer_are_heard(void **state)
{
	struct line *line = *state;
	auto_reply reply = { 0 }, none = { 0 };
	struct error error = { 0 };

	say(line, "{\"parameters\":{\"n\":1}}");
	assert_int_equal(6, send(line->peer, "{\"half", 6, 0));
	cleanup_fd(&line->peer);
	assert_int_equal(0, connection_wait(line->connection, PATIENCE_NS, &reply, NULL));
	assert_int_equal(-EPIPE, connection_wait(line->connection, PATIENCE_NS, &none, &error));
	assert_string_equal("the supervisor is gone", error.text);
}

static void silence_ends_with_the_timeout(void **state)
{
	struct line *line = *state;
	auto_reply reply = { 0 };

	assert_int_equal(
		-ETIMEDOUT, connection_wait(line->connection, 20 * NS_PER_MS, &reply, NULL));
}

static void what_is_no_reply_is_an_error(void **state)
{
	static const char *const wrong[] = { "garbage", "[1]", "{\"parameters\":[1]}" };
	struct line *line = *state;

	for (size_t at = 0; at < sizeof(wrong) / sizeof(*wrong); at++) {
		auto_reply reply = { 0 };
		struct error error = { 0 };

		say(line, wrong[at]);
		assert_true(connection_take(line->connection, &reply, &error) < 0);
		assert_true(error.text[0]);
	}
}

static void each_refusal_has_its_errno_and_words(void **state)
{
	static const struct {
		const char *message;
		int code;
		const char *words;
	} rows[] = {
		{ "{\"error\":\"io.axe.Engine.NoJobRunning\"}", -ESRCH, "no job is running" },
		{ "{\"error\":\"io.axe.Engine.AmbiguousJob\",\"parameters\":{\"jobs\":[3,4]}}",
			-EINVAL, "[3,4]" },
		{ "{\"error\":\"io.axe.Engine.JobWaitTimeout\",\"parameters\":{\"jobs\":[3]}}",
			-EBUSY, "[3]" },
		{ "{\"error\":\"io.axe.Engine.NotFound\",\"parameters\":{\"job\":9}}", -ESRCH,
			"no job 9" },
		{ "{\"error\":\"io.axe.Engine.JobRunning\",\"parameters\":{\"job\":7}}", -EBUSY,
			"job 7 runs" },
		{ "{\"error\":\"io.axe.Engine.InvalidIndex\",\"parameters\":{\"running\":[2,4]}}",
			-ENOENT, "[2,4]" },
		{ "{\"error\":\"io.axe.Engine.TerminateFailed\",\"parameters\":"
		  "{\"survivors\":[{},{}]}}",
			-ETIME, "2 processes survived" },
		{ "{\"error\":\"io.axe.Engine.TerminateFailed\",\"parameters\":"
		  "{\"survivors\":[]}}",
			-ETIME, "not over at its deadline, though nobody was found" },
		{ "{\"error\":\"io.axe.Engine.BadManifest\",\"parameters\":{\"path\":\"name\","
		  "\"line\":0,\"column\":0,\"expected\":\"a string\",\"found\":\"7\","
		  "\"advice\":\"\"}}",
			-EINVAL, "name: expected a string, found 7" },
		{ "{\"error\":\"io.axe.Engine.JobFailed\",\"parameters\":{\"code\":1,"
		  "\"text\":\"no BTF\"}}",
			-EREMOTEIO, "no BTF" },
		{ "{\"error\":\"org.varlink.service.PermissionDenied\"}", -EPERM, "root" },
		{ "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":"
		  "{\"parameter\":\"index\"}}",
			-EREMOTEIO, "`index`" },
		{ "{\"error\":\"io.axe.Engine.SomethingNew\"}", -EREMOTEIO, "SomethingNew" },
	};
	struct line *line = *state;

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		auto_reply reply = { 0 };
		struct error error = { 0 };

		say(line, rows[row].message);
		assert_int_equal(1, connection_take(line->connection, &reply, NULL));
		assert_int_equal(rows[row].code, reply_check(&reply, &error));
		assert_non_null(strstr(error.text, rows[row].words));
	}
}

static void call_waits_for_its_reply(void **state)
{
	struct line *line = *state;
	auto_reply reply = { 0 };
	auto_json call = NULL;

	say(line, "{\"parameters\":{\"status\":{\"job\":3}}}");
	assert_int_equal(
		0, connection_call(line->connection, "GetStatus", NULL, PATIENCE_NS, &reply, NULL));
	call = hear(line);
	assert_non_null(call);
	assert_int_equal(3, json_integer_value(json_object_get(
				    json_object_get(reply.parameters, "status"), "job")));
}

static void socket_that_is_not_there_is_named(void **state)
{
	struct connection *connection = NULL;
	struct error error = { 0 };
	char longest[200];

	assert_int_equal(-ENOENT, connection_open("/nonexistent/axe.sock", &connection, &error));
	assert_non_null(strstr(error.text, "/nonexistent/axe.sock"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(-ENAMETOOLONG, connection_open(longest, &connection, &error));
	assert_null(connection);
}

#define line_test(name) cmocka_unit_test_setup_teardown(name, line_setup, line_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		line_test(call_names_the_interface),
		line_test(streaming_call_asks_for_more),
		line_test(replies_come_one_by_one),
		line_test(last_words_of_a_dead_peer_are_heard),
		line_test(silence_ends_with_the_timeout),
		line_test(what_is_no_reply_is_an_error),
		line_test(each_refusal_has_its_errno_and_words),
		line_test(call_waits_for_its_reply),
		cmocka_unit_test(socket_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
