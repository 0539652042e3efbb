/* The inside of struct trace, for the files that together are the trace. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "record/line.h"
#include "record/trace.h"

#define TRACE_NAME "trace.ndjson"

enum loss { LOSS_LIMIT, LOSS_WRITE, LOSS_ENCODING, LOSS_COUNT };

/* What the trace has not: in all, and as much of it as no line says yet. */
struct trace_losses {
	uint64_t lines;
	uint64_t untold;
	uint64_t ends_untold; /* of these, how many tell the end of a process */
};

struct trace {
	int fd;
	uint64_t sequence; /* of the next line */
	uint64_t limit_bytes;
	uint64_t counted_bytes; /* of lines that are not lifecycle */
	uint64_t file_bytes; /* whole lines that the kernel has */
	struct trace_losses losses[LOSS_COUNT];
	struct error error; /* the first write error */
	struct line_buffer buffer;
};

/* One without a file. 0 or -ENOMEM. */
int trace_prepare(uint64_t job, unsigned attempt, uint64_t limit_bytes, struct trace **ret_trace);
