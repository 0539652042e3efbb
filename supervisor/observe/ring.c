/* A ring of the kernel's, read through one mapping of its data. */
#include "observe/ring.h"

#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

struct ring {
	unsigned long *consumed; /* a page of ours, which the kernel reads */
	const unsigned long *produced; /* a page of the kernel's, and behind it the data */
	const char *data;
	size_t page_bytes, bytes;
	ring_handler *handler;
	void *handler_data;
	_Alignas(8) char whole[RING_RECORD_MAX]; /* a record that goes over the end */
};

static int map(size_t bytes, int protection, int fd, off_t offset, void *ret, struct error *error)
{
	void *memory = mmap(NULL, bytes, protection, MAP_SHARED, fd, offset);

	if (memory == MAP_FAILED)
		return fail(error, errno, "map %zu bytes of a ring", bytes);
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
	ring->handler = handler;
	ring->handler_data = data;
	code = map(ring->page_bytes, PROT_READ | PROT_WRITE, fd, 0, &ring->consumed, error);
	if (code == 0)
		code = map(ring->page_bytes + bytes, PROT_READ, fd, (off_t)ring->page_bytes,
			&ring->produced, error);
	if (code < 0)
		return code;
	ring->data = (const char *)ring->produced + ring->page_bytes;
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
		munmap((void *)ring->produced, ring->page_bytes + ring->bytes);
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

static void *put_together(struct ring *ring, size_t offset, size_t size)
{
	size_t first = ring->bytes - offset;

	memcpy(ring->whole, ring->data + offset, first);
	memcpy(ring->whole + first, ring->data, size - first);
	return ring->whole;
}

/* Whoever writes sets the length last, so a record is whole once it is not busy. */
static int deliver(struct ring *ring, unsigned long position, uint32_t length)
{
	size_t offset = (position + BPF_RINGBUF_HDR_SZ) & (ring->bytes - 1);
	void *record = (void *)(ring->data + offset);

	if (length & BPF_RINGBUF_DISCARD_BIT)
		return 0;
	if (offset + length > ring->bytes) {
		if (length > sizeof(ring->whole))
			return -EMSGSIZE;
		record = put_together(ring, offset, length);
	}
	return ring->handler(ring->handler_data, record, length);
}

static uint32_t length_at(const struct ring *ring, unsigned long position)
{
	return __atomic_load_n(
		(const uint32_t *)(ring->data + (position & (ring->bytes - 1))), __ATOMIC_ACQUIRE);
}

int ring_consume(struct ring *ring)
{
	unsigned long position = ring_consumed(ring);
	int count = 0;

	while (position < ring_produced(ring)) {
		uint32_t length = length_at(ring, position);
		uint32_t size = length & ~(uint32_t)BPF_RINGBUF_DISCARD_BIT;
		int code;

		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		code = deliver(ring, position, length);
		position += (BPF_RINGBUF_HDR_SZ + size + 7) / 8 * 8;
		/* Only now may it be written over; and a later write sees that there is room. */
		__atomic_store_n(ring->consumed, position, __ATOMIC_RELEASE);
		if (code < 0)
			return code;
		count += !(length & BPF_RINGBUF_DISCARD_BIT) && count < INT_MAX;
	}
	return count;
}
