/* Attacks who counts what /proc lists: a thousand children are dead and nobody reaps them. */
#include "adversary.h"

#define ZOMBIES 1000

int main(void)
{
	pid_t pids[ZOMBIES];

	live_briefly();
	for (int i = 0; i < ZOMBIES; i++) {
		pids[i] = fork_as("zombie");
		if (pids[i] == 0)
			_exit(3);
	}
	for (int i = 0; i < ZOMBIES; i++)
		await_death(pids[i]);
	say_ready();
	stay();
}
