/* A file that grows, copied into a descriptor as it does. */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct poller;
struct stream;

struct stream_owner {
	/* All was copied after stream_end; called once, from the loop. */
	void (*ended)(struct stream *stream, void *data);
	/* It cannot be written any more (`code` is an errno, EPIPE: nobody reads); called once,
	 * from the loop. The rest is dropped. */
	void (*broken)(struct stream *stream, int code, void *data);
	void *data;
};

/* `output` is borrowed. It is only written to when it takes something without waiting. */
int stream_create(struct poller *poller, int output, const struct stream_owner *owner,
	struct stream **ret_stream, struct error *error);

/* NULL is fine. */
void stream_destroy(struct stream *stream);
DEFINE_CLEANUP(stream)

/* Copy this file; the descriptor is taken. Once only. */
void stream_open(struct stream *stream, int file);

/* Its last writer is dead: end when what is there was copied. */
void stream_end(struct stream *stream);

/* Bytes that were cut from the file before they could be copied. */
uint64_t stream_missed(const struct stream *stream);
