/*
 * A look at the processes of a group and at what they have open, inside the kernel: those of a
 * small group are asked of the group (from Linux 6.7 on), others are found by an iterator over all
 * tasks. Optional: without it (census_create fails) /proc is read instead, slowly.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "bpf/frozen.h"

struct census;
struct error;

/* Load. Takes some 20 ms. */
int census_create(struct census **ret_census, struct error *error);

/* NULL is fine. */
void census_destroy(struct census *census);
DEFINE_CLEANUP(census)

/* Each record, which begins with its head; valid during the call. Not 0: stop with that. */
typedef int census_handler(const struct axe_frozen_head *record, size_t size, void *data);

/*
 * Hand out everything of the group with that id, which stands at that depth in the v2 tree (the
 * root is 0), and below. `data` is a struct census: survey's frozen_scan is what this is made for.
 * 0; -ETIME: the deadline (CLOCK_MONOTONIC) came first; -ENOBUFS: some records did not fit, the
 * rest was handed out; other -errno. One look at a time: a second caller waits for the first, so
 * not from the loop.
 */
int census_scan(void *data, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	census_handler *handler, void *handler_data);

/* How many looks went through all tasks of the host: a group of more than 64 tasks, with groups
 * below, or with a tracer in it, does. */
uint64_t census_passes(const struct census *census);
