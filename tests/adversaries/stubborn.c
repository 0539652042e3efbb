/* Attacks who asks politely: it ignores every signal that can be ignored, but for its own alarm. */
#include <signal.h>

#include "adversary.h"

int main(void)
{
	live_briefly();
	for (int number = 1; number < NSIG; number++)
		if (number != SIGALRM)
			signal(number, SIG_IGN);
	say_ready();
	stay();
}
