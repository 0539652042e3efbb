/* A ring of the kernel's, read through a window that moves over its data. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct ring;

/*
 * A record of what the kernel half tells, valid during the call. A negative answer stops the round;
 * the record counts as read all the same.
 */
typedef int ring_handler(void *data, void *record, size_t size);

/*
 * The map of that descriptor, of so many bytes, which is borrowed.
 *
 * libbpf would map all of it, the data twice in a row: memory that is shown as the supervisor's.
 * So much of it and a page is enough to show some hundred records at a time.
 */
#define RING_WINDOW_BYTES (1u << 16)
int ring_create(int map, uint32_t bytes, ring_handler *handler, void *data, struct ring **ret_ring,
	struct error *error);
void ring_destroy(struct ring *ring);
DEFINE_CLEANUP(ring)

/*
 * Give all that is there to the handler. Their number, or what the handler stopped it with; -errno
 * when no more of the ring could be mapped: the rest stays for the next time.
 */
int ring_consume(struct ring *ring);

/* How far it was read and written, in bytes since it was made. */
unsigned long ring_consumed(const struct ring *ring);
unsigned long ring_produced(const struct ring *ring);
