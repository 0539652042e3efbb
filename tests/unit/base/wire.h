/* A frame buffer at one end of a socketpair, and the other end. */
#pragma once

#include "support/unit.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/frame.h"
#include "base/json.h"

#define LIMIT 4096u

struct wire {
	struct frame_buffer buffer;
	int near, far;
};

static inline int wire_setup(void **state)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	int pair[2];

	assert_non_null(wire);
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	frame_init(&wire->buffer, LIMIT);
	wire->near = pair[0];
	wire->far = pair[1];
	*state = wire;
	return 0;
}

static inline int wire_teardown(void **state)
{
	struct wire *wire = *state;

	frame_finish(&wire->buffer);
	cleanup_fd(&wire->near);
	cleanup_fd(&wire->far);
	free(wire);
	return 0;
}

static inline void expect_number(struct wire *wire, json_int_t number)
{
	auto_json message = NULL;

	assert_int_equal(1, frame_next(&wire->buffer, &message));
	assert_int_equal(number, json_integer_value(json_object_get(message, "n")));
}

#define wire_test(name) cmocka_unit_test_setup_teardown(name, wire_setup, wire_teardown)
