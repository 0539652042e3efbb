/* Attacks who knows a process by its pid: a hundred children bear the same pid, one after another,
 * and end with 0 to 99. */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#include "adversary.h"

#define LIVES 100

static pid_t fork_with_pid(pid_t pid)
{
	struct clone_args arguments = {
		.exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&pid, .set_tid_size = 1
	};
	struct timespec pause = { .tv_nsec = 1000000 };
	long result;

	/* A stranger may have the pid for a while. */
	while ((result = syscall(SYS_clone3, &arguments, sizeof(arguments))) < 0 && errno == EEXIST)
		nanosleep(&pause, NULL);
	return (pid_t)result;
}

int main(void)
{
	pid_t pid;

	live_briefly();
	pid = fork_as("first");
	if (pid == 0)
		_exit(0);
	reap(pid);
	prctl(PR_SET_NAME, "reborn");
	for (int i = 0; i < LIVES; i++) {
		pid_t child = try_to(fork_with_pid(pid), "clone3 with a pid of choice");

		if (child == 0)
			_exit(i);
		if (child != pid || reap(child) != i << 8)
			return FAILED;
	}
	return 0;
}
