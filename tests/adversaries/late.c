/* Attacks who does not look again before the kill: asked by SIGTERM, it ends with 3 a moment later,
 * well inside its grace. */
#include <signal.h>
#include <time.h>

#include "adversary.h"

#define FAREWELL_NS 20000000

int main(void)
{
	struct timespec farewell = { .tv_nsec = FAREWELL_NS };
	sigset_t asked;
	int number;

	live_briefly();
	sigemptyset(&asked);
	sigaddset(&asked, SIGTERM);
	sigprocmask(SIG_BLOCK, &asked, NULL);
	say_ready();
	sigwait(&asked, &number);
	nanosleep(&farewell, NULL);
	return 3;
}
