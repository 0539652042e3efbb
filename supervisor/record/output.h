/* A program's stdout or stderr: a file of its own, bounded while it is written. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct output;

struct output_bounds {
	uint64_t head_bytes; /* kept from the start */
	uint64_t tail_bytes; /* kept from the end */
};
#define OUTPUT_BOUNDS_DEFAULT                                                                      \
	{                                                                                          \
		.head_bytes = 4 << 20, .tail_bytes = 4 << 20                                       \
	}

/* Make the file (it must be new) below a directory. */
int output_create(int directory, const char *name, const struct output_bounds *bounds,
	struct output **ret_output, struct error *error);

/* Go on with the file of a program that outlived its supervisor. There is no descriptor for a child
 * any more. */
int output_reopen(int directory, const char *name, const struct output_bounds *bounds,
	struct output **ret_output, struct error *error);
void output_destroy(struct output *output);
DEFINE_CLEANUP(output)

/* The descriptor for the child: append mode, so that all its holders add at the end. */
int output_descriptor(const struct output *output);

/*
 * Give disk space between head and tail back (holes). Cheap when nothing grew; to be called again
 * and again while the program runs. -EOPNOTSUPP when the file system has no holes: then the file is
 * bounded only at its end, and the caller says so.
 */
int output_trim(struct output *output);

struct output_summary {
	uint64_t written_bytes; /* by the program */
	uint64_t kept_bytes;
	bool truncated;
};

/*
 * After the last writer is dead: if it is over its bounds, rewrite it as head, one line
 * "[axe: N bytes cut]", tail (aside, then renamed). On failure the sparse file stays; the summary
 * is true of it as well and is written, unless not even the size could be read.
 */
int output_finish(struct output *output, struct output_summary *ret_summary, struct error *error);
