/* Attacks who trusts SIGKILL: a child is frozen by a v1 freezer group, where it cannot be killed
 * before that is thawed. Argument: that group. Thawed in the end by its own alarm. */
#include <signal.h>

#include "groups.h"

static volatile sig_atomic_t over;

static void end(int number)
{
	over = 1;
}

int main(int count, char **words)
{
	sigset_t alarms, none;

	sigemptyset(&none);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	fork_into("icicle", words[count - 1]);
	sigprocmask(SIG_BLOCK, &alarms, NULL);
	signal(SIGALRM, end);
	live_briefly();
	write_below(words[count - 1], "freezer.state", "FROZEN");
	say_ready();
	while (!over)
		sigsuspend(&none);
	write_below(words[count - 1], "freezer.state", "THAWED");
	return 0;
}
