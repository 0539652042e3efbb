/* Back-pressure: what the kernel half tells faster than we can read is frozen until it is read. */
#pragma once

struct engine;

/*
 * When the ring is three quarters full, or so is the table of processes with ends that can be
 * given back: freeze what runs, drain, thaw, and say so in the trace and in the results. Returns
 * with everything thawed, in 50 ms at most. A job that is being killed is frozen and killed already
 * and is left alone.
 */
void pressure_relieve(struct engine *engine);
