/* A stream of bytes in which every place is known by what stands there. */
#pragma once

#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file.h"

#define PATTERN_STEP_BYTES 8u

/* `size` bytes in which every 8 tell their own place. */
static inline void pattern_put(int fd, uint64_t from, size_t size)
{
	auto_free char *block = malloc(size + 1);

	assert_non_null(block);
	for (size_t at = 0; at < size; at += PATTERN_STEP_BYTES)
		snprintf(block + at, PATTERN_STEP_BYTES + 1, "%07x\n",
			(unsigned)((from + at) / PATTERN_STEP_BYTES));
	assert_int_equal(0, file_write_all(fd, block, size));
}

static inline void pattern_expect(const char *text, uint64_t from, size_t size)
{
	char word[PATTERN_STEP_BYTES + 1];

	for (size_t at = 0; at < size; at += PATTERN_STEP_BYTES) {
		snprintf(
			word, sizeof(word), "%07x\n", (unsigned)((from + at) / PATTERN_STEP_BYTES));
		assert_memory_equal(word, text + at, PATTERN_STEP_BYTES);
	}
}
