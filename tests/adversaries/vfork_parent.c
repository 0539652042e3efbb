/* Attacks who takes state D for unkillable: a parent waits uninterruptibly for the end of its vfork
 * child, which stays. */
#include <sys/syscall.h>

#include "adversary.h"

int main(void)
{
	const unsigned life = life_s();
	pid_t pid;

	live_briefly();
	pid = vfork();
	if (pid == 0) {
		/* In the memory of the parent: nothing but calls of the kernel. */
		alarm(life);
		if (write(STDOUT_FILENO, "ready\n", 6) == 6)
			for (;;)
				pause();
		_exit(FAILED);
	}
	return pid < 0;
}
