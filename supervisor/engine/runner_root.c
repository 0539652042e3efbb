/* The first process of an adopted try, which is nobody's child here: followed to its end. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "confine/group.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"

#define MEMBERS_MOST 65536

static int root_ended(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct runner *runner = data;

	runner->root_gone = true;
	runner->root_end = sd_event_source_disable_unref(runner->root_end);
	runner_look(runner);
	return 0;
}

/* What cannot be told apart counts as a member. */
static bool is_member(const struct runner *runner, pid_t pid)
{
	auto_free pid_t *members = calloc(MEMBERS_MOST, sizeof(*members));
	int count = members ? group_processes(runner->group, members, MEMBERS_MOST) : -ENOMEM;

	for (int at = 0; at < count; at++)
		if (members[at] == pid)
			return true;
	return count < 0 || count >= MEMBERS_MOST || watch_slot(runner->watch)->escapes > 0;
}

/*
 * The kernel half knows by its record which one is the root; where the table had no room for that,
 * nobody would ever tell of its end. The pid may be another's by now, so the group is asked behind
 * the opening.
 */
void runner_follow_root(struct runner *runner)
{
	pid_t pid = runner->child.pid;

	if (!pid || !runner->group || runner->root_recorded)
		return;
	runner->child.pidfd = pidfd_open(pid, 0);
	if (runner->child.pidfd < 0 ? errno == ESRCH : !is_member(runner, pid))
		runner->root_gone = true;
	else if (runner->child.pidfd >= 0)
		sd_event_add_io(runner->context->engine->loop, &runner->root_end,
			runner->child.pidfd, EPOLLIN, root_ended, runner);
}
