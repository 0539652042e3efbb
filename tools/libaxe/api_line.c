/* The line of an engine to its supervisor: made when it is needed, and again when it broke. */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/error.h"
#include "libaxe/api_parts.h"
#include "libaxe/supervisor.h"

/* A private supervisor has no job any more when it is dismissed. */
#define DISMISS_NS (10 * NS_PER_SEC)

static int spawn(axe_engine *engine, struct error *error)
{
	const struct supervisor_options options = {
		.state_dir = engine->state_dir,
		.cgroup_root = engine->cgroup_root,
		.stdin_fd = -1,
	};
	int code = supervisor_spawn(&options, &engine->supervisor, error);

	if (code == 0)
		engine->connection = supervisor_connection(engine->supervisor);
	return code;
}

static int watch(axe_engine *engine, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = connection_descriptor(engine->connection);

	if (epoll_ctl(engine->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	fail(error, errno, "wait for the supervisor");
	line_close(engine);
	return -error->code;
}

/* Between two jobs a supervisor says nothing, so there is an answer only if it has gone. */
static bool is_usable(axe_engine *engine)
{
	auto_reply reply = { 0 };

	return engine->connection && connection_take(engine->connection, &reply, NULL) == 0;
}

int line_open(axe_engine *engine, struct error *error)
{
	int code;

	if (is_usable(engine))
		return 0;
	line_close(engine);
	code = engine->socket ? connection_open(engine->socket, &engine->connection, error)
			      : spawn(engine, error);
	return code < 0 ? code : watch(engine, error);
}

void line_close(axe_engine *engine)
{
	if (!engine->connection)
		return;
	epoll_ctl(engine->epoll, EPOLL_CTL_DEL, connection_descriptor(engine->connection), NULL);
	if (engine->supervisor) {
		supervisor_dismiss(engine->supervisor, DISMISS_NS, NULL);
		supervisor_destroy(take_pointer(engine->supervisor));
	} else {
		connection_destroy(engine->connection);
	}
	engine->connection = NULL;
}
