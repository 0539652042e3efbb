/* A ring of the kernel's, read through a window that moves over its data. */
#include "observe/ring.h"

#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

#define DISCARDED ((uint32_t)BPF_RINGBUF_DISCARD_BIT)

struct ring {
	int map; /* borrowed */
	unsigned long *consumed; /* a page of ours, which the kernel reads */
	const unsigned long *produced; /* a page of the kernel's */
	size_t page_bytes, bytes;
	const char *window; /* NULL: nothing was read yet */
	size_t window_begin, window_bytes; /* of the data; it may go on behind the end */
	ring_handler *handler;
	void *handler_data;
};

static int map(size_t bytes, int protection, int fd, off_t offset, void *ret, struct error *error)
{
	void *memory = mmap(NULL, bytes, protection, MAP_SHARED, fd, offset);

	if (memory == MAP_FAILED)
		return fail(error, errno, "map %zu bytes of a ring", bytes);
	/* No child of ours reads it. It only makes births faster; nothing is to be done without. */
	(void)madvise(memory, bytes, MADV_DONTFORK);
	*(void **)ret = memory;
	return 0;
}

int ring_create(int fd, uint32_t bytes, ring_handler *handler, void *data, struct ring **ret_ring,
	struct error *error)
{
	auto_of(ring) struct ring *ring = calloc(1, sizeof(*ring));
	int code;

	if (!ring)
		return fail(error, ENOMEM, "read a ring of %u bytes", bytes);
	ring->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	ring->bytes = bytes;
	ring->map = fd;
	ring->handler = handler;
	ring->handler_data = data;
	code = map(ring->page_bytes, PROT_READ | PROT_WRITE, fd, 0, &ring->consumed, error);
	if (code == 0)
		code = map(ring->page_bytes, PROT_READ, fd, (off_t)ring->page_bytes,
			&ring->produced, error);
	if (code < 0)
		return code;
	*ret_ring = take_pointer(ring);
	return 0;
}

void ring_destroy(struct ring *ring)
{
	if (!ring)
		return;
	if (ring->consumed)
		munmap(ring->consumed, ring->page_bytes);
	if (ring->produced)
		munmap((void *)ring->produced, ring->page_bytes);
	if (ring->window)
		munmap((void *)ring->window, ring->window_bytes);
	free(ring);
}

unsigned long ring_consumed(const struct ring *ring)
{
	return __atomic_load_n(ring->consumed, __ATOMIC_ACQUIRE);
}

unsigned long ring_produced(const struct ring *ring)
{
	return __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);
}

static bool is_shown(const struct ring *ring, size_t offset, size_t size)
{
	return ring->window && offset >= ring->window_begin &&
	       offset + size <= ring->window_begin + ring->window_bytes;
}

/* The new one is there before the old one goes: without memory all stays as it was. */
static int move_window(struct ring *ring, size_t offset, size_t size)
{
	size_t begin = offset & ~(ring->page_bytes - 1), left = 2 * ring->bytes - begin;
	size_t bytes = ring->page_bytes + (size > RING_WINDOW_BYTES ? size : RING_WINDOW_BYTES);
	const char *window;
	int code;

	if (bytes > left)
		bytes = left;
	code = map(
		bytes, PROT_READ, ring->map, (off_t)(2 * ring->page_bytes + begin), &window, NULL);
	if (code < 0)
		return code;
	if (ring->window)
		munmap((void *)ring->window, ring->window_bytes);
	ring->window = window;
	ring->window_begin = begin;
	ring->window_bytes = bytes;
	return 0;
}

/* In one piece: the kernel has the data twice in a row, for what goes over the end. */
static int show(struct ring *ring, unsigned long position, size_t size, const char **ret_data)
{
	size_t offset = position & (ring->bytes - 1);
	int code = is_shown(ring, offset, size) ? 0 : move_window(ring, offset, size);

	if (code == 0)
		*ret_data = ring->window + (offset - ring->window_begin);
	return code;
}

/*
 * 1: there is one. 0: it is being written; whoever does sets the length last, so that it is whole
 * once it is not busy.
 */
static int find_record(
	struct ring *ring, unsigned long position, uint32_t *ret_length, const char **ret_record)
{
	const char *head;
	int code = show(ring, position, BPF_RINGBUF_HDR_SZ, &head);

	if (code < 0)
		return code;
	*ret_length = __atomic_load_n((const uint32_t *)head, __ATOMIC_ACQUIRE);
	if (*ret_length & BPF_RINGBUF_BUSY_BIT)
		return 0;
	code = show(ring, position, BPF_RINGBUF_HDR_SZ + (*ret_length & ~DISCARDED), &head);
	if (code < 0)
		return code;
	*ret_record = head + BPF_RINGBUF_HDR_SZ;
	return 1;
}

int ring_consume(struct ring *ring)
{
	unsigned long position = ring_consumed(ring);
	const char *record;
	uint32_t length;
	int count = 0;

	while (position < ring_produced(ring)) {
		int code = find_record(ring, position, &length, &record);

		if (code < 0)
			return code;
		if (code == 0)
			break;
		code = length & DISCARDED
			       ? 0
			       : ring->handler(ring->handler_data, (void *)record, length);
		position += (BPF_RINGBUF_HDR_SZ + (length & ~DISCARDED) + 7) / 8 * 8;
		/* Only now may it be written over; and a later write sees that there is room. */
		__atomic_store_n(ring->consumed, position, __ATOMIC_RELEASE);
		if (code < 0)
			return code;
		count += !(length & DISCARDED) && count < INT_MAX;
	}
	return count;
}
