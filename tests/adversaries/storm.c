/* Attacks the moment between freeze and kill: a process that left the group sees it frozen and then
 * pours children into it. Arguments: the v2 mount, a group outside. */
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "groups.h"

#define DROPS 300

static void await_frozen(const char *group)
{
	int folder = try_to(open(group, O_DIRECTORY | O_CLOEXEC), group);
	int fd = try_to(openat(folder, "cgroup.events", O_RDONLY | O_CLOEXEC), group);
	char text[256];
	ssize_t length;

	/* Notification is held back by the kernel for longer than a kill takes: look all the time.
	 */
	do {
		length = pread(fd, text, sizeof(text) - 1, 0);
		text[length > 0 ? length : 0] = '\0';
	} while (length > 0 && !strstr(text, "frozen 1"));
	close(fd);
	close(folder);
}

static void pour(const char *group)
{
	int fd = try_to(open(group, O_DIRECTORY | O_CLOEXEC), group);
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)fd
	};

	prctl(PR_SET_NAME, "drop");
	for (int i = 0; i < DROPS; i++)
		if (syscall(SYS_clone3, &arguments, sizeof(arguments)) == 0) {
			live_briefly();
			stay();
		}
}

int main(int count, char **words)
{
	char group[GROUP_PATH_SIZE];
	int ends[2];
	char byte;

	live_briefly();
	if (count != 3)
		return FAILED;
	own_group(words[1], group);
	try_to(pipe2(ends, O_CLOEXEC), "pipe");
	if (fork_as("cloud") == 0) {
		enter_group(words[2]);
		close(ends[1]); /* it is outside */
		await_frozen(group);
		pour(group);
		stay();
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 0)
		return FAILED;
	say_ready();
	stay();
}
