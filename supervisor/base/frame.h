/* Varlink's framing: JSON objects on a stream, each ended by a NUL. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct frame_buffer {
	char *data;
	size_t used, room;
	size_t scanned; /* bytes known to hold no NUL */
	size_t limit; /* of one message, and of what waits to be sent */
};

void frame_init(struct frame_buffer *buffer, size_t limit);
void frame_finish(struct frame_buffer *buffer);

/*
 * Read what the (non-blocking) socket has. >0: bytes; 0: the peer is gone; -EAGAIN; -EMSGSIZE: a
 * message over the limit; other -errno.
 */
int frame_receive(struct frame_buffer *buffer, int fd);

/*
 * The next whole message, a new reference. 1: one; 0: none yet; -EBADMSG: not a JSON object, too
 * deep (over 64), a duplicate key, or not UTF-8.
 */
int frame_next(struct frame_buffer *buffer, json_t **ret_message);

/* Add a message to what is to be sent. -EMSGSIZE when more than the limit would wait. */
int frame_put(struct frame_buffer *buffer, const json_t *message);

/* Send what fits. 1: all sent; 0: more waits for POLLOUT; -errno. */
int frame_send(struct frame_buffer *buffer, int fd);
