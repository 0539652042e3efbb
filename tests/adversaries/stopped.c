/* Attacks who asks: a tree of which all but the root have stopped themselves, so that no signal but
 * SIGKILL does anything. */
#include <signal.h>

#include "adversary.h"

#define DEPTH 3

static void __attribute__((noreturn)) stop_below(int depth)
{
	int status;

	if (depth > 1) {
		pid_t child = fork_as("stopped");

		if (child == 0)
			stop_below(depth - 1);
		try_to(waitpid(child, &status, WUNTRACED), "await a stop");
	}
	raise(SIGSTOP);
	stay();
}

/* Nothing but SIGKILL ends the others. */
static void end_all(int number)
{
	kill(0, SIGKILL);
}

int main(void)
{
	pid_t child;
	int status;

	try_to(setpgid(0, 0) < 0 && getpgrp() != getpid() ? -1 : 0, "lead a process group");
	signal(SIGALRM, end_all);
	live_briefly();
	child = fork_as("stopped");
	if (child == 0)
		stop_below(DEPTH);
	try_to(waitpid(child, &status, WUNTRACED), "await a stop");
	say_ready();
	stay();
}
