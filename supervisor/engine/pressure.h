/* Back-pressure: what the kernel half tells faster than we can read is frozen until it is read. */
#pragma once

#include <stdint.h>

#include "observe/probe.h"

struct engine;

/*
 * When the ring is three quarters full, or so is the table of processes with ends that can be
 * given back: freeze what runs, drain, thaw, and say so in the trace and in the results. Returns
 * with everything thawed, in 50 ms at most. A job that is being killed is frozen and killed already
 * and is left alone.
 */
void pressure_relieve(struct engine *engine);

struct pressure_hold {
	struct probe_pressure before;
	uint64_t since_ns; /* CLOCK_MONOTONIC; 0: nothing was full, and nobody is held */
};

/*
 * Likewise, but what runs stays frozen until it is let go: around work that a storm would feed for
 * as long as it lasts.
 */
void pressure_hold(struct engine *engine, struct pressure_hold *ret_hold);
void pressure_let_go(struct engine *engine, const struct pressure_hold *hold);
