/* Who is connected: the doors, who may come in, and the bound on how many. */
#include "control/server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "control/answer.h"
#include "control/client_watch.h"
#include "control/door.h"
#include "control/session.h"
#include "control/varlink.h"

#define REFUSAL_BYTES 1024u

struct server {
	sd_event *loop;
	struct supervisor *supervisor;
	struct door *door;
	struct door *job_door;
	struct client_watch *client; /* of a private supervisor */
	struct session_budget budget;
	struct list_link sessions;
	unsigned sessions_count;
};

int server_create(sd_event *loop, struct supervisor *supervisor, struct server **ret_server,
	struct error *error)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return fail(error, ENOMEM, "make the server");
	server->loop = loop;
	server->supervisor = supervisor;
	server->budget.limit = SERVER_RECEIVE_MAX;
	list_init(&server->sessions);
	*ret_server = server;
	return 0;
}

void server_destroy(struct server *server)
{
	struct session *session, *following;

	if (!server)
		return;
	door_close(server->door);
	door_close(server->job_door);
	client_watch_destroy(server->client);
	list_for_each_safe (session, following, &server->sessions, link)
		session_destroy(session);
	free(server);
}

static void session_closed(struct session *session, void *data)
{
	struct server *server = data;
	bool private = session->config.private;

	server->sessions_count--;
	session_destroy(session);
	if (private)
		supervisor_leave(server->supervisor);
}

static int add_session(struct server *server, int fd, bool private, uid_t user, struct error *error)
{
	const struct session_config config = {
		.supervisor = server->supervisor,
		.budget = private ? NULL : &server->budget,
		.private = private,
		.user = user,
		.closed = session_closed,
		.data = server,
	};
	struct session *session;
	int code = session_create(server->loop, fd, &config, &session, error);

	if (code < 0)
		return code;
	list_append(&server->sessions, &session->link);
	server->sessions_count++;
	return 0;
}

/* One error without having read a call, then the end. */
static void turn_away(int fd, const char *error_name, json_t *parameters)
{
	auto_json message = varlink_error(error_name, parameters);
	struct frame_buffer outbox;

	frame_init(&outbox, REFUSAL_BYTES);
	if (message && frame_put(&outbox, message) == 0)
		frame_send(&outbox, fd);
	frame_finish(&outbox);
}

/* Decided by the kernel's word alone, before a byte of the client is looked at. */
static bool may_enter(int fd, uid_t *ret_user)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	*ret_user = peer.uid;
	return peer.uid == 0 || peer.uid == geteuid();
}

static bool is_of(const struct session *session, uid_t user)
{
	return session->config.user == user && !session->config.private;
}

static unsigned count_of(const struct server *server, uid_t user)
{
	struct session *session;
	unsigned count = 0;

	list_for_each (session, &server->sessions, link)
		count += is_of(session, user);
	return count;
}

/* A client that says nothing keeps its place only while nobody else needs it. */
static bool clear_place(struct server *server, const uid_t *only)
{
	uint64_t now_ns = clock_monotonic_ns();
	struct session *session;

	list_for_each (session, &server->sessions, link) {
		if (!session_is_idle(session, now_ns) || (only && !is_of(session, *only)))
			continue;
		server->sessions_count--;
		session_destroy(session);
		return true;
	}
	return false;
}

/* The bound that is in the way of one more; 0: none. */
static unsigned make_place(struct server *server, uid_t user)
{
	if (count_of(server, user) >= SERVER_USER_SESSIONS_MAX && !clear_place(server, &user))
		return SERVER_USER_SESSIONS_MAX;
	if (server->sessions_count >= SERVER_SESSIONS_MAX && !clear_place(server, NULL))
		return SERVER_SESSIONS_MAX;
	return 0;
}

static void refuse_place(int fd, unsigned bound)
{
	turn_away(fd, VARLINK_ENGINE ".LimitReached",
		json_pack("{s:i, s:s}", "limit", (int)bound, "text",
			bound == SERVER_SESSIONS_MAX
				? "as many clients as the supervisor serves are connected"
				: "as many clients of this user as the supervisor serves are "
				  "connected"));
}

static void on_client(int fd, void *data)
{
	auto_fd client = fd;
	struct server *server = data;
	struct error error;
	unsigned bound;
	uid_t user;

	if (!may_enter(client, &user))
		return turn_away(client, VARLINK_SERVICE ".PermissionDenied", json_object());
	bound = make_place(server, user);
	if (bound)
		return refuse_place(client, bound);
	if (add_session(server, take_fd(&client), false, user, &error) < 0)
		log_line(LOG_LEVEL_WARNING, "a client could not be served: %s", error.text);
}

int server_open(struct server *server, const char *path, struct error *error)
{
	return door_open(server->loop, path, on_client, server, &server->door, error);
}

int server_inherit(struct server *server, int fd, struct error *error)
{
	return door_inherit(server->loop, fd, on_client, server, &server->door, error);
}

static void client_gone(void *data)
{
	struct server *server = data;
	struct session *session;

	list_for_each (session, &server->sessions, link)
		if (session->config.private)
			session_close(session);
}

int server_adopt(struct server *server, int fd, struct error *error)
{
	auto_fd owned = fd;
	socklen_t size = sizeof(int);
	int type, code;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		return fail(error, errno, "serve the client at descriptor %d", fd);
	/* It came through an exec; what a job runs must not get it, too. */
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return fail(error, errno, "take over descriptor %d", fd);
	code = client_watch_create(server->loop, fd, client_gone, server, &server->client, error);
	if (code < 0)
		return code;
	return add_session(server, take_fd(&owned), true, geteuid(), error);
}

static int try_door(struct server *server, const char *path, struct error *error)
{
	return door_open(server->loop, path, on_client, server, &server->job_door, error);
}

const char *server_announce(struct server *server, const char *run_dir, uint64_t job)
{
	char path[DOOR_PATH_MAX + 64];
	struct error error;
	int code;

	snprintf(path, sizeof(path), "%s/%" PRIu64 ".sock", run_dir, job);
	code = try_door(server, path, &error);
	if (code == -EADDRINUSE) {
		snprintf(path, sizeof(path), "%s/%" PRIu64 "-%d.sock", run_dir, job, getpid());
		code = try_door(server, path, &error);
	}
	if (code < 0) {
		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 " can only be steered by its client: %s",
			job, error.text);
		return NULL;
	}
	return door_path(server->job_door);
}

void server_withdraw(struct server *server)
{
	door_close(server->job_door);
	server->job_door = NULL;
}

/* The sessions for which something waits; their number. */
static unsigned list_waiting(struct server *server, struct pollfd *polled, struct session **waiting)
{
	struct session *session;
	unsigned count = 0;

	list_for_each (session, &server->sessions, link) {
		if (session->closed || session->deaf || !frame_pending(&session->outbox))
			continue;
		waiting[count] = session;
		polled[count++] = (struct pollfd){ .fd = session->fd, .events = POLLOUT };
	}
	return count;
}

void server_flush(struct server *server, uint64_t timeout_ns)
{
	uint64_t deadline_ns = clock_monotonic_ns() + timeout_ns;
	struct pollfd polled[SERVER_SESSIONS_MAX + 1]; /* and the private one */
	struct session *waiting[SERVER_SESSIONS_MAX + 1];
	unsigned count;

	while ((count = list_waiting(server, polled, waiting))) {
		uint64_t now_ns = clock_monotonic_ns();

		if (now_ns >= deadline_ns)
			return;
		poll(polled, count, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1);
		for (unsigned index = 0; index < count; index++)
			if (polled[index].revents)
				session_push(waiting[index]);
	}
}
