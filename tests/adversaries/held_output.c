/* Attacks who waits for the end of an output: a child keeps stdout, stderr and descriptor 3 open
 * after the root ended. */
#include "adversary.h"

int main(void)
{
	live_briefly();
	try_to(dup2(STDOUT_FILENO, 3), "dup2");
	fork_sleeper("holder");
	say_ready();
	return 0;
}
