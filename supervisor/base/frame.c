/* Varlink's framing: JSON objects on a stream, each ended by a NUL. */
#include "base/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/json.h"

#define READ_BYTES 65536u /* asked of the socket at once */
#define KEPT_BYTES 65536u /* an empty buffer over this gives its memory back */
#define ROOM_FIRST 4096u

void frame_init(struct frame_buffer *buffer, size_t limit)
{
	*buffer = (struct frame_buffer){ .limit = limit };
}

void frame_finish(struct frame_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct frame_buffer){
		.limit = buffer->limit,
		.nul_allowed = buffer->nul_allowed,
		.values_limit = buffer->values_limit,
	};
}

/* Moving costs no more than what was consumed since the last move: linear over the stream. */
static void close_gap(struct frame_buffer *buffer)
{
	if (buffer->start == 0 || buffer->start < frame_pending(buffer))
		return;
	memmove(buffer->data, buffer->data + buffer->start, frame_pending(buffer));
	buffer->used -= buffer->start;
	buffer->start = 0;
}

static int make_room(struct frame_buffer *buffer, size_t size)
{
	size_t room = buffer->room ? buffer->room : ROOM_FIRST;
	char *larger;

	if (buffer->room - buffer->used >= size)
		return 0;
	close_gap(buffer);
	if (buffer->room - buffer->used >= size)
		return 0;

	while (room - buffer->used < size)
		room *= 2;
	larger = realloc(buffer->data, room);
	if (!larger)
		return -ENOMEM;
	buffer->data = larger;
	buffer->room = room;
	return 0;
}

static void consume(struct frame_buffer *buffer, size_t size)
{
	buffer->start += size;
	buffer->scanned = 0;
	if (frame_pending(buffer))
		return;
	buffer->start = buffer->used = 0;
	if (buffer->room > KEPT_BYTES)
		frame_finish(buffer);
}

/* The length of the first message without its NUL; -1 when it is not whole yet. */
static ssize_t first_length(struct frame_buffer *buffer)
{
	const char *first, *end;

	if (buffer->scanned == frame_pending(buffer))
		return -1;
	first = buffer->data + buffer->start;
	end = memchr(first + buffer->scanned, '\0', frame_pending(buffer) - buffer->scanned);
	if (!end) {
		buffer->scanned = frame_pending(buffer);
		return -1;
	}
	buffer->scanned = (size_t)(end - first);
	return end - first;
}

int frame_receive(struct frame_buffer *buffer, int fd)
{
	/* Never more than one message at the limit and its NUL: that bounds the buffer, too. */
	size_t size = buffer->limit + 1 - frame_pending(buffer);
	ssize_t got;
	int code;

	if (size == 0)
		return first_length(buffer) < 0 ? -EMSGSIZE : -ENOBUFS;
	if (size > READ_BYTES)
		size = READ_BYTES;
	code = make_room(buffer, size);
	if (code < 0)
		return code;

	do
		got = recv(fd, buffer->data + buffer->used, size, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	buffer->used += (size_t)got;
	if (frame_pending(buffer) > buffer->limit && first_length(buffer) < 0)
		return -EMSGSIZE;
	return (int)got;
}

/* Known before the decoder recurses into what a stranger sent, and allocates for it. */
static int check_shape(const char *text, size_t size, size_t values_limit)
{
	size_t values = 1; /* at the most: the first of a container, and each behind a comma */
	bool quoted = false;
	unsigned depth = 0;

	for (size_t at = 0; at < size; at++) {
		if (text[at] == '"')
			quoted = !quoted;
		else if (quoted)
			at += text[at] == '\\';
		else if (text[at] == ',')
			values++;
		else if (text[at] == '{' || text[at] == '[')
			values++, depth++;
		else if (depth && (text[at] == '}' || text[at] == ']'))
			depth--;
		if (depth > FRAME_DEPTH_MAX)
			return -ELOOP;
		if (values_limit && values > values_limit)
			return -E2BIG;
	}
	return 0;
}

static int decode(const struct frame_buffer *buffer, size_t size, json_t **ret_message)
{
	const char *text = buffer->data + buffer->start;
	auto_json message = NULL;
	int code = check_shape(text, size, buffer->values_limit);
	int found = 1;

	if (code < 0)
		return code;
	message = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	if (!message && buffer->nul_allowed) {
		message = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		found = FRAME_HAS_NUL;
	}
	if (!json_is_object(message))
		return -EBADMSG;
	*ret_message = take_pointer(message);
	return found;
}

int frame_next(struct frame_buffer *buffer, json_t **ret_message)
{
	ssize_t length = first_length(buffer);
	int code;

	if (length < 0)
		return 0;
	code = decode(buffer, (size_t)length, ret_message);
	consume(buffer, (size_t)length + 1);
	return code;
}

int frame_put(struct frame_buffer *buffer, const json_t *message)
{
	size_t room, size;
	int code = make_room(buffer, 1);

	if (code < 0)
		return code;
	room = buffer->room - buffer->used;
	size = json_dumpb(message, buffer->data + buffer->used, room, JSON_COMPACT | JSON_DECIMALS);
	if (size == 0)
		return -ENOMEM;
	if (frame_pending(buffer) + size + 1 > buffer->limit)
		return -EMSGSIZE;
	if (size + 1 > room) {
		code = make_room(buffer, size + 1);
		if (code < 0)
			return code;
		json_dumpb(
			message, buffer->data + buffer->used, size, JSON_COMPACT | JSON_DECIMALS);
	}
	buffer->data[buffer->used + size] = '\0';
	buffer->used += size + 1;
	return 0;
}

int frame_send(struct frame_buffer *buffer, int fd)
{
	while (frame_pending(buffer)) {
		ssize_t sent = send(fd, buffer->data + buffer->start, frame_pending(buffer),
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? 0 : -errno;
		consume(buffer, (size_t)sent);
	}
	return 1;
}
