/* Sent messages arrive as they were put, and a peer that does not read meets a bound. */
#include "unit/base/wire.h"

static void put_and_sent_comes_out_the_same(void **state)
{
	struct wire *wire = *state;
	struct frame_buffer outbox;
	auto_json message = json_pack("{s:i, s:s}", "n", 11, "text", "caf\xc3\xa9 \x01");

	frame_init(&outbox, LIMIT);
	assert_int_equal(0, frame_put(&outbox, message));
	assert_int_equal(1, frame_send(&outbox, wire->far));
	assert_true(frame_receive(&wire->buffer, wire->near) > 0);
	expect_number(wire, 11);
	frame_finish(&outbox);
}

static void reader_that_does_not_read_meets_the_limit(void **state)
{
	struct wire *wire = *state;
	struct frame_buffer outbox;
	unsigned put = 0, got = 0;
	int code, small = 1;

	setsockopt(wire->far, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	frame_init(&outbox, LIMIT);
	for (;;) {
		auto_json message = json_pack("{s:i}", "n", (int)put);

		code = frame_put(&outbox, message);
		if (code < 0)
			break;
		put++;
		assert_true(frame_send(&outbox, wire->far) >= 0);
		assert_true(frame_pending(&outbox) <= LIMIT);
	}
	assert_int_equal(-EMSGSIZE, code);
	assert_int_equal(0, frame_send(&outbox, wire->far));

	/* Nothing of what was taken is lost once it reads. */
	while (got < put) {
		frame_send(&outbox, wire->far);
		assert_true(frame_receive(&wire->buffer, wire->near) > 0);
		for (json_t *message; frame_next(&wire->buffer, &message) == 1; got++) {
			assert_int_equal(got, json_integer_value(json_object_get(message, "n")));
			json_decref(message);
		}
	}
	assert_int_equal(0, frame_pending(&outbox));
	frame_finish(&outbox);
}

static void dead_peer_is_an_error_not_a_signal(void **state)
{
	struct wire *wire = *state;
	auto_json message = json_pack("{s:i}", "n", 1);

	cleanup_fd(&wire->near);
	assert_int_equal(0, frame_put(&wire->buffer, message));
	assert_int_equal(-EPIPE, frame_send(&wire->buffer, wire->far));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		wire_test(put_and_sent_comes_out_the_same),
		wire_test(reader_that_does_not_read_meets_the_limit),
		wire_test(dead_peer_is_an_error_not_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
