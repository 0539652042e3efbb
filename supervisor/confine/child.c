/* What runs between clone and exec: the stages in their order, and nothing decided here. */
#include "confine/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine/heritage.h"
#include "confine/spawn.h"

#define EXIT_NOT_STARTED 127

static int enter_v1_groups(const struct child_plan *plan)
{
	for (unsigned i = 0; i < plan->spawn->procs_fds_count; i++)
		if (write(plan->spawn->procs_fds[i], "0", 1) != 1)
			return errno;
	return 0;
}

/*
 * The clone cleared the handlers; what the supervisor ignores would still be ignored. Where it is
 * not known which those are, all are reset. The raw call reaches the two signals that the C library
 * keeps for itself.
 */
static void heed_signals(const struct child_plan *plan)
{
	const struct heritage *heritage = plan->spawn->heritage;
	const uint64_t ignored = heritage ? heritage->ignored : UINT64_MAX;
	const unsigned long default_action[8] = { 0 };

	for (int number = 1; number <= KERNEL_SIGNALS; number++)
		if (ignored >> (number - 1) & 1 && number != SIGKILL && number != SIGSTOP)
			syscall(SYS_rt_sigaction, number, default_action, NULL, KERNEL_SIGSET_SIZE);
}

/* A session of its own: no terminal, no process group of ours. Nothing stays blocked. */
static int begin_session(const struct child_plan *plan)
{
	const unsigned long empty_mask[1] = { 0 };

	if (setsid() < 0)
		return errno;
	umask(022);
	heed_signals(plan);
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, empty_mask, NULL, KERNEL_SIGSET_SIZE) < 0)
		return errno;
	return 0;
}

static int close_others(int report)
{
	if (report > 3 && close_range(3, (unsigned)report - 1, 0) < 0)
		return errno;
	return close_range((unsigned)report + 1, UINT_MAX, 0) < 0 ? errno : 0;
}

/*
 * The sources may themselves be 0, 1 or 2, in any order: all are moved out of the way before the
 * first is put in its place. Everything else is closed now and not by exec: a child that hangs in
 * its working directory must not hold the supervisor's sockets open.
 */
static int place_stdio(const struct child_plan *plan)
{
	int moved[3];

	for (int i = 0; i < 3; i++) {
		moved[i] = fcntl(plan->spawn->stdio[i], F_DUPFD_CLOEXEC, 3);
		if (moved[i] < 0)
			return errno;
	}
	for (int i = 0; i < 3; i++)
		if (dup2(moved[i], i) < 0)
			return errno;
	return close_others(plan->report);
}

static int restore_heritage(const struct child_plan *plan)
{
	return plan->spawn->heritage ? heritage_restore(plan->spawn->heritage) : 0;
}

static int set_rlimits(const struct child_plan *plan)
{
	for (unsigned i = 0; i < plan->spawn->rlimits_count; i++) {
		const struct spawn_rlimit *limit = &plan->spawn->rlimits[i];

		if (prlimit(0, (__rlimit_resource_t)limit->resource, &limit->value, NULL) < 0)
			return errno;
	}
	return 0;
}

/*
 * While we are privileged: without CAP_SYS_ADMIN the kernel takes a filter only together with
 * no_new_privs, which would break every setuid program below us.
 */
static int load_filter(const struct child_plan *plan)
{
	const struct sock_fprog *filter = plan->spawn->filter;

	if (filter && plan->spawn->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	if (filter && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) < 0)
		return errno;
	return 0;
}

/*
 * The keys of the supervisor's session are open to whoever has that session. Where there are no
 * keys, or nobody may ask for them, there is nothing to be left.
 */
static int leave_keys(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		return 0;
	return errno == ENOSYS || errno == EPERM ? 0 : errno;
}

/*
 * Raw calls: the C library's wrappers signal every thread that it believes to exist, and this copy
 * has none of them. Groups first, while we may; the user last.
 */
static int set_credentials(const struct child_plan *plan)
{
	const struct spawn_plan *spawn = plan->spawn;

	if (!spawn->set_credentials)
		return 0;
	if (syscall(SYS_setgroups, (size_t)spawn->groups_count, spawn->groups) < 0)
		return errno;
	if (syscall(SYS_setresgid, spawn->gid, spawn->gid, spawn->gid) < 0)
		return errno;
	if (syscall(SYS_setresuid, spawn->uid, spawn->uid, spawn->uid) < 0)
		return errno;
	return leave_keys();
}

/*
 * Here and not in the supervisor: the kernel judges the path by who will read it, and a file system
 * that hangs holds up nobody else. Non-blocking while it opens: a FIFO may have no writer.
 */
static int open_stdin(const struct child_plan *plan)
{
	const char *path = plan->spawn->stdin_path;
	int fd;

	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0 || dup2(fd, STDIN_FILENO) < 0)
		return errno;
	return 0;
}

static int enter_workdir(const struct child_plan *plan)
{
	return chdir(plan->spawn->workdir ? plan->spawn->workdir : "/") < 0 ? errno : 0;
}

static int execute(const struct child_plan *plan, const char *candidate)
{
	char *const *environment = (char *const *)plan->spawn->environment;

	execve(candidate, (char *const *)plan->spawn->argv, environment);
	if (errno != ENOEXEC)
		return errno;
	plan->shell_argv[1] = candidate;
	execve(plan->shell_argv[0], (char *const *)plan->shell_argv, environment);
	return errno;
}

/* As execvp does: what is missing or may not be run here may still be found further on. */
static int become_program(const struct child_plan *plan)
{
	int refused = 0, code = ENOENT;

	for (const char *const *candidate = plan->candidates; *candidate; candidate++) {
		code = execute(plan, *candidate);
		if (code == EACCES)
			refused = code;
		else if (code != ENOENT && code != ENOTDIR)
			return code;
	}
	return refused ? refused : code;
}

static const struct {
	enum spawn_stage stage;
	int (*run)(const struct child_plan *plan); /* 0 or a positive errno */
} stages[] = {
	{ SPAWN_STAGE_CGROUP, enter_v1_groups },
	{ SPAWN_STAGE_SESSION, begin_session },
	{ SPAWN_STAGE_STDIO, place_stdio },
	{ SPAWN_STAGE_HERITAGE, restore_heritage },
	{ SPAWN_STAGE_RLIMITS, set_rlimits },
	{ SPAWN_STAGE_SECCOMP, load_filter },
	{ SPAWN_STAGE_CREDENTIALS, set_credentials },
	{ SPAWN_STAGE_STDIN, open_stdin },
	{ SPAWN_STAGE_WORKDIR, enter_workdir },
	{ SPAWN_STAGE_EXEC, become_program },
};

static void tell_alive(uint32_t *alive)
{
	__atomic_store_n(alive, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, alive, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void child_run(const struct child_plan *plan)
{
	struct spawn_failure failure = { 0 };

	if (plan->alive)
		tell_alive(plan->alive);
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages) && failure.code == 0; i++) {
		failure.stage = stages[i].stage;
		failure.code = stages[i].run(plan);
	}
	/* If nobody reads any more, SIGPIPE ends us just as well. */
	while (write(plan->report, &failure, sizeof(failure)) < 0 && errno == EINTR)
		continue;
	_exit(EXIT_NOT_STARTED);
}
