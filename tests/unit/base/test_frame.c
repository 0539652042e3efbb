/* Received messages stay whole, in order and within bounds, whatever the stream does. */
#include "unit/base/wire.h"

#include <string.h>

#include "base/clock.h"

static void feed(struct wire *wire, const char *bytes, size_t size)
{
	assert_int_equal((ssize_t)size, send(wire->far, bytes, size, 0));
	while (size) {
		int got = frame_receive(&wire->buffer, wire->near);

		assert_true(got > 0);
		size -= (size_t)got;
	}
}

/* A text with its NUL. */
static void feed_text(struct wire *wire, const char *text)
{
	feed(wire, text, strlen(text) + 1);
}

static void expect_none(struct wire *wire)
{
	json_t *message = NULL;

	assert_int_equal(0, frame_next(&wire->buffer, &message));
	assert_null(message);
}

static void message_split_at_every_byte_arrives_whole(void **state)
{
	struct wire *wire = *state;
	const char text[] = "{\"n\":7}";

	for (size_t at = 0; at < sizeof(text); at++) {
		expect_none(wire);
		feed(wire, text + at, 1);
	}
	expect_number(wire, 7);
	expect_none(wire);
}

static void many_messages_of_one_read_keep_their_order(void **state)
{
	struct wire *wire = *state;

	feed(wire, "{\"n\":1}\0{\"n\":2}\0{\"n\":3}\0{\"n\"", 28);
	for (json_int_t number = 1; number <= 3; number++)
		expect_number(wire, number);
	expect_none(wire);
	feed_text(wire, ":4}");
	expect_number(wire, 4);
}

static void message_at_the_limit_passes(void **state)
{
	struct wire *wire = *state;
	char text[LIMIT + 1];

	memset(text, ' ', LIMIT);
	text[LIMIT] = '\0';
	memcpy(text, "{\"n\":5}", 7);
	feed_text(wire, text);
	expect_number(wire, 5);
}

static void message_over_the_limit_is_refused(void **state)
{
	struct wire *wire = *state;
	char text[2 * LIMIT];
	int code;

	memset(text, ' ', sizeof(text));
	assert_int_equal((ssize_t)sizeof(text), send(wire->far, text, sizeof(text), 0));
	do
		code = frame_receive(&wire->buffer, wire->near);
	while (code > 0);
	assert_int_equal(-EMSGSIZE, code);
	assert_true(wire->buffer.room <= 4 * LIMIT);
}

static void whole_messages_that_fill_the_buffer_are_kept(void **state)
{
	struct wire *wire = *state;
	char text[LIMIT + 1 + 8];
	unsigned count = sizeof(text) / 8;

	for (unsigned index = 0; index < count; index++)
		memcpy(text + 8 * index, "{\"n\":3}", 8);
	assert_int_equal((ssize_t)(8 * count), send(wire->far, text, 8 * count, 0));
	while (frame_receive(&wire->buffer, wire->near) > 0)
		;
	assert_int_equal(-ENOBUFS, frame_receive(&wire->buffer, wire->near));
	for (unsigned index = 0; index + 1 < count; index++)
		expect_number(wire, 3);
	assert_true(frame_receive(&wire->buffer, wire->near) > 0);
	expect_number(wire, 3);
}

static void what_is_no_object_is_refused_and_skipped(void **state)
{
	static const char *const bad[] = {
		"",
		"garbage",
		"[1]",
		"7",
		"{\"n\":1",
		"{\"n\":1}{\"n\":2}",
		"{\"n\":1,\"n\":2}",
		"{\"n\":\"\xff\xfe\"}",
		"{\"n\":\"\xed\xa0\x80\"}",
		"{\"n\":\"\\u0000\"}",
	};
	struct wire *wire = *state;

	for (size_t index = 0; index < sizeof(bad) / sizeof(*bad); index++) {
		json_t *message = NULL;

		feed_text(wire, bad[index]);
		feed_text(wire, "{\"n\":9}");
		assert_int_equal(-EBADMSG, frame_next(&wire->buffer, &message));
		assert_null(message);
		expect_number(wire, 9);
	}
}

static void nul_in_a_text_is_told_where_it_is_allowed(void **state)
{
	struct wire *wire = *state;
	json_t *message = NULL;

	wire->buffer.nul_allowed = true;
	feed_text(wire, "{\"n\":\"a\\u0000b\"}");
	assert_int_equal(FRAME_HAS_NUL, frame_next(&wire->buffer, &message));
	assert_int_equal(3, json_string_length(json_object_get(message, "n")));
	json_decref(message);
	message = NULL;
	feed_text(wire, "{\"n\\u0000\":1}");
	assert_int_equal(-EBADMSG, frame_next(&wire->buffer, &message));
	feed_text(wire, "{\"n\":\"\\u0000\",\"n\":1}");
	assert_int_equal(-EBADMSG, frame_next(&wire->buffer, &message));
	feed_text(wire, "{\"n\":9}");
	expect_number(wire, 9);
}

/* {"a":[[[...]]]} with `depth` levels in all, and a text full of brackets. */
static void nested(char *text, unsigned depth)
{
	text += sprintf(text, "{\"quoted\":\"\\\"[[[[{{{{\",\"n\":1,\"a\":");
	for (unsigned level = 1; level < depth; level++)
		*text++ = '[';
	for (unsigned level = 1; level < depth; level++)
		*text++ = ']';
	strcpy(text, "}");
}

static void depth_is_bounded(void **state)
{
	struct wire *wire = *state;
	char text[LIMIT];
	json_t *message = NULL;

	nested(text, FRAME_DEPTH_MAX);
	feed_text(wire, text);
	expect_number(wire, 1);
	nested(text, FRAME_DEPTH_MAX + 1);
	feed_text(wire, text);
	assert_int_equal(-ELOOP, frame_next(&wire->buffer, &message));
}

static void values_are_bounded_where_a_bound_is_set(void **state)
{
	static const char text[] = "{\"n\":1,\"quoted\":\"[{,,,,\",\"b\":[3,{}]}";
	struct wire *wire = *state;
	json_t *message = NULL;

	wire->buffer.values_limit = 7;
	feed_text(wire, text);
	expect_number(wire, 1);
	/* The bound outlives a buffer that was given back. */
	frame_finish(&wire->buffer);
	wire->buffer.values_limit--;
	feed_text(wire, text);
	assert_int_equal(-E2BIG, frame_next(&wire->buffer, &message));
}

static void half_message_at_the_end_is_no_message(void **state)
{
	struct wire *wire = *state;

	feed(wire, "{\"n\":1}", 7);
	cleanup_fd(&wire->far);
	assert_int_equal(0, frame_receive(&wire->buffer, wire->near));
	expect_none(wire);
}

static void silent_peer_is_not_gone(void **state)
{
	struct wire *wire = *state;

	assert_int_equal(-EAGAIN, frame_receive(&wire->buffer, wire->near));
}

/* A megabyte of tiny messages, and one large message byte-wise scanned anew, would take minutes
 * if anything were quadratic. */
static void large_streams_cost_linear_time(void **state)
{
	struct wire *wire = *state;
	uint64_t start_ns = clock_monotonic_ns();
	char block[4096];

	wire->buffer.limit = 16u << 20;
	for (unsigned at = 0; at < sizeof(block); at += 8)
		memcpy(block + at, "{\"n\":1}", 8);
	for (unsigned round = 0; round < 512; round++)
		feed(wire, block, sizeof(block));
	for (unsigned message = 0; message < 512 * sizeof(block) / 8; message++)
		expect_number(wire, 1);
	memset(block, ' ', sizeof(block));
	for (unsigned round = 0; round < 2048; round++) {
		feed(wire, block, 1024);
		expect_none(wire);
	}
	assert_true(clock_monotonic_ns() - start_ns < 30 * NS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		wire_test(message_split_at_every_byte_arrives_whole),
		wire_test(many_messages_of_one_read_keep_their_order),
		wire_test(message_at_the_limit_passes),
		wire_test(message_over_the_limit_is_refused),
		wire_test(whole_messages_that_fill_the_buffer_are_kept),
		wire_test(what_is_no_object_is_refused_and_skipped),
		wire_test(nul_in_a_text_is_told_where_it_is_allowed),
		wire_test(depth_is_bounded),
		wire_test(values_are_bounded_where_a_bound_is_set),
		wire_test(half_message_at_the_end_is_no_message),
		wire_test(silent_peer_is_not_gone),
		wire_test(large_streams_cost_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
