/* Varlink's framing: JSON objects on a stream, each ended by a NUL. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define FRAME_DEPTH_MAX 64

struct frame_buffer {
	char *data;
	size_t start; /* of what was not yet taken out or sent */
	size_t used, room;
	size_t scanned; /* bytes from the start on that are known to hold no NUL */
	size_t limit; /* of one message, and of what waits to be sent */
	bool nul_allowed; /* within texts, of which frame_next then tells */
	size_t values_limit; /* JSON values of one received message; 0: as many as fit */
};

void frame_init(struct frame_buffer *buffer, size_t limit);
void frame_finish(struct frame_buffer *buffer);

/*
 * Read some of what the socket has, without blocking. >0: bytes; 0: the peer is gone; -EAGAIN;
 * -EMSGSIZE: a message over the limit; -ENOBUFS: whole messages fill the buffer, take them out by
 * frame_next first; other -errno.
 */
int frame_receive(struct frame_buffer *buffer, int fd);

/*
 * The next whole message, a new reference. 1: one; FRAME_HAS_NUL: one with a NUL in a text, where
 * that is allowed; 0: none yet; -ELOOP: deeper than FRAME_DEPTH_MAX; -E2BIG: over the values'
 * limit; -EBADMSG: not a JSON object, a duplicate key, not UTF-8, or with a NUL that is not allowed
 * (in a key: never). Such a message is taken out, too.
 */
#define FRAME_HAS_NUL 2
int frame_next(struct frame_buffer *buffer, json_t **ret_message);

/* Add a message to what is to be sent. -EMSGSIZE, and nothing added, when more than the limit would
 * wait. */
int frame_put(struct frame_buffer *buffer, const json_t *message);

/* Send what fits, without blocking or SIGPIPE. 1: all sent; 0: more waits for POLLOUT; -errno. */
int frame_send(struct frame_buffer *buffer, int fd);

/* Bytes that wait: received and not taken out, or put and not sent. */
static inline size_t frame_pending(const struct frame_buffer *buffer)
{
	return buffer->used - buffer->start;
}
