/* Attacks who says only how a process died: one is killed by its own sibling. */
#include <signal.h>

#include "adversary.h"

int main(void)
{
	pid_t victim, murderer;

	live_briefly();
	victim = fork_sleeper("victim");
	murderer = fork_as("murderer");
	if (murderer == 0)
		_exit(kill(victim, SIGKILL) < 0);
	reap(victim);
	reap(murderer);
	return 0;
}
