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
#include "control/places.h"
#include "control/session.h"
#include "control/varlink.h"

#define REFUSAL_BYTES 1024u

struct server {
	sd_event *loop;
	struct supervisor *supervisor;
	struct door *door;
	struct door *job_door;
	struct client_watch *client; /* of a private supervisor */
	struct session_budget budget, ordinary_budget, unread, ordinary_unread;
	struct list_link sessions;
	bool welcomes_users;
	gid_t admin_group;
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
	server->ordinary_budget.limit = SERVER_ORDINARY_RECEIVE_MAX;
	server->unread.limit = SERVER_UNREAD_MAX;
	server->ordinary_unread.limit = SERVER_ORDINARY_UNREAD_MAX;
	server->admin_group = ACTOR_NO_GROUP;
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

	session_destroy(session);
	if (private)
		supervisor_leave(server->supervisor);
}

static struct session_budget *budget_of(struct server *server, const struct actor *actor)
{
	return actor->admin ? &server->budget : &server->ordinary_budget;
}

static struct session_budget *unread_of(struct server *server, const struct actor *actor)
{
	return actor->admin ? &server->unread : &server->ordinary_unread;
}

/* Descriptor and actor are taken. */
static int add_session(
	struct server *server, int fd, bool private, const struct actor *actor, struct error *error)
{
	const struct session_config config = {
		.supervisor = server->supervisor,
		.budget = private ? NULL : budget_of(server, actor),
		.unread = private ? NULL : unread_of(server, actor),
		.private = private,
		.actor = *actor,
		.closed = session_closed,
		.data = server,
	};
	struct session *session;
	int code = session_create(server->loop, fd, &config, &session, error);

	if (code < 0)
		return code;
	list_append(&server->sessions, &session->link);
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

static void refuse_place(int fd, const struct place_rule *rule)
{
	turn_away(fd, VARLINK_ENGINE ".LimitReached",
		json_pack("{s:i, s:s}", "limit", (int)rule->bound, "text", rule->text));
}

/* Decided by the kernel's word alone, before a byte of the client is looked at. */
static void on_client(int fd, void *data)
{
	auto_fd client = fd;
	struct server *server = data;
	struct place_rule rule;
	struct actor actor;
	struct error error;

	if (actor_of_peer(client, server->admin_group, &actor, NULL) < 0)
		return turn_away(client, VARLINK_SERVICE ".PermissionDenied", json_object());
	if (!server->welcomes_users && !actor_is_self(&actor))
		turn_away(client, VARLINK_SERVICE ".PermissionDenied", json_object());
	else if (places_refuse(&server->sessions, &actor, &rule))
		refuse_place(client, &rule);
	else if (add_session(server, take_fd(&client), false, &actor, &error) < 0)
		log_line(LOG_LEVEL_WARNING, "a client could not be served: %s", error.text);
	else
		return;
	actor_finish(&actor);
}

void server_welcome_users(struct server *server)
{
	server->welcomes_users = true;
	server->admin_group = actor_admin_group();
}

static mode_t door_mode(const struct server *server)
{
	return server->welcomes_users ? 0666 : 0600;
}

int server_open(struct server *server, const char *path, struct error *error)
{
	return door_open(
		server->loop, path, door_mode(server), on_client, server, &server->door, error);
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
	struct actor self;
	int type, code;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		return fail(error, errno, "serve the client at descriptor %d", fd);
	/* It came through an exec; what a job runs must not get it, too. */
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return fail(error, errno, "take over descriptor %d", fd);
	code = client_watch_create(server->loop, fd, client_gone, server, &server->client, error);
	if (code < 0)
		return code;
	self = actor_self();
	return add_session(server, take_fd(&owned), true, &self, error);
}

static int try_door(struct server *server, const char *path, struct error *error)
{
	return door_open(server->loop, path, 0600, on_client, server, &server->job_door, error);
}

const char *server_announce(struct server *server, const char *run_dir, uint64_t job)
{
	char path[SOCKET_PATH_MAX + 64];
	struct error error;
	int code;

	/* What was killed together with its client left a name that nobody else would take. */
	snprintf(path, sizeof(path), "%s/%" PRIu64 "-*.sock", run_dir, job);
	socket_name_clear(path);
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
	struct pollfd polled[PLACES_ALL + 1]; /* and the private one */
	struct session *waiting[PLACES_ALL + 1];
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
