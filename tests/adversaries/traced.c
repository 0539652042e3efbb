/* Attacks who waits for a process that its own parent holds: a chain in which each traces its
 * child, and all but the root are in a ptrace stop. */
#include <signal.h>
#include <sys/ptrace.h>

#include "adversary.h"

#define DEPTH 3

static void hold_child(int depth);

static void __attribute__((noreturn)) be_traced(int depth)
{
	if (depth > 1)
		hold_child(depth - 1);
	try_to((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL), "be traced");
	raise(SIGSTOP);
	_exit(FAILED);
}

/* Until it is in its stop. */
static void hold_child(int depth)
{
	pid_t child = fork_as("traced");
	int status;

	if (child == 0)
		be_traced(depth);
	try_to(waitpid(child, &status, 0), "await a stop");
	if (!WIFSTOPPED(status))
		_exit(FAILED);
}

/* Nothing but SIGKILL ends the others. */
static void end_all(int number)
{
	kill(0, SIGKILL);
}

int main(void)
{
	try_to(setpgid(0, 0) < 0 && getpgrp() != getpid() ? -1 : 0, "lead a process group");
	signal(SIGALRM, end_all);
	live_briefly();
	hold_child(DEPTH);
	say_ready();
	stay();
}
