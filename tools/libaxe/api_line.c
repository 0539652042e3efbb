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
	leavers_reap(&engine->leavers);
	code = engine->socket ? connection_open(engine->socket, &engine->connection, error)
			      : spawn(engine, error);
	return code < 0 ? code : watch(engine, error);
}

/* One that takes longer to end is this process's child all the same, and must be reaped. */
static void dismiss(axe_engine *engine)
{
	struct supervisor *supervisor = take_pointer(engine->supervisor);

	if (supervisor_dismiss(supervisor, DISMISS_NS, NULL) == -ETIMEDOUT)
		leavers_add(&engine->leavers, supervisor);
	else
		supervisor_destroy(supervisor);
}

void line_close(axe_engine *engine)
{
	if (!engine->connection)
		return;
	epoll_ctl(engine->epoll, EPOLL_CTL_DEL, connection_descriptor(engine->connection), NULL);
	if (engine->supervisor)
		dismiss(engine);
	else
		connection_destroy(engine->connection);
	engine->connection = NULL;
}
