/* A group below a test's own, held by descriptor and id, with processes born in it. */
#include "support/bpf_group.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

int bpf_group_open(struct bpf_group *ret_group, const char *path)
{
	struct stat information;

	snprintf(ret_group->path, sizeof(ret_group->path), "%s", path);
	ret_group->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret_group->fd < 0 || fstat(ret_group->fd, &information) < 0)
		return -errno;

	ret_group->id = information.st_ino;
	return 0;
}

int bpf_group_create(struct bpf_group *ret_group, const char *parent, const char *name)
{
	char path[sizeof(ret_group->path)];

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	if (mkdir(path, 0755) < 0)
		return -errno;
	return bpf_group_open(ret_group, path);
}

void bpf_group_close(struct bpf_group *group)
{
	close(group->fd);
	group->fd = -1;
}

pid_t bpf_group_spawn(const struct bpf_group *group, int (*body)(void *data), void *data)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group->fd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (pid == 0)
		_exit(body(data));
	return pid;
}

int bpf_group_write(const struct bpf_group *group, const char *attribute, const char *text)
{
	return file_write_text_at(group->fd, attribute, text, NULL);
}
