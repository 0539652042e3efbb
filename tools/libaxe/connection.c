/* A Varlink peer: calls go out, replies come in, over one socket. */
#include "libaxe/connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/frame.h"
#include "base/json.h"

#define INTERFACE   "io.axe.Engine"
#define MESSAGE_MAX (64u << 20) /* bytes; a summary with ten thousand results has some 20 MiB */

struct connection {
	int fd;
	uint64_t send_deadline_ns;
	struct frame_buffer inbox, outbox;
};

int connection_adopt(int fd, struct connection **ret_connection, struct error *error)
{
	struct connection *connection = malloc(sizeof(*connection));

	if (!connection) {
		cleanup_fd(&fd);
		return fail(error, ENOMEM, "talk to the supervisor");
	}
	connection->fd = fd;
	connection->send_deadline_ns = CONNECTION_FOREVER;
	frame_init(&connection->inbox, MESSAGE_MAX);
	frame_init(&connection->outbox, MESSAGE_MAX);
	*ret_connection = connection;
	return 0;
}

int connection_open(const char *path, struct connection **ret_connection, struct error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(error, ENAMETOOLONG, "connect to `%s`", path);
	strcpy(address.sun_path, path);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(error, errno, "make a socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(error, errno, "connect to `%s`", path);
	return connection_adopt(take_fd(&fd), ret_connection, error);
}

void connection_destroy(struct connection *connection)
{
	if (!connection)
		return;
	cleanup_fd(&connection->fd);
	frame_finish(&connection->inbox);
	frame_finish(&connection->outbox);
	free(connection);
}

int connection_descriptor(const struct connection *connection)
{
	return connection->fd;
}

void connection_bound_sending(struct connection *connection, uint64_t deadline_ns)
{
	connection->send_deadline_ns = deadline_ns;
}

/* 0: something happened; -ETIMEDOUT. */
static int wait_for(int fd, short events, uint64_t deadline_ns)
{
	struct pollfd poller = { .fd = fd, .events = events };

	for (;;) {
		uint64_t now_ns = clock_monotonic_ns();
		uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
		struct timespec left = {
			.tv_sec = (time_t)(left_ns / NS_PER_SEC),
			.tv_nsec = (long)(left_ns % NS_PER_SEC),
		};
		int ready =
			ppoll(&poller, 1, deadline_ns == CONNECTION_FOREVER ? NULL : &left, NULL);

		if (ready > 0)
			return 0;
		if (ready == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

static int flush(struct connection *connection, struct error *error)
{
	int code;

	for (;;) {
		code = frame_send(&connection->outbox, connection->fd);
		if (code == 1)
			return 0;
		if (code == 0)
			code = wait_for(connection->fd, POLLOUT, connection->send_deadline_ns);
		if (code < 0)
			return fail(error, -code, "send to the supervisor");
	}
}

int connection_send_to(struct connection *connection, const char *method, json_t *parameters,
	enum connection_replies replies, struct error *error)
{
	auto_json owned = parameters;
	auto_json call = json_object();
	int code;

	json_object_set_new(call, "method", json_string(method));
	json_object_set_new(call, "parameters", owned ? json_incref(owned) : json_object());
	if (replies != CONNECTION_ONE)
		json_object_set_new(
			call, replies == CONNECTION_MORE ? "more" : "oneway", json_true());

	code = frame_put(&connection->outbox, call);
	if (code < 0)
		return fail(error, -code, "call %s", method);
	return flush(connection, error);
}

int connection_send(struct connection *connection, const char *method, json_t *parameters,
	bool more, struct error *error)
{
	char name[128];

	snprintf(name, sizeof(name), INTERFACE ".%s", method);
	return connection_send_to(
		connection, name, parameters, more ? CONNECTION_MORE : CONNECTION_ONE, error);
}

static int read_message(const json_t *message, struct reply *ret_reply, struct error *error)
{
	const char *name = json_string_value(json_object_get(message, "error"));
	json_t *parameters = json_object_get(message, "parameters");
	const char *last = name ? strrchr(name, '.') : NULL;

	if (parameters && !json_is_object(parameters))
		return fail_plain(error, EPROTO, "the supervisor answered without an object");
	*ret_reply = (struct reply){
		.parameters = parameters ? json_incref(parameters) : json_object(),
		.continues = json_is_true(json_object_get(message, "continues")),
	};
	if (name) {
		snprintf(ret_reply->error, sizeof(ret_reply->error), "%s", last ? last + 1 : name);
		snprintf(ret_reply->error_name, sizeof(ret_reply->error_name), "%s", name);
	}
	return 1;
}

int connection_take(struct connection *connection, struct reply *ret_reply, struct error *error)
{
	for (;;) {
		auto_json message = NULL;
		int code = frame_next(&connection->inbox, &message);

		if (code == 1)
			return read_message(message, ret_reply, error);
		if (code == 0)
			code = frame_receive(&connection->inbox, connection->fd);
		if (code > 0)
			continue;
		if (code == -EAGAIN)
			return 0;
		if (code == 0 || code == -ECONNRESET)
			return fail_plain(error, EPIPE, "the supervisor is gone");
		return fail(error, -code, "read the supervisor's answer");
	}
}

int connection_wait(struct connection *connection, uint64_t timeout_ns, struct reply *ret_reply,
	struct error *error)
{
	uint64_t deadline_ns = CONNECTION_FOREVER;
	int code;

	if (timeout_ns != CONNECTION_FOREVER)
		deadline_ns = clock_monotonic_ns() + timeout_ns;
	for (;;) {
		code = connection_take(connection, ret_reply, error);
		if (code)
			return code < 0 ? code : 0;
		code = wait_for(connection->fd, POLLIN, deadline_ns);
		if (code < 0)
			return fail(error, -code, "wait for the supervisor's answer");
	}
}

int connection_call(struct connection *connection, const char *method, json_t *parameters,
	uint64_t timeout_ns, struct reply *ret_reply, struct error *error)
{
	int code = connection_send(connection, method, parameters, false, error);

	if (code < 0)
		return code;
	return connection_wait(connection, timeout_ns, ret_reply, error);
}
