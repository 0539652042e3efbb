/* Where in a table an address of the kernel has its place. Pure, also compiled for the host. */
#ifndef AXE_BPF_SPREAD_H
#define AXE_BPF_SPREAD_H

#include "bpf/event.h"

/*
 * The number of a place among 2^bits. Objects of one kind stand side by side in a few pages. One
 * multiplication would keep distances: where two of them met that are so far apart, all did.
 */
static inline axe_u32 spread_address(axe_u64 address, axe_u32 bits)
{
	axe_u64 hash = address * 0x9e3779b97f4a7c15ull;

	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93ull;
	return (axe_u32)(hash >> (64 - bits));
}

#endif
