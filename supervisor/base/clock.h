/* The two clocks: monotonic for deadlines and order, wall for people. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NS_PER_MS  UINT64_C(1000000)
#define NS_PER_SEC UINT64_C(1000000000)
#define US_PER_MS  UINT64_C(1000)

/* CLOCK_MONOTONIC in nanoseconds: the clock of the BPF records too. */
uint64_t clock_monotonic_ns(void);

/* CLOCK_REALTIME in nanoseconds. */
uint64_t clock_wall_ns(void);

/* "2026-11-21T08:50:06.123456Z"; 28 bytes are enough. */
#define CLOCK_TEXT_SIZE 32
void clock_format(uint64_t wall_ns, char *text, size_t size);

/* The kernel's boot id as 36 characters and a NUL; "unknown" if it cannot be read. */
const char *clock_boot_id(char buffer[static 37]);
