/* Attacks who follows a session, an environment, a descriptor or a parent: a daemon made by two
 * forks and a setsid, with nothing of its origin left, outlives the root. */
#include <linux/close_range.h>

#include "adversary.h"

static void __attribute__((noreturn)) be_daemon(const char *program)
{
	char *const nothing[] = { NULL };

	if (setsid() < 0 || fork_as("daemon") > 0)
		_exit(0);
	try_to(chdir("/"), "chdir");
	execle(program, "daemon", "stay", NULL, nothing);
	give_up(program);
}

int main(int count, char **words)
{
	int ends[2];
	char byte;

	live_briefly();
	if (count > 1) {
		close_range(0, ~0U, 0);
		stay();
	}
	try_to(pipe2(ends, O_CLOEXEC), "pipe");
	if (fork_as("middle") == 0)
		be_daemon(words[0]);
	close(ends[1]);
	/* Closed by the death of the middle one and by the exec of the daemon. */
	return read(ends[0], &byte, 1) == 0 ? 0 : FAILED;
}
