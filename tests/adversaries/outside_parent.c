/* Attacks from outside: gives birth to a child in the group that is its argument, lets it end with
 * 7 and does not reap it until its own standard input ends. */
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "adversary.h"

int main(int count, char **words)
{
	int group = try_to(open(words[count - 1], O_DIRECTORY | O_CLOEXEC), words[count - 1]);
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)group
	};
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	long pid;

	live_briefly();
	prctl(PR_SET_NAME, "guest");
	pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (pid == 0)
		_exit(7);
	await_death(try_to((pid_t)pid, "clone3 into a group"));
	say_ready();
	poll(&input, 1, -1);
	return 0;
}
