/* Any stream, in pieces of any size: messages come out whole, in order, within their bounds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/frame.h"
#include "base/json.h"
#include "fuzz/target.h"

#define MESSAGE_MAX 2048u
#define VALUES_MAX  256u
#define PIECE_MAX   700u /* the socket takes that much at once */

static void expect(bool truth)
{
	if (!truth)
		abort();
}

/* What was understood can be said again, and is understood likewise. */
static void say_again(const json_t *message)
{
	struct frame_buffer outbox, inbox;
	auto_json heard = NULL;
	int pair[2];

	/* Escapes may take six times the bytes. */
	frame_init(&outbox, 8 * MESSAGE_MAX);
	frame_init(&inbox, 8 * MESSAGE_MAX);
	expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	expect(frame_put(&outbox, message) == 0);
	expect(frame_send(&outbox, pair[0]) == 1);
	expect(frame_receive(&inbox, pair[1]) > 0);
	expect(frame_next(&inbox, &heard) == 1);
	expect(json_object_size(message) == json_object_size(heard));
	close(pair[0]);
	close(pair[1]);
	frame_finish(&outbox);
	frame_finish(&inbox);
}

/* Every whole message; how many there were, those that were refused included. */
static size_t take_all(struct frame_buffer *inbox)
{
	size_t taken = 0;

	for (;;) {
		auto_json message = NULL;
		size_t before = frame_pending(inbox);
		int code = frame_next(inbox, &message);

		if (code == 0)
			return taken;
		taken++;
		expect(frame_pending(inbox) < before);
		expect((code == 1) == (message != NULL));
		expect(code == 1 || code == -EBADMSG || code == -ELOOP || code == -E2BIG);
		if (message)
			say_again(message);
	}
}

static size_t count_ends(const uint8_t *data, size_t size)
{
	size_t count = 0;

	for (size_t at = 0; at < size; at++)
		count += data[at] == 0;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_buffer inbox;
	size_t at = 1, taken = 0;
	int pair[2], code = 0;

	if (size < 2)
		return 0;
	frame_init(&inbox, MESSAGE_MAX);
	inbox.values_limit = VALUES_MAX;
	expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	while (at < size && code >= 0) {
		size_t piece = 1 + data[0] * 7u % PIECE_MAX;

		if (piece > size - at)
			piece = size - at;
		expect(send(pair[0], data + at, piece, 0) == (ssize_t)piece);
		at += piece;
		while ((code = frame_receive(&inbox, pair[1])) > 0)
			taken += take_all(&inbox);
		expect(frame_pending(&inbox) <= MESSAGE_MAX + 1);
		expect(code == -EAGAIN || code == -EMSGSIZE);
		code = code == -EAGAIN ? 0 : code;
	}
	expect(code < 0 || taken == count_ends(data + 1, size - 1));
	close(pair[0]);
	close(pair[1]);
	frame_finish(&inbox);
	return 0;
}
