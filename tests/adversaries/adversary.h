/* What adversaries share: a bounded life, children that bear their role from birth, a signal that
 * all is in place. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFE_S    60
#define FAILED    99
#define ROLE_SIZE 16

/* Longer on a machine that says by AXE_SLOWNESS how much longer everything takes. */
static inline unsigned life_s(void)
{
	const char *slowness = getenv("AXE_SLOWNESS");
	int times = slowness ? atoi(slowness) : 1;

	return LIFE_S * (unsigned)(times > 0 ? times : 1);
}

/* Ends this process by SIGALRM, should nobody else. Not inherited, so each calls it. */
static inline void live_briefly(void)
{
	alarm(life_s());
}

static inline void __attribute__((noreturn)) give_up(const char *what)
{
	perror(what);
	_exit(FAILED);
}

static inline int try_to(int result, const char *what)
{
	if (result < 0)
		give_up(what);
	return result;
}

/* The role is the child's name at its birth, whenever it is killed. */
static inline pid_t fork_as(const char *role)
{
	char own[ROLE_SIZE];
	pid_t pid;

	prctl(PR_GET_NAME, own);
	prctl(PR_SET_NAME, role);
	pid = fork();
	if (pid == 0) {
		live_briefly();
		return 0;
	}
	prctl(PR_SET_NAME, own);
	return try_to(pid, "fork");
}

static inline void __attribute__((noreturn)) stay(void)
{
	for (;;)
		pause();
}

static inline pid_t fork_sleeper(const char *role)
{
	pid_t pid = fork_as(role);

	if (pid == 0)
		stay();
	return pid;
}

static inline void say_ready(void)
{
	try_to((int)write(STDOUT_FILENO, "ready\n", 6), "say ready");
}

/* Waits until a child is dead, and leaves it unreaped. */
static inline void await_death(pid_t pid)
{
	siginfo_t info;

	try_to(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), "await a death");
}

static inline int reap(pid_t pid)
{
	int status = 0;

	try_to(waitpid(pid, &status, 0), "reap");
	return status;
}

/* Writes to a file below a folder, such as a control group. */
static inline void write_below(const char *folder, const char *name, const char *text)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = try_to(open(path, O_WRONLY | O_CLOEXEC), path);
	try_to((int)write(fd, text, strlen(text)), path);
	close(fd);
}
