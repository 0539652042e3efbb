/* Attacks who knows a process by its pid: it forks as many children as it is told, one after
 * another, each with an end of its own. Run it where pids are few, and each bears that of another.
 */
#include "adversary.h"

#define STATUSES 251

int main(int count, char **words)
{
	live_briefly();
	for (int i = 0; i < atoi(words[count - 1]); i++) {
		pid_t child = fork_as("life");

		if (child == 0)
			_exit(i % STATUSES);
		reap(child);
	}
	return 0;
}
