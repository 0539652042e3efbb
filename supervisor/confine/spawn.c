/* Giving birth inside a group: clone3 with everything prepared, nothing decided in the child. */
#include "confine/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/heap.h"
#include "confine/bequest.h"
#include "confine/child.h"
#include "confine/midwife.h"

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
 * Like a fork, for where no midwife is to be had or no memory to be shared: a copy without the heap
 * is cheap. CLONE_CLEAR_SIGHAND: no handler of the supervisor ever runs in the child.
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

/* The heap is given again by the parent alone: in the child there is none. */
static pid_t bear_copy(const struct spawn_plan *plan, int report, int *ret_pidfd)
{
	struct bequest bequest = { 0 };
	int code = bequest_fill(plan, report, &bequest);
	pid_t pid;

	if (code < 0)
		return code;
	heap_withhold();
	pid = clone_into(plan->group_fd, ret_pidfd);
	if (pid == 0)
		child_run(bequest.plan);
	code = errno;
	heap_give();
	bequest_destroy(&bequest);
	return pid < 0 ? -code : pid;
}

int spawn_begin(const struct spawn_plan *plan, struct spawning *ret_spawning, struct error *error)
{
	auto_fd reading = -1, writing = -1;
	int code = report_open(&reading, &writing);

	if (code < 0)
		return fail(error, -code, "make the report pipe of `%s`", plan->argv[0]);
	*ret_spawning = (struct spawning){ .pidfd = -1 };
	ret_spawning->midwife = midwives_call(plan->midwives, plan, writing);
	if (!ret_spawning->midwife)
		ret_spawning->pid = bear_copy(plan, writing, &ret_spawning->pidfd);
	ret_spawning->reading = take_fd(&reading);
	ret_spawning->writing = take_fd(&writing);
	return 0;
}

int spawn_finish(struct spawning *spawning, struct spawned *ret_spawned, struct error *error)
{
	auto_fd reading = take_fd(&spawning->reading);

	if (spawning->midwife)
		spawning->pid = midwife_await(take_pointer(spawning->midwife), &spawning->pidfd);
	cleanup_fd(&spawning->writing);
	if (spawning->pid < 0)
		return clone_failed(-spawning->pid, error);
	*ret_spawned = (struct spawned){ spawning->pid, spawning->pidfd, take_fd(&reading) };
	return 0;
}

int spawn(const struct spawn_plan *plan, struct spawned *ret_spawned, struct error *error)
{
	struct spawning spawning;
	int code = spawn_begin(plan, &spawning, error);

	return code < 0 ? code : spawn_finish(&spawning, ret_spawned, error);
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
