/* Giving birth inside a group: clone3 with everything prepared, nothing decided in the child. */
#include "confine/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <paths.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "confine/candidates.h"
#include "confine/child.h"

static const char *const stage_names[] = {
	[SPAWN_STAGE_NONE] = "none",
	[SPAWN_STAGE_CLONE] = "clone",
	[SPAWN_STAGE_CGROUP] = "cgroup",
	[SPAWN_STAGE_SESSION] = "session",
	[SPAWN_STAGE_STDIO] = "stdio",
	[SPAWN_STAGE_HERITAGE] = "heritage",
	[SPAWN_STAGE_RLIMITS] = "rlimits",
	[SPAWN_STAGE_SECCOMP] = "seccomp",
	[SPAWN_STAGE_CREDENTIALS] = "credentials",
	[SPAWN_STAGE_STDIN] = "stdin",
	[SPAWN_STAGE_WORKDIR] = "workdir",
	[SPAWN_STAGE_EXEC] = "exec",
};

const char *spawn_stage_name(enum spawn_stage stage)
{
	if ((size_t)stage >= sizeof(stage_names) / sizeof(*stage_names))
		return "unknown";
	return stage_names[stage];
}

/* {"/bin/sh", candidate, argv[1], ...}, the candidate still empty. */
static const char **shell_argv_create(const char *const *argv)
{
	size_t count = 0;
	const char **shell_argv;

	while (argv[count])
		count++;
	shell_argv = calloc(count + 2, sizeof(*shell_argv));
	if (!shell_argv)
		return NULL;
	shell_argv[0] = _PATH_BSHELL;
	memcpy(shell_argv + 2, argv + 1, count * sizeof(*argv));
	return shell_argv;
}

/* The child's end is at least 3, out of the way of its stdio; only ours does not block. */
static int report_open(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;

	auto_fd reading = ends[0], writing = ends[1];

	if (writing < 3) {
		int moved = fcntl(writing, F_DUPFD_CLOEXEC, 3);

		if (moved < 0)
			return -errno;
		close(writing);
		writing = moved;
	}
	if (fcntl(reading, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	*ret_read = take_fd(&reading);
	*ret_write = take_fd(&writing);
	return 0;
}

/*
 * Like a fork, with neither CLONE_VFORK nor CLONE_VM: those would make the supervisor wait, in D,
 * until the child has executed its program, which a frozen group or a file system that hangs may
 * put off for ever. A copy of a small supervisor is cheap. CLONE_CLEAR_SIGHAND: no handler of the
 * supervisor ever runs in the child.
 */
static pid_t clone_into(int group_fd, int *ret_pidfd)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group_fd,
	};

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static int clone_failed(int code, struct error *error)
{
	fail(error, code, "clone into the group");
	if (code == EAGAIN)
		return fail_advice(error, "the limit of processes is reached (kernel.pid_max, "
					  "kernel.threads-max, RLIMIT_NPROC or pids.max)");
	if (code == EBUSY)
		return fail_advice(error, "the group hands controllers on to groups below it, and "
					  "may have no processes of its own");
	return -code;
}

int spawn(const struct spawn_plan *plan, struct spawned *ret_spawned, struct error *error)
{
	auto_free const char **candidates =
		candidates_create(plan->argv[0], plan->path, plan->environment);
	auto_free const char **shell_argv = shell_argv_create(plan->argv);
	auto_fd reading = -1, writing = -1;
	int pidfd = -1, code;
	pid_t pid;

	if (!candidates || !shell_argv)
		return fail(error, ENOMEM, "prepare `%s`", plan->argv[0]);
	code = report_open(&reading, &writing);
	if (code < 0)
		return fail(error, -code, "make the report pipe of `%s`", plan->argv[0]);

	struct child_plan child = {
		.spawn = plan,
		.candidates = candidates,
		.shell_argv = shell_argv,
		.report = writing,
	};
	pid = clone_into(plan->group_fd, &pidfd);
	if (pid == 0)
		child_run(&child);
	if (pid < 0)
		return clone_failed(errno, error);
	*ret_spawned = (struct spawned){ pid, pidfd, take_fd(&reading) };
	return 0;
}

int spawn_report_read(int report, struct spawn_failure *ret_failure)
{
	struct spawn_failure failure;
	ssize_t got = read(report, &failure, sizeof(failure));

	if (got == 0)
		return 1;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got != sizeof(failure))
		return -EBADMSG;
	*ret_failure = failure;
	return -ECHILD;
}
