/* Self-protection: no new work for a supervisor that has gone blind. */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"
#include "base/clock.h"

struct engine;
struct error;
struct guard;

#define GUARD_ROUND_NS (60 * NS_PER_SEC)

/* From now on a process is born each round, in a group of its own, and must have been counted. The
 * engine is borrowed; its loop, tree and watches must be there. */
int guard_create(
	struct engine *engine, uint64_t round_ns, struct guard **ret_guard, struct error *error);
void guard_destroy(struct guard *guard);
DEFINE_CLEANUP(guard)

/*
 * May new work begin? 0, or -ENOTRECOVERABLE with one line: a pin or a link has gone, or the last
 * of those processes was born or ended without anybody seeing it.
 */
int guard_check(const struct guard *guard, struct error *error);

/* Not with the next round but now; nothing happens while one is under way. */
void guard_begin(struct guard *guard);

/* How many were counted as they should be. */
unsigned guard_counted(const struct guard *guard);
