/* The first process of an adopted try, which is nobody's child here: followed to its end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

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

/* A child that could not become its program tells its parent, and ends so; more so without one. */
static bool died_of_silence(int status)
{
	return status == SIGPIPE || (WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

static void note_unknown_failure(struct runner *runner)
{
	runner->could_not_start = true;
	runner->failure = (struct spawn_failure){ SPAWN_STAGE_EXEC, EPIPE };
	snprintf(runner->failure_text, sizeof(runner->failure_text),
		"it could not start, and the supervisor that would have been told why was dead");
}

/* Then the root has ended, too, whichever it was. */
static bool nothing_is_left(const struct runner *runner)
{
	return watch_living(runner->watch) == 0 && group_populated(runner->group) == 0;
}

/*
 * The kernel's record is the one witness of a root that is nobody's child here. When it
 * ended and no record says how, that is all that will ever be known.
 */
bool runner_root_is_dead(struct runner *runner)
{
	if (runner->root_waited)
		return true;
	if (!watch_slot(runner->watch)->root_exited && !runner->root_gone &&
		!nothing_is_left(runner))
		return false;
	if (!runner->root_recorded)
		runner_recover_root(runner);
	if (!runner->root_recorded)
		return true;
	runner->root_waited = true;
	runner->root_status = (int)runner->root.exit_code;
	if (!runner->root_execed && died_of_silence(runner->root_status))
		note_unknown_failure(runner);
	return true;
}
