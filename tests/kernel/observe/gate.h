/* A gate that test processes wait at, each until one is let through. */
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "support/unit.h"

struct gate {
	int ends[2];
};

static inline void gate_open(struct gate *gate)
{
	assert_int_equal(pipe2(gate->ends, O_CLOEXEC), 0);
}

static inline void gate_close(struct gate *gate)
{
	close(gate->ends[0]);
	close(gate->ends[1]);
}

/* From a process of the test: returns when it is let through. */
static inline void gate_wait(const struct gate *gate)
{
	char byte;

	while (read(gate->ends[0], &byte, 1) < 0)
		continue;
}

static inline void gate_let(const struct gate *gate)
{
	assert_int_equal(write(gate->ends[1], "", 1), 1);
}
