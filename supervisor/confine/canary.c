/* A process that is born in a group and ends at once, to see whether somebody saw it. */
#include "confine/canary.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

int canary_release(int group_fd, int *ret_pidfd, struct error *error)
{
	int pidfd = -1;
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
		.cgroup = (uint64_t)group_fd,
	};
	long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (pid < 0)
		return fail(error, errno, "clone into the group");
	if (pid == 0)
		_exit(0);
	*ret_pidfd = pidfd;
	return 0;
}

void canary_bury(int pidfd)
{
	siginfo_t status;

	while (waitid(P_PIDFD, pidfd, &status, WEXITED | __WALL) < 0 && errno == EINTR)
		;
}
