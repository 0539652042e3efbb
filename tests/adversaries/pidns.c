/* Attacks who knows pids of one namespace only: the first process of a pid namespace has children;
 * with the argument `end` it ends, and the kernel kills them for it. */
#include <sched.h>
#include <signal.h>

#include "adversary.h"

#define INMATES 3

static void __attribute__((noreturn)) be_init(void)
{
	int ends[2];
	char byte;

	live_briefly();
	try_to(pipe2(ends, O_CLOEXEC), "pipe");
	for (int i = 0; i < INMATES; i++)
		fork_sleeper("inmate");
	say_ready();
	/* Until the one who made us lets us go. */
	if (read(STDIN_FILENO, &byte, 1) < 0)
		_exit(FAILED);
	_exit(8);
}

int main(int count, char **words)
{
	int gate[2];
	pid_t init;

	live_briefly();
	try_to(pipe2(gate, O_CLOEXEC), "pipe");
	try_to(unshare(CLONE_NEWPID), "unshare a pid namespace");
	init = fork_as("init");
	if (init == 0) {
		dup2(gate[0], STDIN_FILENO);
		close(gate[1]);
		be_init();
	}
	if (count > 1) {
		close(gate[1]);
		return WEXITSTATUS(reap(init)) == 8 ? 0 : FAILED;
	}
	stay();
}
