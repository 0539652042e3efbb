/* Attacks from outside: traces the process that is its argument with TRACEEXIT and so holds it at
 * its end, dead but there, until its own standard input ends. */
#include <poll.h>
#include <sys/ptrace.h>

#include "adversary.h"

int main(int count, char **words)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	pid_t pid = atoi(words[count - 1]);

	live_briefly();
	try_to((int)ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT), "trace");
	say_ready();
	/* Never waits for its tracee, which therefore never goes on. */
	poll(&input, 1, -1);
	return 0;
}
