/*
 * One pass through the processes of a group and what they have open, inside the kernel: an iterator
 * over tasks that walks their descriptors and memory. Optional: without it (census_create fails)
 * /proc is read instead, slowly.
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
