/* Attacks who says only how a process died: one is killed by the end of its parent (PDEATHSIG). */
#include <signal.h>

#include "adversary.h"

static void __attribute__((noreturn)) be_parent(void)
{
	int ends[2];
	char byte;

	try_to(pipe2(ends, O_CLOEXEC), "pipe");
	if (fork_as("orphan") == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[1]);
		stay();
	}
	close(ends[1]);
	_exit(read(ends[0], &byte, 1) == 0 ? 0 : FAILED);
}

int main(void)
{
	live_briefly();
	/* So that the end of the orphan is waited for, too. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (fork_as("parent") == 0)
		be_parent();
	try_to(wait(NULL), "reap the parent");
	try_to(wait(NULL), "reap the orphan");
	return 0;
}
