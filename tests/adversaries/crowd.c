/* Attacks by number: as many sleeping children as it is told. Run it below a pids limit. */
#include "adversary.h"

int main(int count, char **words)
{
	live_briefly();
	for (int i = 0; i < atoi(words[count - 1]); i++)
		fork_sleeper("sleeper");
	say_ready();
	stay();
}
